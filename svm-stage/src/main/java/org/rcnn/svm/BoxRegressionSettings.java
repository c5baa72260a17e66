package org.rcnn.svm;

/**
 * How box regression is trained.
 *
 * @param pairIou a proposal is paired with a ground truth if their IoU is greater than this
 * @param lambda weight of the ridge penalty; it weighs the bias too, as in the authors' code
 * @param featureScale factor that brings features to a mean norm of 20, for which {@code lambda} is
 *     meant
 * @param maxPairs most pairs kept per class for training, a uniform sample of all; bounds memory to
 *     about a quarter of {@code classes × maxPairs × dimension × 4} bytes for rectified features,
 *     and while training to {@code threads × (4 maxPairs × dimension + 4 maxPairs²)} bytes more
 * @param minPairs fewest pairs to learn from; with fewer a class leaves boxes as they are. The
 *     whitening alone estimates the 10 different entries of a 4 × 4 covariance
 * @param heldBackEvery of so many ground truths one is held back, with all proposals paired with
 *     it, to measure IoU before and after; 0 for none
 * @param seed of the samples
 */
public record BoxRegressionSettings(
    double pairIou,
    double lambda,
    double featureScale,
    int maxPairs,
    int minPairs,
    int heldBackEvery,
    long seed) {

  /** Refuses values out of range, by name. */
  public BoxRegressionSettings {
    check(pairIou >= 0 && pairIou < 1, "pairIou", "from 0 to below 1", pairIou);
    check(lambda > 0 && Double.isFinite(lambda), "lambda", "above 0", lambda);
    check(
        featureScale > 0 && Double.isFinite(featureScale), "featureScale", "above 0", featureScale);
    check(maxPairs >= 1 && maxPairs <= 40_000, "maxPairs", "from 1 to 40000", maxPairs);
    check(minPairs >= 1, "minPairs", "at least 1", minPairs);
    check(
        heldBackEvery != 1 && heldBackEvery >= 0,
        "heldBackEvery",
        "0, or 2 or more",
        heldBackEvery);
  }

  /**
   * The paper's values (IoU above 0.6, λ = 1000), at most 5,000 pairs a class, a tenth held back.
   */
  public static BoxRegressionSettings authors(double featureScale, long seed) {
    return new BoxRegressionSettings(0.6, 1000, featureScale, 5_000, 10, 10, seed);
  }

  private static void check(boolean good, String name, String range, Number value) {
    if (!good) {
      throw new IllegalArgumentException(
          "The box regression setting %s must be %s, not %s.".formatted(name, range, value));
    }
  }
}
