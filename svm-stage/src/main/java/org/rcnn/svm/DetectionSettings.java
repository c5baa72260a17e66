package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * How scored regions become detections.
 *
 * @param nmsIou of two boxes of a class with a greater IoU than this, only the one with the higher
 *     score is kept; 0 to 1
 * @param perImage maximum number of detections kept per image and class
 * @param minScore the lowest score of an SVM's detection, from −1e6 to 1e6
 * @param minProbability the lowest score of a softmax's detection, 0 to 1
 */
public record DetectionSettings(
    double nmsIou, int perImage, double minScore, double minProbability) {

  /** Refuses values out of range; the message names the setting. */
  public DetectionSettings {
    Check.within("nms-iou", nmsIou, 0, 1);
    Check.atLeast("per-image", perImage, 1);
    Check.within("min-score", minScore, -1e6, 1e6);
    Check.within("min-probability", minProbability, 0, 1);
  }

  /** The authors' overlap of 0.3, and the pipeline's defaults. */
  public static DetectionSettings standard() {
    return new DetectionSettings(0.3, 100, -1.1, 0.001);
  }
}
