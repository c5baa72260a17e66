package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;

/** The round numbers along the axis of a chart. */
final class Ticks {

  private Ticks() {}

  /**
   * A step of 1, 2 or 5 times a power of ten that divides a range into at most {@code parts} parts.
   */
  static double step(double range, int parts) {
    double power = Math.pow(10, Math.floor(Math.log10(range / parts)));
    for (double factor : new double[] {1, 2, 5}) {
      if (range / (power * factor) <= parts + 1e-9) {
        return power * factor;
      }
    }
    return power * 10;
  }

  /** The multiples of a step within a range, ascending. */
  static List<Double> between(double from, double to, double step) {
    List<Double> ticks = new ArrayList<>();
    for (long k = (long) Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) {
      ticks.add(k * step);
    }
    return ticks;
  }

  /** A multiple of a step with as many decimals as the step has. */
  static String label(double value, double step) {
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return decimals == 0 ? Numbers.count(Math.round(value)) : Numbers.decimals(value, decimals);
  }
}
