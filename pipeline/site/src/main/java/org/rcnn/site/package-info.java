/**
 * Makes the documentation site: the Markdown of all modules and their Javadoc as one folder of
 * pages without scripts, which needs no server and no network.
 *
 * <p>{@code SiteMain} is the program, {@code Site} the folder that it writes, {@code Links} what
 * checks that every link leads somewhere.
 */
package org.rcnn.site;
