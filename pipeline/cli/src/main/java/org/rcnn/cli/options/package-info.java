/**
 * Options that several commands share, as picocli mixins.
 *
 * <p>{@link org.rcnn.cli.options.RunOptions} reads a configuration and opens the run that it
 * describes; {@link org.rcnn.cli.options.NetworkOptions} is the part of it that names the network
 * and its weights; {@link org.rcnn.cli.options.Output} is where a command writes its result: the
 * terminal, and the file of {@code --json}.
 */
package org.rcnn.cli.options;
