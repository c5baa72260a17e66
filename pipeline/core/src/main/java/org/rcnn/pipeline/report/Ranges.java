package org.rcnn.pipeline.report;

import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;

/**
 * Figures with the ranges that resampling the test images gives them, as text. A range has its ends
 * and not a ± of half its width, because it reaches further to one side of the figure than to the
 * other.
 */
final class Ranges {

  private Ranges() {}

  /**
   * The range of a figure of a result. Of a single test image there is none: all its resamples are
   * that image.
   */
  static Interval over(EvaluationResult result, Interval range) {
    return result.images() < 2 ? new Interval(range.estimate(), Double.NaN, Double.NaN) : range;
  }

  /** Whether a figure has a range. */
  static boolean isKnown(Interval range) {
    return !Double.isNaN(range.low());
  }

  /** The ends, in per cent or points: {@code 4.1 to 9.3}. */
  static String ends(Interval range) {
    return "%s to %s".formatted(Numbers.percent(range.low()), Numbers.percent(range.high()));
  }

  /** A range in per cent, for a table: {@code 40.1–44.2}; a dash for none. */
  static String cell(Interval range) {
    return isKnown(range)
        ? Numbers.percent(range.low()) + "–" + Numbers.percent(range.high())
        : "-";
  }

  /** A change with its sign, in points, for a table: {@code +6.0 (4.1 to 9.3)}; a dash for none. */
  static String signed(Interval change) {
    return isKnown(change)
        ? "%s (%s)".formatted(sign(change.estimate()), ends(change))
        : sign(change.estimate());
  }

  /** The same for a sentence that names no range before: {@code +6.0 points (95 %: 4.1 to 9.3)}. */
  static String signedPoints(Interval change) {
    return points(sign(change.estimate()), change);
  }

  /** How large a change is, without its sign: {@code 6.0 (4.1 to 9.3)}. */
  static String size(Interval change) {
    Interval size = absolute(change);
    return isKnown(size)
        ? "%s (%s)".formatted(Numbers.percent(size.estimate()), ends(size))
        : Numbers.percent(size.estimate());
  }

  /** The same for a sentence that names no range before: {@code 6.0 points (95 %: 4.1 to 9.3)}. */
  static String sizeInPoints(Interval change) {
    Interval size = absolute(change);
    return points(Numbers.percent(size.estimate()), size);
  }

  private static String points(String figure, Interval range) {
    return isKnown(range)
        ? "%s points (%d %%: %s)".formatted(figure, Interval.PERCENT, ends(range))
        : figure + " points";
  }

  /** A figure in points with its sign, without a range; a dash for none. */
  static String sign(double points) {
    String text = Numbers.percent(points);
    return text.startsWith("-") ? text : "+" + text;
  }

  private static Interval absolute(Interval change) {
    return change.estimate() < 0
        ? new Interval(-change.estimate(), -change.high(), -change.low())
        : change;
  }
}
