package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * Which regions a class's SVM is trained on.
 *
 * @param positiveIou proposals that overlap a ground truth of the class by at least this much are
 *     positives, too; 0 for ground truth only, as in the paper
 * @param negativeIou regions that overlap every ground truth of the class by less than this are
 *     negatives; regions between the two are ignored
 * @param difficultPositives whether objects marked difficult are positives; if not, they are
 *     ignored, and so are regions that overlap them
 * @param positiveUpsampling how many times each positive counts, at least 1. The loss is weighted
 *     accordingly, which is the same problem as training on that many copies
 * @param negativeSampling the share of negatives that training may use, from a millionth to 1.
 *     Whether a region belongs to it depends only on the seed, its image's name and its row
 * @param maxPositives the most positives of a class that has fewer objects: a seeded uniform sample
 *     of its proposals takes what they leave
 * @param maxObjects the most objects of a class among its positives, a seeded uniform sample of
 *     all. The larger of the two limits bounds the Gram matrices, which grow with its square,
 *     however many images there are
 */
public record SampleSettings(
    double positiveIou,
    double negativeIou,
    boolean difficultPositives,
    int positiveUpsampling,
    double negativeSampling,
    int maxPositives,
    int maxObjects) {

  /** Refuses values out of range; the message names the setting. */
  public SampleSettings {
    Check.within("negative-iou", negativeIou, 0, 1);
    Check.within("positive-iou", positiveIou, 0, 1);
    if (positiveIou > 0 && positiveIou < negativeIou) {
      throw new IllegalArgumentException(
          "positive-iou must be 0 or at least negative-iou (%s), so that no region is both; it is %s."
              .formatted(negativeIou, positiveIou));
    }
    Check.atLeast("positive-upsampling", positiveUpsampling, 1);
    Check.within("negative-sampling", negativeSampling, 1e-6, 1);
    Check.atLeast("max-positives", maxPositives, 1);
    Check.atLeast("max-objects", maxObjects, 1);
  }

  /** The project's design: ground truth against IoU below 0.7. */
  public static SampleSettings standard() {
    return new SampleSettings(0, 0.7, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** The paper's: ground truth, difficult included, against IoU below 0.3. */
  public static SampleSettings paper() {
    return new SampleSettings(0, 0.3, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }
}
