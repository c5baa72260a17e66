package org.rcnn.pipeline.stage;

import org.rcnn.data.Check;
import org.rcnn.eval.PlattScaling;

/**
 * From which score a detection of a class counts, and how a score becomes a probability.
 *
 * @param className the class
 * @param score the lowest score that counts
 * @param slope of the sigmoid from decisions ({@link Head#decision}) to probabilities
 * @param offset of the sigmoid
 */
public record ClassThreshold(String className, double score, double slope, double offset) {

  /** Refuses a missing name and parameters that are no numbers. */
  public ClassThreshold {
    Check.given("className", className);
    if (!Double.isFinite(score)) {
      throw new IllegalArgumentException(
          "The threshold of %s must be a finite number, not %s.".formatted(className, score));
    }
    new PlattScaling(slope, offset);
  }

  /**
   * The probability that a detection is right.
   *
   * @param head the head that gave the score
   */
  public double probability(Head head, double ofScore) {
    return new PlattScaling(slope, offset).probability(head.decision(ofScore));
  }
}
