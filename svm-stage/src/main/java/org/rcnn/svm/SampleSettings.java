package org.rcnn.svm;

/**
 * Which regions a class's SVM learns from.
 *
 * @param positiveIou proposals that overlap a ground truth of the class by at least this much are
 *     positives too; 0 keeps ground truth alone, as the paper does
 * @param negativeIou regions that overlap every ground truth of the class by less than this are
 *     negatives; whatever lies between is ignored
 * @param difficultPositives whether objects marked difficult are positives; if not, they are
 *     ignored, and so is what overlaps them
 * @param positiveUpsampling how often each positive counts, at least 1. Up-sampling is done as a
 *     weight of the loss, which is the same problem as training on that many copies
 * @param negativeSampling the share of negatives that training may see, above 0 up to 1. Whether a
 *     region belongs to it depends on the seed, its image's name and its row alone
 * @param maxPositives proposals become positives of a class only while it has fewer positives than
 *     this; objects always do. Bounds the Gram matrices, which grow with its square, as long as no
 *     class has more objects
 */
public record SampleSettings(
    double positiveIou,
    double negativeIou,
    boolean difficultPositives,
    int positiveUpsampling,
    double negativeSampling,
    int maxPositives) {

  /** Refuses values out of range. */
  public SampleSettings {
    if (maxPositives < 1) {
      throw new IllegalArgumentException(
          "max-positives must be at least 1, not " + maxPositives + ".");
    }
    if (!(positiveIou >= 0 && positiveIou <= 1)) {
      throw new IllegalArgumentException(
          "positive-iou must lie between 0 (off) and 1, not " + positiveIou + ".");
    }
    if (!(negativeIou >= 0 && negativeIou <= 1)) {
      throw new IllegalArgumentException(
          "negative-iou must lie between 0 and 1, not " + negativeIou + ".");
    }
    if (positiveIou > 0 && positiveIou < negativeIou) {
      throw new IllegalArgumentException(
          "positive-iou %s is below negative-iou %s, so that regions would be both; raise the one or lower the other."
              .formatted(positiveIou, negativeIou));
    }
    if (positiveUpsampling < 1) {
      throw new IllegalArgumentException(
          "positive-upsampling must be at least 1, not " + positiveUpsampling + ".");
    }
    if (!(negativeSampling > 0 && negativeSampling <= 1)) {
      throw new IllegalArgumentException(
          "negative-sampling must lie above 0 and be at most 1, not " + negativeSampling + ".");
    }
  }

  /** Samples without a limit on positives. */
  public SampleSettings(
      double positiveIou,
      double negativeIou,
      boolean difficultPositives,
      int positiveUpsampling,
      double negativeSampling) {
    this(
        positiveIou,
        negativeIou,
        difficultPositives,
        positiveUpsampling,
        negativeSampling,
        Integer.MAX_VALUE);
  }

  /** The project's design: ground truth against IoU below 0.7. */
  public static SampleSettings standard() {
    return new SampleSettings(0, 0.7, true, 1, 1);
  }

  /** The paper's: ground truth, difficult included, against IoU below 0.3. */
  public static SampleSettings paper() {
    return new SampleSettings(0, 0.3, true, 1, 1);
  }

  /** The same with another negative threshold. */
  public SampleSettings withNegativeIou(double iou) {
    return new SampleSettings(
        positiveIou, iou, difficultPositives, positiveUpsampling, negativeSampling, maxPositives);
  }
}
