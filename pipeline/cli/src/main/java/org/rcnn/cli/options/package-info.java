/**
 * Options that several commands share, as picocli mixins.
 *
 * <p>{@link org.rcnn.cli.options.RunOptions} reads a configuration and opens the run that it
 * describes; {@link org.rcnn.cli.options.JsonOutput} is {@code --json FILE} of every command.
 */
package org.rcnn.cli.options;
