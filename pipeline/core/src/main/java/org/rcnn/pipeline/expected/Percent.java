package org.rcnn.pipeline.expected;

import java.util.Locale;

/** Fractions as tables show them: in per cent. */
final class Percent {

  /** What adding and subtracting fractions may be off by. */
  static final double ROUNDING = 1e-12;

  private Percent() {}

  /** A fraction in per cent; a dash for NaN. */
  static String of(double fraction, int decimals) {
    return Double.isNaN(fraction)
        ? "-"
        : String.format(Locale.ROOT, "%." + decimals + "f", 100 * fraction);
  }

  /**
   * A mean and its spread: {@code 19.2 ± 0.3}, or the mean alone.
   *
   * @param mean a fraction; null if unknown
   * @param spread a fraction; null if unknown
   */
  static String of(Double mean, Double spread, int decimals) {
    if (mean == null) {
      return "-";
    }
    return of(mean.doubleValue(), decimals)
        + (spread == null ? "" : " ± " + of(spread.doubleValue(), decimals));
  }
}
