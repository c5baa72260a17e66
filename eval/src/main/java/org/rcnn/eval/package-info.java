/**
 * Scores detections against ground truth, and explains the score.
 *
 * <p>A detector claims many boxes for each class, each with a confidence. Ranked from the most to
 * the least confident, every claim is right (it overlaps an object of the class by an IoU of at
 * least one half, and no better claim took that object) or wrong. Walking down the ranking, recall
 * rises with every object found and precision falls with every wrong claim; average precision (AP)
 * is the height of that curve, averaged over recall, and mAP is the mean over classes. Two numbers
 * are comparable only if every detail of this agrees, so the details here are those of the PASCAL
 * VOC development kit, by default those of 2007: the largest overlap counts over all objects of the
 * image, difficult ones included; a claim on a difficult object counts neither way; a second claim
 * on an object is wrong; AP is the mean of the best precision at eleven recalls. {@link
 * org.rcnn.eval.ApMetric} has the others.
 *
 * <p>{@link org.rcnn.eval.DetectionEvaluator} takes the annotations of a split and the detections
 * of its images (all classes together, keyed by image id) and gives an {@link
 * org.rcnn.eval.EvaluationResult}: one {@link org.rcnn.eval.ClassResult} per class with its AP,
 * counts and {@link org.rcnn.eval.PrecisionRecallCurve}. {@link org.rcnn.eval.ErrorDiagnoser} takes
 * the same and gives an {@link org.rcnn.eval.ErrorDiagnosis}: what the false positives are, what
 * each kind costs, which sizes and shapes of objects are missed. {@link
 * org.rcnn.eval.TideDiagnoser} sorts errors as TIDE does, {@link org.rcnn.eval.ConfusionMatrix}
 * counts what objects are taken for, {@link org.rcnn.eval.ErrorExampleFinder} chooses errors to
 * look at, and {@link org.rcnn.eval.CocoEvaluator} gives COCO's summary. {@link
 * org.rcnn.eval.Bootstrap} says how far a score, or the difference of two, depends on the images it
 * was measured on.
 *
 * <p>Boxes are in the convention of {@link org.rcnn.data.Box}; overlaps equal those of the devkit's
 * inclusive pixel corners. AP, recall, precision and IoU are fractions from 0 to 1; an AP that does
 * not exist, because the split holds no object of the class, is NaN and enters no mean.
 */
package org.rcnn.eval;
