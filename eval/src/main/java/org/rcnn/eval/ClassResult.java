package org.rcnn.eval;

import java.util.Objects;

/**
 * How well one class was detected.
 *
 * @param className the class
 * @param ap average precision from 0 to 1; NaN if the split holds no object of the class that
 *     counts
 * @param positives the objects that can be found: those not marked difficult (the devkit's npos)
 * @param difficult the objects marked difficult, which count neither way
 * @param truePositives detections that found an object, at any score
 * @param falsePositives detections on nothing, or on an object found already
 * @param ignored detections that count neither way
 * @param curve precision and recall along the ranking, at the evaluation's IoU; empty if there are
 *     no positives
 */
public record ClassResult(
    String className,
    double ap,
    int positives,
    int difficult,
    int truePositives,
    int falsePositives,
    int ignored,
    PrecisionRecallCurve curve) {

  /** Refuses missing parts. */
  public ClassResult {
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(curve, "curve");
  }

  /** Whether the split holds an object of the class that counts, so that {@link #ap} exists. */
  public boolean isScored() {
    return positives > 0;
  }

  /** Objects that no detection found at any score. */
  public int missed() {
    return positives - truePositives;
  }
}
