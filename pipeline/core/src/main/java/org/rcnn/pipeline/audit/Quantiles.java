package org.rcnn.pipeline.audit;

import java.util.Arrays;

/**
 * Five numbers that say how values are spread. Each is one of the values (the nearest rank): the
 * least that at least so large a share of all values does not exceed.
 *
 * @param least the least value
 * @param tenth at least a tenth of the values are no larger
 * @param median at least half of them
 * @param nineTenths at least nine tenths
 * @param most the largest value
 */
public record Quantiles(double least, double tenth, double median, double nineTenths, double most) {

  /**
   * The quantiles of values in any order.
   *
   * @throws IllegalArgumentException if there is no value
   */
  static Quantiles of(double[] values) {
    return new Quantiles(
        at(values, 0), at(values, 0.1), at(values, 0.5), at(values, 0.9), at(values, 1));
  }

  /** One quantile, of a share from 0 to 1. */
  static double at(double[] values, double share) {
    if (values.length == 0) {
      throw new IllegalArgumentException("No values have no quantiles.");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
