package org.rcnn.pipeline.study;

import org.rcnn.eval.Interval;
import org.rcnn.pipeline.study.Study.Measured;

/**
 * By how much one point's mean AP is above another's, and how sure that is. Both are scored on the
 * same resamples of the test images, so the difference is far surer than the two figures suggest.
 *
 * @param left a mean AP, a fraction
 * @param right the one that it is compared with
 * @param range in which left - right lies for {@value Interval#PERCENT} % of resamples; its ends
 *     are NaN where there is none
 */
public record Difference(double left, double right, Interval range) {

  /** Of two points; without a range if their test images differ, or there is only one. */
  public static Difference of(Measured left, Measured right) {
    return new Difference(left.meanAp(), right.meanAp(), range(left, right));
  }

  private static Interval range(Measured left, Measured right) {
    try {
      if (Double.isFinite(left.range().low())) {
        return left.scores().differenceOfMeans(right.scores());
      }
    } catch (IllegalArgumentException e) {
      // Other images: the figures can be compared, but not image by image.
    }
    return new Interval(left.meanAp() - right.meanAp(), Double.NaN, Double.NaN);
  }

  /** Whether both figures are the same as they are printed. */
  public boolean looksEqual() {
    return Values.look(left, right);
  }

  /** Whether the range holds 0, so that other test images may turn the order round. */
  public boolean isWithinChance() {
    return range.contains(0);
  }

  /** Whether the left figure is the higher one, as printed and beyond chance. */
  public boolean isHigher() {
    return left > right && !looksEqual() && range.low() > 0;
  }

  /** Whether the left figure is the lower one, as printed and beyond chance. */
  public boolean isLower() {
    return left < right && !looksEqual() && range.high() < 0;
  }

  /**
   * Its size: {@code 1.2 points (95 %: 0.1 to 2.4)}, or {@code 0.3 points, which is within chance
   * (95 %: -0.4 to 0.9)}.
   */
  public String size() {
    return Values.points(left, right) + surety();
  }

  /**
   * What the left figure is beside the right one: {@code 1.2 points lower (95 %: 0.1 to 2.4)}, or
   * {@code the same}.
   */
  public String said() {
    return looksEqual()
        ? "the same"
        : Values.points(left, right) + (left > right ? " higher" : " lower") + surety();
  }

  private String surety() {
    if (Double.isNaN(range.low())) {
      return "";
    }
    // Of a size, which has no sign, the range is turned with it.
    boolean turned = left < right;
    return "%s (%d %%: %s to %s)"
        .formatted(
            isWithinChance() ? ", which is within chance" : "",
            Interval.PERCENT,
            Values.tenths(turned ? -range.high() : range.low()),
            Values.tenths(turned ? -range.low() : range.high()));
  }
}
