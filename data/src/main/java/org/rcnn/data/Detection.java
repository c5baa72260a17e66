package org.rcnn.data;

import java.util.Objects;

/**
 * A detector's claim that an object of a class is at a place.
 *
 * @param className the class
 * @param score the confidence; only its order among detections of the same class has meaning
 * @param box the place
 */
public record Detection(String className, double score, Box box) {

  /** Refuses missing parts and scores that cannot be ranked. */
  public Detection {
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(box, "box");
    if (Double.isNaN(score)) {
      throw new IllegalArgumentException("A detection's score must be a number, not NaN.");
    }
  }
}
