/**
 * What a command says beside its result, on standard error: {@link
 * org.rcnn.cli.progress.ProgressBars} shows how far it is and is what commands hand to a run,
 * {@link org.rcnn.cli.progress.LogLines} is the log, and {@link org.rcnn.cli.progress.Ending} says
 * how to resume when the process is stopped.
 */
package org.rcnn.cli.progress;
