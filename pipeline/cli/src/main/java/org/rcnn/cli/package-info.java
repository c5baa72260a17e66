/**
 * The command line: the only floor that knows options, progress bars and a logger.
 *
 * <p>{@link org.rcnn.cli.Main} finds the command. Each command is a class that turns its options
 * into explicit values, calls the library and prints; {@code Commands} lists them. Exit status: 0
 * done, 1 a failure, reported in one line, 2 wrong usage; a stack trace only with {@code --debug}.
 *
 * <p>Sub-packages: {@code options} for what several commands share, {@code bench} for measurements,
 * {@code download} and {@code progress}.
 */
package org.rcnn.cli;
