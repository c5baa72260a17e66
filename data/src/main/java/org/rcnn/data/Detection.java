package org.rcnn.data;

import java.util.Objects;

/**
 * An object found by a detector: its class, score and box.
 *
 * @param className the class
 * @param score the confidence; only its order among detections of the same class has meaning
 * @param box where the object is
 * @param probability that the detection is right, 0 to 1; NaN if the detector is not calibrated
 */
public record Detection(String className, double score, Box box, double probability) {

  /** Refuses missing parts, and NaN as a score, because it cannot be ranked. */
  public Detection {
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(box, "box");
    if (Double.isNaN(score)) {
      throw new IllegalArgumentException("A detection's score must be a number, not NaN.");
    }
  }

  /** A detection whose probability is not known. */
  public Detection(String className, double score, Box box) {
    this(className, score, box, Double.NaN);
  }

  /** The same with a probability. */
  public Detection withProbability(double other) {
    return new Detection(className, score, box, other);
  }
}
