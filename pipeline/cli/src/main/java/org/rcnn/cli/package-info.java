/**
 * The command line, and the only place that reads flags and files named by the user.
 *
 * <p>{@link org.rcnn.cli.Main} finds the command; each command is a class that turns its options
 * into explicit values, calls the pipeline and prints. Exit status: 0 done, 1 a failure told in one
 * line, 2 wrong usage.
 */
package org.rcnn.cli;
