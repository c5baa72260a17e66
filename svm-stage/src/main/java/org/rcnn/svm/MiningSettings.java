package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * How hard negatives are mined.
 *
 * <p>The paper has no bounds on the negatives per image and in the cache. Its authors keep every
 * hard negative. With weak features that is nearly every region: a class whose scores do not yet
 * separate objects from background scores all regions above −1. Then the bounds decide what the
 * class trains on. They draw at random instead of taking the highest scores, because a class
 * trained only on its worst mistakes forgets ordinary background, gets that wrong next, and never
 * converges. (On the 20 classes of a VOC2007 subset with 64-pixel features, chair had an average
 * precision of 0.1 % with the highest scores kept and 11 % with a random draw.)
 *
 * @param firstImages how many images give the negatives of the first models, at least 1
 * @param firstNegatives how many negatives they give in all, at least 1
 * @param hardNegativeScore negatives that score above this are added, from −100 to 100
 * @param hardNegativesPerImage maximum number of negatives that a class adds from one image, a
 *     seeded draw of those above {@code hardNegativeScore}; at least 1
 * @param retrainAfter additions after which a class is retrained, at least 1
 * @param easyNegativeScore negatives that score below this after a retraining are dropped, from
 *     −100 to {@code hardNegativeScore}
 * @param negativeCache maximum number of negatives that a class keeps after a retraining, at least
 *     1: a seeded uniform sample of all found so far and not dropped. Memory grows with its square:
 *     see {@link SvmTrainer}
 */
public record MiningSettings(
    int firstImages,
    int firstNegatives,
    double hardNegativeScore,
    int hardNegativesPerImage,
    int retrainAfter,
    double easyNegativeScore,
    int negativeCache) {

  /** Refuses values out of range; the message names the setting. */
  public MiningSettings {
    Check.atLeast("first-images", firstImages, 1);
    Check.atLeast("first-negatives", firstNegatives, 1);
    Check.within("hard-negative-score", hardNegativeScore, -100, 100);
    Check.atLeast("hard-negatives-per-image", hardNegativesPerImage, 1);
    Check.atLeast("retrain-after", retrainAfter, 1);
    Check.within("easy-negative-score", easyNegativeScore, -100, 100);
    if (easyNegativeScore > hardNegativeScore) {
      throw new IllegalArgumentException(
          "easy-negative-score must be at most hard-negative-score (%s), or negatives would be added only to be dropped; it is %s."
              .formatted(hardNegativeScore, easyNegativeScore));
    }
    Check.atLeast("negative-cache", negativeCache, 1);
  }

  /**
   * The paper's thresholds −1, 2,000 and −1.2; 2,000 first negatives from 10 images, all hard
   * negatives of an image, a cache of 4,000.
   */
  public static MiningSettings paper() {
    return new MiningSettings(10, 2000, -1, Integer.MAX_VALUE, 2000, -1.2, 4000);
  }
}
