package org.rcnn.svm;

/**
 * How hard negatives are mined.
 *
 * @param firstImages how many images give the negatives of the first models, at least 1
 * @param firstNegatives how many negatives they give in all, at least 1
 * @param addAbove negatives that score above this are added
 * @param retrainAfter additions after which a class is retrained, at least 1
 * @param evictBelow negatives that score below this after a retraining are dropped
 * @param negativeCache negatives that a class keeps after a retraining, the highest scoring ones,
 *     at least 1. Memory grows with its square: see {@link SvmTrainer}
 */
public record MiningSettings(
    int firstImages,
    int firstNegatives,
    double addAbove,
    int retrainAfter,
    double evictBelow,
    int negativeCache) {

  /** Refuses values out of range. */
  public MiningSettings {
    requireOne("first-images", firstImages);
    requireOne("first-negatives", firstNegatives);
    requireOne("retrain-after", retrainAfter);
    requireOne("negative-cache", negativeCache);
    if (Double.isNaN(addAbove) || Double.isNaN(evictBelow) || evictBelow > addAbove) {
      throw new IllegalArgumentException(
          "evict-below must not exceed add-above, or negatives would be added only to be dropped; got %s and %s."
              .formatted(evictBelow, addAbove));
    }
  }

  /**
   * The paper's thresholds −1, 2,000 and −1.2; 2,000 first negatives from 10 images, a cache of
   * 4,000.
   */
  public static MiningSettings paper() {
    return new MiningSettings(10, 2000, -1, 2000, -1.2, 4000);
  }

  private static void requireOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "The mining's " + name + " must be at least 1, not " + value + ".");
    }
  }
}
