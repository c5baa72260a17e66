package org.rcnn.data;

import java.util.Collection;

/**
 * Checks that settings are in range. Each error message is a sentence that begins with the
 * setting's name in YAML, such as {@code negative-iou must lie between 0.0 and 1.0; it is 1.5.}, so
 * that a caller can put the name of the section in front of it.
 */
public final class Check {

  private Check() {}

  /**
   * Refuses a number below {@code least}.
   *
   * @throws IllegalArgumentException if it is
   */
  public static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "%s must be at least %d; it is %d.".formatted(name, least, value));
    }
  }

  /**
   * Refuses a whole number outside {@code least ... most}.
   *
   * @throws IllegalArgumentException if it lies outside
   */
  public static void within(String name, long value, long least, long most) {
    require(value >= least && value <= most, name, value, least, most);
  }

  /**
   * Refuses a number outside {@code least ... most}, and NaN.
   *
   * @throws IllegalArgumentException if it lies outside
   */
  public static void within(String name, double value, double least, double most) {
    require(value >= least && value <= most, name, value, least, most);
  }

  private static void require(
      boolean inside, String name, Object value, Object least, Object most) {
    if (!inside) {
      throw new IllegalArgumentException(
          "%s must lie between %s and %s; it is %s.".formatted(name, least, most, value));
    }
  }

  /**
   * Refuses a missing or empty collection.
   *
   * @throws IllegalArgumentException if it is null or empty
   */
  public static void notEmpty(String name, Collection<?> values) {
    if (values == null || values.isEmpty()) {
      throw new IllegalArgumentException(name + " must hold at least one value.");
    }
  }

  /**
   * Refuses a missing value.
   *
   * @throws IllegalArgumentException if it is null
   */
  public static void given(String name, Object value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " must have a value.");
    }
  }
}
