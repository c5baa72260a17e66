/**
 * What programs do with the library, one short class for each: read the class that is nearest to
 * yours and copy it. Every class has a {@code main} with its arguments in the comment, and a method
 * that does the work and returns the result.
 *
 * <p>{@link org.rcnn.examples.DetectInPhoto} and {@link org.rcnn.examples.DetectInMany} use a
 * trained detector, {@link org.rcnn.examples.TrainOnFolder} trains one, {@link
 * org.rcnn.examples.OwnProposals} trains one on boxes of its own. {@link
 * org.rcnn.examples.ProposeBoxes}, {@link org.rcnn.examples.SvmsOnOwnFeatures}, {@link
 * org.rcnn.examples.EvaluateDetections} and {@link org.rcnn.examples.MeanAveragePrecision} use one
 * module alone: selective search, SVMs, evaluation.
 */
package org.rcnn.examples;
