package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * How box regression is trained.
 *
 * @param pairIou a proposal is paired with a ground truth if their IoU is greater than this, from
 *     0.01 to 0.99
 * @param lambda weight of the ridge penalty, which includes the bias, as in the authors' code. It
 *     is chosen for features with a mean norm of 20
 * @param maxPairs maximum number of pairs kept per class for training, a uniform sample of all. It
 *     limits memory to about a quarter of {@code classes × maxPairs × dimension × 4} bytes for
 *     rectified features, and to {@code threads × (4 maxPairs × dimension + 4 maxPairs²)} bytes
 *     more during training
 * @param minPairs minimum number of pairs to train on; a class with fewer leaves boxes unchanged.
 *     The whitening alone estimates the 10 different entries of a 4 × 4 covariance
 * @param heldBackEvery one in this many ground truths is held back, with all proposals paired with
 *     it, to measure IoU before and after; 0 for none
 * @param seed of the samples
 */
public record BoxRegressionSettings(
    double pairIou, double lambda, int maxPairs, int minPairs, int heldBackEvery, long seed) {

  /** Refuses values out of range; the message names the setting. */
  public BoxRegressionSettings {
    Check.within("pair-iou", pairIou, 0.01, 0.99);
    Check.within("lambda", lambda, 1e-6, 1e9);
    Check.within("max-pairs", maxPairs, 1, 40_000);
    Check.atLeast("min-pairs", minPairs, 1);
    if (heldBackEvery < 0 || heldBackEvery == 1) {
      throw new IllegalArgumentException(
          "held-back-every must be 0 or at least 2; it is %d.".formatted(heldBackEvery));
    }
  }

  /**
   * The paper's values (IoU above 0.6, λ = 1000), at most 5,000 pairs a class, a tenth held back.
   */
  public static BoxRegressionSettings authors(long seed) {
    return new BoxRegressionSettings(0.6, 1000, 5_000, 10, 10, seed);
  }
}
