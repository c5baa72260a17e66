package org.rcnn.pipeline.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Formats figures, the same in every table and locale. */
final class Numbers {

  private Numbers() {}

  /** A fraction in per cent with one decimal, {@code 0.4716} as {@code 47.2}; NaN as a dash. */
  static String percent(double fraction) {
    return decimals(100 * fraction, 1);
  }

  /** A number with the given count of decimals; NaN as a dash. */
  static String decimals(double value, int decimals) {
    if (Double.isNaN(value)) {
      return "-";
    }
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    // A tiny negative number rounds to zero, which is written without a sign.
    return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
  }

  /** Up to four significant digits: losses, rates and objectives of any size. */
  static String significant(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    if (value == 0) {
      return "0";
    }
    double size = Math.abs(value);
    if (size < 1e-4 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    if (size < 1e-3) {
      return BigDecimal.valueOf(value)
          .round(new MathContext(4))
          .stripTrailingZeros()
          .toPlainString();
    }
    int whole = size < 1 ? 0 : (int) Math.floor(Math.log10(size)) + 1;
    return decimals(value, Math.max(0, 4 - whole));
  }

  /** A coordinate in a drawing, to a tenth of a pixel. */
  static String coordinate(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  /** A count with thousands separators. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** A time span: {@code 0.42 s}, {@code 12.3 s}, {@code 3 min 05 s}. */
  static String duration(double seconds) {
    if (Double.isNaN(seconds)) {
      return "-";
    }
    if (seconds < 9.995) {
      return decimals(seconds, 2) + " s";
    }
    if (seconds < 59.95) {
      return decimals(seconds, 1) + " s";
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }
}
