/**
 * A run's figures for experiment trackers, while it runs: losses, rates and accuracies of its
 * trainings, the average precision of its detector, and pictures of what that found.
 *
 * <p>The stages tell them to {@link org.rcnn.pipeline.run.Progress.Monitor}, which a program may
 * implement itself. {@link org.rcnn.pipeline.track.Tracker} writes them as event files, which
 * TensorBoard shows, or as a table, which any program reads. There is no library for either: that
 * of MLflow speaks to a server alone, and those that write event files bring a whole machine
 * learning framework along.
 */
package org.rcnn.pipeline.track;
