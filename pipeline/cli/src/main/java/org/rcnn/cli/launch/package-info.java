/**
 * What runs before the program: {@code java -jar rcnn.jar} begins in {@link
 * org.rcnn.cli.launch.Launcher}, which refuses a Java that is too old and starts the program with
 * the allocator's settings.
 *
 * <p>Compiled for Java 8, so that an old Java can say so in a sentence; it uses no other class of
 * the project.
 */
package org.rcnn.cli.launch;
