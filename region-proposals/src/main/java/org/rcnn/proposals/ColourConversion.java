package org.rcnn.proposals;

/**
 * Turns interleaved 8-bit RGB into the 8-bit planes of a {@link ColourSpace}.
 *
 * <p>The conversions are plain single-precision arithmetic with tables for the two curves of L*a*b*
 * (the sRGB gamma, and the cube root at 4096 steps, which is within a quarter of an 8-bit step).
 */
final class ColourConversion {

  private static final int CURVE_STEPS = 4096;

  private final float hueRange;
  private final float[] linear = new float[256];
  private final float[] labCurve = new float[CURVE_STEPS + 2];

  ColourConversion(Variant variant) {
    hueRange = variant == Variant.OPENCV ? 180 : 255;
    for (int i = 0; i < 256; i++) {
      double v = i / 255.0;
      linear[i] = (float) (v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4));
    }
    for (int i = 0; i < labCurve.length; i++) {
      double t = i / (double) CURVE_STEPS;
      labCurve[i] = (float) (t > 216.0 / 24389 ? Math.cbrt(t) : (24389.0 / 27 * t + 16) / 116);
    }
  }

  /** Fills the first {@code space.channels()} planes with the first {@code pixels} pixels. */
  void convert(ColourSpace space, byte[] rgb, int pixels, byte[][] planes) {
    switch (space) {
      case HSV -> hsv(rgb, pixels, planes[0], planes[1], planes[2]);
      case LAB -> lab(rgb, pixels, planes[0], planes[1], planes[2]);
      case RGI -> rgi(rgb, pixels, planes[0], planes[1], planes[2]);
      case HUE -> hue(rgb, pixels, planes[0]);
      case INTENSITY -> intensity(rgb, pixels, planes[0]);
    }
  }

  private void hsv(byte[] rgb, int pixels, byte[] h, byte[] s, byte[] v) {
    for (int p = 0, i = 0; p < pixels; p++, i += 3) {
      int r = rgb[i] & 0xff;
      int g = rgb[i + 1] & 0xff;
      int b = rgb[i + 2] & 0xff;
      int max = Math.max(r, Math.max(g, b));
      int chroma = max - Math.min(r, Math.min(g, b));
      h[p] = hueOf(r, g, b, max, chroma);
      s[p] = max == 0 ? 0 : (byte) ((510 * chroma + max) / (2 * max));
      v[p] = (byte) max;
    }
  }

  private void hue(byte[] rgb, int pixels, byte[] h) {
    for (int p = 0, i = 0; p < pixels; p++, i += 3) {
      int r = rgb[i] & 0xff;
      int g = rgb[i + 1] & 0xff;
      int b = rgb[i + 2] & 0xff;
      int max = Math.max(r, Math.max(g, b));
      h[p] = hueOf(r, g, b, max, max - Math.min(r, Math.min(g, b)));
    }
  }

  private byte hueOf(int r, int g, int b, int max, int chroma) {
    if (chroma == 0) {
      return 0;
    }
    float sixths;
    if (max == r) {
      sixths = (g - b) / (float) chroma + (g < b ? 6 : 0);
    } else if (max == g) {
      sixths = (b - r) / (float) chroma + 2;
    } else {
      sixths = (r - g) / (float) chroma + 4;
    }
    return (byte) (int) Math.min(sixths * (hueRange / 6) + 0.5f, hueRange);
  }

  private void lab(byte[] rgb, int pixels, byte[] lightness, byte[] a, byte[] b) {
    for (int p = 0, i = 0; p < pixels; p++, i += 3) {
      float red = linear[rgb[i] & 0xff];
      float green = linear[rgb[i + 1] & 0xff];
      float blue = linear[rgb[i + 2] & 0xff];
      // Rows of the sRGB-to-XYZ matrix divided by the D65 white point.
      float fx = curve(0.433953f * red + 0.376219f * green + 0.189828f * blue);
      float fy = curve(0.212671f * red + 0.715160f * green + 0.072169f * blue);
      float fz = curve(0.017758f * red + 0.109477f * green + 0.872766f * blue);
      lightness[p] = clamp((116 * fy - 16) * 2.55f);
      a[p] = clamp(500 * (fx - fy) + 128);
      b[p] = clamp(200 * (fy - fz) + 128);
    }
  }

  private float curve(float t) {
    float position = t * CURVE_STEPS;
    int i = (int) position;
    float fraction = position - i;
    return labCurve[i] + fraction * (labCurve[i + 1] - labCurve[i]);
  }

  private static byte clamp(float value) {
    return (byte) Math.max(0, Math.min(255, (int) (value + 0.5f)));
  }

  private static void rgi(byte[] rgb, int pixels, byte[] r, byte[] g, byte[] intensity) {
    for (int p = 0, i = 0; p < pixels; p++, i += 3) {
      int red = rgb[i] & 0xff;
      int green = rgb[i + 1] & 0xff;
      int blue = rgb[i + 2] & 0xff;
      int sum = red + green + blue;
      // Black has no chromaticity; a third each is grey, as the pixels around it usually are.
      float scale = sum == 0 ? 0 : 255f / sum;
      r[p] = (byte) (int) (sum == 0 ? 85 : red * scale + 0.5f);
      g[p] = (byte) (int) (sum == 0 ? 85 : green * scale + 0.5f);
      intensity[p] = luma(red, green, blue);
    }
  }

  private static void intensity(byte[] rgb, int pixels, byte[] intensity) {
    for (int p = 0, i = 0; p < pixels; p++, i += 3) {
      intensity[p] = luma(rgb[i] & 0xff, rgb[i + 1] & 0xff, rgb[i + 2] & 0xff);
    }
  }

  /** Fixed point with 14 bits; the weights add up to exactly 1. */
  private static byte luma(int red, int green, int blue) {
    return (byte) ((4899 * red + 9617 * green + 1868 * blue + 8192) >> 14);
  }
}
