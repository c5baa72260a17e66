package org.rcnn.data.store;

/**
 * Conversion between 32-bit and 16-bit floating-point numbers (IEEE 754 binary16), which Java has
 * only from version 20 on.
 *
 * <p>A half has 11 significant bits, so a relative error of at most 2⁻¹¹; its largest value is
 * 65,504, its smallest 2⁻²⁴.
 */
final class HalfPrecision {

  /** Floats from here on would round beyond the largest half: 65,520 as float bits. */
  private static final int OVERFLOW = 0x477ff000;

  /** The smallest normal half, 2⁻¹⁴, as float bits. */
  private static final int SMALLEST_NORMAL = 0x38800000;

  private static final int LARGEST_HALF = 0x7bff;

  private HalfPrecision() {}

  /**
   * The nearest half, ties to even. What lies beyond the largest half, infinity included, becomes
   * the largest, because a feature that saturates is of use and an infinite one is not.
   *
   * @param bits a float's bits
   * @throws IllegalArgumentException if the float is not a number
   */
  static short ofFloatBits(int bits) {
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude >= SMALLEST_NORMAL && magnitude < OVERFLOW) {
      // Rebias the exponent (by 112), then round away 13 bits: half an ulp less one, plus the bit
      // that decides a tie.
      int rounded = magnitude - (112 << 23) + 0xfff + (magnitude >>> 13 & 1);
      return (short) (sign | rounded >>> 13);
    }
    return (short) (sign | ofUnusualMagnitude(magnitude));
  }

  private static int ofUnusualMagnitude(int magnitude) {
    if (magnitude < SMALLEST_NORMAL) {
      // The last bit of a float near 0.5 counts 2⁻²⁴, just as a subnormal half's: let the adder
      // round.
      return Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f)
          - Float.floatToRawIntBits(0.5f);
    }
    if (magnitude > 0x7f800000) {
      throw new IllegalArgumentException("A feature must be a number, not NaN.");
    }
    return LARGEST_HALF;
  }

  /** The float equal to a finite half. */
  static float toFloat(short half) {
    // As float bits the half's exponent is 112 too small; a product corrects it, subnormals
    // included.
    float magnitude = Float.intBitsToFloat((half & 0x7fff) << 13) * 0x1p112f;
    return half < 0 ? -magnitude : magnitude;
  }
}
