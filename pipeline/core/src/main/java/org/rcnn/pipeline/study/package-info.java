/**
 * Studies: one question each, answered in the folder of a run with what it has already computed.
 *
 * <p>A {@link org.rcnn.pipeline.study.Study} turns the values asked for, or its own, into points:
 * each a configuration with one thing changed, and a row of the ablation table. {@link
 * org.rcnn.pipeline.study.Studies} knows the studies by name; {@link
 * org.rcnn.pipeline.study.StudyRun} evaluates every point by an {@code Experiment} with its
 * settings, and writes the finding, the table and the plots ({@link
 * org.rcnn.pipeline.report.StudyResult}, {@link org.rcnn.pipeline.report.StudyReport}) into the
 * run's folder.
 */
package org.rcnn.pipeline.study;
