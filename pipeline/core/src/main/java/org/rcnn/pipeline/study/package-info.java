/**
 * Studies: one question each, answered on features that a run has already computed.
 *
 * <p>A {@link org.rcnn.pipeline.study.Study} says what to vary; {@link
 * org.rcnn.pipeline.study.Studies} knows them by name; {@link org.rcnn.pipeline.study.StudyRun}
 * trains and evaluates every point and writes table and plot into the run's folder.
 */
package org.rcnn.pipeline.study;
