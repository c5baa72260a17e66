package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * How scored regions become detections.
 *
 * @param nmsIou of two boxes of a class with a greater IoU than this, only the one with the higher
 *     score is kept; 0 to 1
 * @param perImage maximum number of detections kept per image and class; in a set with a maximum,
 *     also of the boxes of an image and class that take part in it
 * @param perClass maximum number of boxes of a class that a set of images keeps before suppression,
 *     for each of its images on average; 0 for no maximum. It adapts a lowest score to each class:
 *     see {@link BestOfSet}. A single image is no set
 * @param minScore the lowest score of an SVM's detection, from −1e6 to 1e6; {@link #NO_MIN_SCORE}
 *     or less for none
 * @param minProbability the lowest score of a softmax's detection, 0 to 1
 */
public record DetectionSettings(
    double nmsIou, int perImage, int perClass, double minScore, double minProbability) {

  /** The {@code minScore} that stands for none; no SVM scores as low. */
  public static final double NO_MIN_SCORE = -1000;

  /** Whether an SVM's detection may have any score. */
  public boolean hasNoMinScore() {
    return minScore <= NO_MIN_SCORE;
  }

  /** Refuses values out of range; the message names the setting. */
  public DetectionSettings {
    Check.within("nms-iou", nmsIou, 0, 1);
    Check.atLeast("per-image", perImage, 1);
    Check.atLeast("per-class", perClass, 0);
    Check.within("min-score", minScore, -1e6, 1e6);
    Check.within("min-probability", minProbability, 0, 1);
  }

  /** The authors' values, and a lowest probability for softmax. */
  public static DetectionSettings standard() {
    return new DetectionSettings(0.3, 100, 40, NO_MIN_SCORE, 0.001);
  }
}
