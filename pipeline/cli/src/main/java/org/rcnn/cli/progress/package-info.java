/**
 * How far a command is, shown as bars: {@link org.rcnn.cli.progress.ProgressBars} is what commands
 * hand to a run.
 */
package org.rcnn.cli.progress;
