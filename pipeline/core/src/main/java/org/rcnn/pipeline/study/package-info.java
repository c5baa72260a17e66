/**
 * Studies: one question each, answered on features that a run has already computed.
 *
 * <p>A {@link org.rcnn.pipeline.study.Study} turns the values asked for into points, each a
 * configuration with one thing changed; {@link org.rcnn.pipeline.study.Studies} knows the studies
 * by name; {@link org.rcnn.pipeline.study.StudyRun} trains and evaluates the SVMs of every point
 * and writes table and plot ({@link org.rcnn.pipeline.report.StudyReport}) into the run's folder.
 */
package org.rcnn.pipeline.study;
