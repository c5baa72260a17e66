package org.rcnn.eval;

/**
 * A sigmoid from scores to probabilities: {@code p = 1 / (1 + exp(slope · score + offset))}.
 *
 * <p>J. Platt, "Probabilistic outputs for support vector machines and comparisons to regularized
 * likelihood methods", 1999. The labels are softened by one example of each kind, so that a class
 * with few examples gives no certainty. Fitted by Newton's method with backtracking as in H.-T.
 * Lin, C.-J. Lin, R. Weng, "A note on Platt's probabilistic outputs for support vector machines",
 * 2007, whose forms of the likelihood and gradient neither overflow nor cancel.
 *
 * @param slope negative if a higher score means a higher probability
 * @param offset the log odds of a wrong detection at score 0
 */
public record PlattScaling(double slope, double offset) {

  private static final int ITERATIONS = 100;
  private static final double SHORTEST_STEP = 1e-10;

  /** Keeps the Hessian invertible if all scores are equal. */
  private static final double RIDGE = 1e-12;

  /** The gradient, for each example, at which the search ends. */
  private static final double FLAT = 1e-12;

  /** The share of the expected descent that a step must bring. */
  private static final double DESCENT = 1e-4;

  /** Refuses parameters that are no numbers. */
  public PlattScaling {
    if (!Double.isFinite(slope) || !Double.isFinite(offset)) {
      throw new IllegalArgumentException(
          "A sigmoid needs finite parameters, not %s and %s.".formatted(slope, offset));
    }
  }

  /** The probability that a detection with a score is right. */
  public double probability(double score) {
    return wrong(slope * score + offset);
  }

  /** {@code 1 / (1 + exp(x))}, without overflow. */
  private static double wrong(double x) {
    double small = Math.exp(-Math.abs(x));
    return x >= 0 ? small / (1 + small) : 1 / (1 + small);
  }

  /**
   * Between this sigmoid and another: the weighted mean of their log odds.
   *
   * @param weight of this one, 0 to 1
   */
  public PlattScaling towards(PlattScaling other, double weight) {
    return new PlattScaling(
        weight * slope + (1 - weight) * other.slope, weight * offset + (1 - weight) * other.offset);
  }

  /**
   * Fits the sigmoid.
   *
   * @param scores of the examples
   * @param right whether each example is right
   * @throws IllegalArgumentException if there is no example
   */
  public static PlattScaling fit(double[] scores, boolean[] right) {
    if (scores.length == 0 || scores.length != right.length) {
      throw new IllegalArgumentException(
          "A sigmoid is fitted to at least one score, each with a label; there are %d and %d."
              .formatted(scores.length, right.length));
    }
    int positives = 0;
    for (boolean each : right) {
      positives += each ? 1 : 0;
    }
    int negatives = right.length - positives;
    double high = (positives + 1.0) / (positives + 2.0);
    double low = 1 / (negatives + 2.0);
    double[] targets = new double[right.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = right[i] ? high : low;
    }
    return minimum(scores, targets, Math.log((negatives + 1.0) / (positives + 1.0)));
  }

  private static PlattScaling minimum(double[] scores, double[] targets, double firstOffset) {
    PlattScaling at = new PlattScaling(0, firstOffset);
    double loss = at.loss(scores, targets);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double bySlope = 0;
      double byOffset = 0;
      double slopeSlope = RIDGE;
      double offsetOffset = RIDGE;
      double slopeOffset = 0;
      for (int i = 0; i < scores.length; i++) {
        double p = at.probability(scores[i]);
        double difference = targets[i] - p;
        double curvature = p * (1 - p);
        bySlope += scores[i] * difference;
        byOffset += difference;
        slopeSlope += scores[i] * scores[i] * curvature;
        offsetOffset += curvature;
        slopeOffset += scores[i] * curvature;
      }
      if (Math.max(Math.abs(bySlope), Math.abs(byOffset)) < FLAT * scores.length) {
        break;
      }
      double determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset;
      double slopeStep = -(offsetOffset * bySlope - slopeOffset * byOffset) / determinant;
      double offsetStep = -(slopeSlope * byOffset - slopeOffset * bySlope) / determinant;
      double descent = bySlope * slopeStep + byOffset * offsetStep;
      double length = 1;
      PlattScaling next = at;
      while (length >= SHORTEST_STEP) {
        PlattScaling tried =
            new PlattScaling(at.slope + length * slopeStep, at.offset + length * offsetStep);
        double lossThere = tried.loss(scores, targets);
        if (lossThere < loss + DESCENT * length * descent) {
          next = tried;
          loss = lossThere;
          break;
        }
        length /= 2;
      }
      if (next.equals(at)) {
        break;
      }
      at = next;
    }
    return at;
  }

  /** The negative log likelihood of targets. */
  private double loss(double[] scores, double[] targets) {
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      double x = slope * scores[i] + offset;
      // Both forms are equal; each cancels nothing on its side.
      sum += (x >= 0 ? targets[i] * x : (targets[i] - 1) * x) + Math.log1p(Math.exp(-Math.abs(x)));
    }
    return sum;
  }
}
