/**
 * What every stage stands on: the run's folder, the images, side-by-side work, progress, problems.
 *
 * <p>A run is a folder ({@link org.rcnn.pipeline.run.RunFolder}) whose artifacts are found by what
 * they were made from, so that nothing is computed twice. {@link
 * org.rcnn.pipeline.run.DetectionSet} is a split's images and annotations; {@link
 * org.rcnn.pipeline.run.OrderedWork} works on them side by side with results in order.
 */
package org.rcnn.pipeline.run;
