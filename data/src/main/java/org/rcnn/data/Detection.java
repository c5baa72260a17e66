package org.rcnn.data;

import java.util.Objects;

/**
 * An object found by a detector: its class, score and box.
 *
 * @param className the class
 * @param score the confidence; only its order among detections of the same class has meaning
 * @param box where the object is
 */
public record Detection(String className, double score, Box box) {

  /** Refuses missing parts, and NaN as a score, because it cannot be ranked. */
  public Detection {
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(box, "box");
    if (Double.isNaN(score)) {
      throw new IllegalArgumentException("A detection's score must be a number, not NaN.");
    }
  }
}
