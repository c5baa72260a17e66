package org.rcnn.eval;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * A figure and the range in which it would lie in {@value #PERCENT} % of repetitions.
 *
 * @param estimate the figure itself; NaN if it does not exist
 * @param low the lower end; NaN if it cannot be told
 * @param high the upper end; NaN if it cannot be told
 */
public record Interval(double estimate, double low, double high) {

  /** How much of the repetitions a range contains. */
  public static final int PERCENT = 95;

  /**
   * The range of the middle {@value #PERCENT} % of repetitions. Between two of them it is
   * interpolated, as numpy's {@code percentile} does.
   *
   * @param estimate the figure itself
   * @param repetitions the figure of each repetition, in any order; NaNs are left out
   */
  public static Interval ofRepetitions(double estimate, double[] repetitions) {
    double[] sorted = Arrays.stream(repetitions).filter(value -> !Double.isNaN(value)).toArray();
    Arrays.sort(sorted);
    double tail = (1 - PERCENT / 100.0) / 2;
    return new Interval(estimate, quantile(sorted, tail), quantile(sorted, 1 - tail));
  }

  /**
   * The range of a mean of a few figures, by Student's t.
   *
   * @param mean the mean
   * @param standardError its standard error, from the same figures
   * @param count how many figures there are, at least two
   */
  public static Interval ofMean(double mean, double standardError, int count) {
    double tail = (1 - PERCENT / 100.0) / 2;
    double reach =
        standardError * new TDistribution(count - 1).inverseCumulativeProbability(1 - tail);
    return new Interval(mean, mean - reach, mean + reach);
  }

  /**
   * This figure, moved by a further cause of luck that is independent of what moves it here, such
   * as the seed of training beside the choice of test images: the ways from the figures to their
   * ends are added in quadrature, as independent deviations are. An end on the wrong side of its
   * own figure adds nothing.
   *
   * @param other the range that the further cause alone leaves, of its own estimate
   */
  public Interval widenedBy(Interval other) {
    return new Interval(
        estimate,
        estimate - Math.hypot(way(low, estimate), way(other.low, other.estimate)),
        estimate + Math.hypot(way(estimate, high), way(other.estimate, other.high)));
  }

  private static double way(double from, double to) {
    return Math.max(0, to - from);
  }

  private static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** Whether a value lies in the range. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
