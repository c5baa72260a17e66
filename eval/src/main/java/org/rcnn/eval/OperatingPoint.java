package org.rcnn.eval;

/**
 * What a detector finds of a class if only detections with a score of at least a threshold count.
 * Detections on difficult objects count neither way.
 *
 * @param threshold the lowest score that counts
 * @param truePositives right detections
 * @param falsePositives wrong detections
 * @param positives objects that can be found
 */
public record OperatingPoint(
    double threshold, int truePositives, int falsePositives, int positives) {

  /** The share of the detections that are right; NaN if there is none. */
  public double precision() {
    return (double) truePositives / (truePositives + falsePositives);
  }

  /** The share of the objects that are found; NaN if there is none. */
  public double recall() {
    return (double) truePositives / positives;
  }

  /**
   * The harmonic mean of precision and recall, 0 if nothing is right; NaN if there is neither an
   * object nor a detection.
   */
  public double f1() {
    return 2.0 * truePositives / (truePositives + falsePositives + positives);
  }
}
