package org.rcnn.eval;

import java.util.List;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.rcnn.data.Check;

/**
 * A figure measured several times with nothing changed but the seed, so that the values differ by
 * luck alone. A few repetitions hardly tell their own spread, so ranges are by Student's t: with
 * two seeds the range is six times as wide as with many of the same spread.
 *
 * @param count how many there are, at least two
 * @param mean their mean
 * @param deviation the standard deviation of a sample: the squares are divided by {@code count - 1}
 */
public record Repetitions(int count, double mean, double deviation) {

  /**
   * Of measured values.
   *
   * @param values at least two
   * @throws IllegalArgumentException if there are fewer
   */
  public static Repetitions of(List<Double> values) {
    Check.atLeast("values", values.size(), 2);
    SummaryStatistics statistics = new SummaryStatistics();
    values.forEach(statistics::addValue);
    return new Repetitions(values.size(), statistics.getMean(), statistics.getStandardDeviation());
  }

  /**
   * The range that holds the mean over all seeds for {@value Interval#PERCENT} % of such choices of
   * seeds.
   */
  public Interval meanRange() {
    return Interval.ofMean(mean, deviation / Math.sqrt(count), count);
  }

  /**
   * What two single repetitions may differ by: {@value Interval#PERCENT} % of pairs differ by less.
   * A difference has the root of two times one figure's deviation.
   */
  public double differenceOfTwo() {
    return Interval.ofMean(0, Math.sqrt(2) * deviation, count).high();
  }
}
