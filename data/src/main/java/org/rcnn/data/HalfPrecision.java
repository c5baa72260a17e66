package org.rcnn.data;

/**
 * Conversion between 32-bit and 16-bit floating-point numbers (IEEE 754 binary16: 1 sign, 5
 * exponent and 10 fraction bits), which Java has only from version 20 on.
 *
 * <p>A half has 11 significant bits, so a relative error of at most 2⁻¹¹; its largest finite value
 * is 65,504, its smallest 2⁻²⁴. Weights are rounded as the standard says, features so that none
 * becomes infinite.
 */
public final class HalfPrecision {

  /** Floats from here on would round beyond the largest half: 65,520 as float bits. */
  private static final int OVERFLOW = 0x477ff000;

  /** The smallest normal half, 2⁻¹⁴, as float bits. */
  private static final int SMALLEST_NORMAL = 0x38800000;

  private static final int INFINITY = 0x7f800000;
  private static final int LARGEST_HALF = 0x7bff;
  private static final int INFINITE_HALF = 0x7c00;
  private static final int NAN_HALF = 0x7e00;

  private HalfPrecision() {}

  /** The nearest half, ties to even; beyond the largest half infinity, and NaN for NaN. */
  public static short nearest(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7fffffff;
    int half =
        magnitude < OVERFLOW
            ? rounded(magnitude)
            : magnitude <= INFINITY ? INFINITE_HALF : NAN_HALF;
    return (short) (bits >>> 16 & 0x8000 | half);
  }

  /**
   * The nearest finite half, ties to even. What lies beyond the largest half, infinity included,
   * becomes the largest, because a feature that saturates is of use and an infinite one is not.
   *
   * @throws IllegalArgumentException if the value is not a number
   */
  public static short saturated(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & 0x7fffffff;
    if (magnitude > INFINITY) {
      throw new IllegalArgumentException("A feature must be a number, not NaN.");
    }
    int half = magnitude < OVERFLOW ? rounded(magnitude) : LARGEST_HALF;
    return (short) (bits >>> 16 & 0x8000 | half);
  }

  /** The bits of the half nearest to a float's magnitude below {@link #OVERFLOW}. */
  private static int rounded(int magnitude) {
    if (magnitude >= SMALLEST_NORMAL) {
      // Rebias the exponent (by 112), then round away 13 bits: half an ulp less one, plus the bit
      // that decides a tie.
      return magnitude - (112 << 23) + 0xfff + (magnitude >>> 13 & 1) >>> 13;
    }
    // The last bit of a float near 0.5 counts 2⁻²⁴, just as a subnormal half's: let the adder
    // round.
    return Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f)
        - Float.floatToRawIntBits(0.5f);
  }

  /** The float of the same value; exact for every half. */
  public static float toFloat(short half) {
    int magnitude = half & 0x7fff;
    if (magnitude >= INFINITE_HALF) {
      return Float.intBitsToFloat(half << 16 & 0x80000000 | INFINITY | (magnitude & 0x3ff) << 13);
    }
    // As float bits the half's exponent is 112 too small; a product corrects it, subnormals
    // included.
    float value = Float.intBitsToFloat(magnitude << 13) * 0x1p112f;
    return half < 0 ? -value : value;
  }
}
