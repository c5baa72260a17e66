package org.rcnn.data;

/**
 * Conversion between 32-bit and 16-bit floating-point numbers (IEEE 754 binary16: 1 sign, 5
 * exponent and 10 fraction bits), which Java itself offers only from version 20 on.
 *
 * <p>A half has 11 significant bits, so a relative error of at most 2⁻¹¹; its largest finite value
 * is 65,504, its smallest 2⁻²⁴. Weights are rounded as the standard says. Features are rounded so
 * that none becomes infinite.
 */
public final class HalfPrecision {

  /** The smallest float that rounds beyond the largest half: 65,520 as float bits. */
  private static final int OVERFLOW = 0x477ff000;

  /** The smallest normal half, 2⁻¹⁴, as float bits. */
  private static final int SMALLEST_NORMAL = 0x38800000;

  private static final int INFINITY = 0x7f800000;
  private static final int LARGEST_HALF = 0x7bff;
  private static final int INFINITE_HALF = 0x7c00;
  private static final int NAN_HALF = 0x7e00;

  private HalfPrecision() {}

  /**
   * The nearest half, ties to even. Values beyond the largest half give infinity, and NaN gives
   * NaN.
   */
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
   * The nearest finite half, ties to even. Values beyond the largest half, infinity included,
   * become the largest half, because a saturated feature is still useful and an infinite one is
   * not.
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
      // Rebias the exponent (by 112), then round away 13 bits: add half an ulp less one, plus the
      // bit that decides a tie.
      return magnitude - (112 << 23) + 0xfff + (magnitude >>> 13 & 1) >>> 13;
    }
    // The last bit of a float near 0.5 is worth 2⁻²⁴, as is a subnormal half's,
    // so the addition rounds.
    return Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f)
        - Float.floatToRawIntBits(0.5f);
  }

  /** The float of the same value; exact for every half. */
  public static float toFloat(short half) {
    int magnitude = half & 0x7fff;
    if (magnitude >= INFINITE_HALF) {
      return Float.intBitsToFloat(half << 16 & 0x80000000 | INFINITY | (magnitude & 0x3ff) << 13);
    }
    // Read as float bits, the half's exponent is 112 too small.
    // The product corrects it, also for subnormals.
    float value = Float.intBitsToFloat(magnitude << 13) * 0x1p112f;
    return half < 0 ? -value : value;
  }
}
