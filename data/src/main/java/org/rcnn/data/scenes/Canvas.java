package org.rcnn.data.scenes;

import java.util.random.RandomGenerator;
import org.rcnn.data.RgbImage;

/**
 * A picture while it is drawn, with red, green and blue as floats, and the effects of a camera on
 * it.
 */
final class Canvas {

  private final int width;
  private final int height;
  private float[] rgb;

  Canvas(int width, int height) {
    this.width = width;
    this.height = height;
    this.rgb = new float[3 * width * height];
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Blends a colour over a pixel. */
  void blend(int x, int y, double[] colour, double opacity) {
    int at = 3 * (y * width + x);
    for (int channel = 0; channel < 3; channel++) {
      rgb[at + channel] += (float) (opacity * (colour[channel] - rgb[at + channel]));
    }
  }

  /** Scales a pixel's brightness. */
  void darken(int x, int y, double factor) {
    int at = 3 * (y * width + x);
    for (int channel = 0; channel < 3; channel++) {
      rgb[at + channel] *= (float) factor;
    }
  }

  /** Blurs repeatedly with a kernel three pixels wide: σ² is 2/3 of the strength. */
  void blur(double strength) {
    while (strength > 0) {
      float share = (float) (Math.min(1, strength) / 3);
      rgb =
          blurred(
              blurred(rgb, 3, width, 3 * width, height, share), 3 * width, height, 3, width, share);
      strength--;
    }
  }

  /** Blurs in one direction; a line has {@code length} pixels at distance {@code step}. */
  private static float[] blurred(
      float[] from, int step, int length, int lineStep, int lines, float share) {
    float[] to = new float[from.length];
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < length; i++) {
        int at = line * lineStep + i * step;
        int before = i > 0 ? at - step : at;
        int after = i < length - 1 ? at + step : at;
        for (int channel = 0; channel < 3; channel++) {
          float middle = from[at + channel];
          to[at + channel] =
              middle
                  + share * (from[before + channel] - middle)
                  + share * (from[after + channel] - middle);
        }
      }
    }
    return to;
  }

  /** Uneven light from a side, dark corners, a colour cast and the sensor's noise. */
  void expose(RandomGenerator random) {
    double angle = 2 * Math.PI * random.nextDouble();
    double slope = 0.45 * random.nextDouble();
    double vignette = 0.3 * random.nextDouble();
    double exposure = 0.8 + 0.35 * random.nextDouble();
    double noise = 2 + 9 * random.nextDouble() * random.nextDouble();
    double[] cast = new double[3];
    for (int channel = 0; channel < 3; channel++) {
      cast[channel] = exposure * (0.88 + 0.24 * random.nextDouble());
    }
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double u = 2.0 * x / width - 1;
        double v = 2.0 * y / height - 1;
        double light =
            (1 + slope * (u * Math.cos(angle) + v * Math.sin(angle)))
                * (1 - vignette * (u * u + v * v) / 2);
        for (int channel = 0; channel < 3; channel++) {
          int at = 3 * (y * width + x) + channel;
          double exposed = rgb[at] * light * cast[channel];
          rgb[at] = (float) (exposed + noise * random.nextGaussian());
        }
      }
    }
  }

  /** The picture, rounded and clipped to bytes. */
  RgbImage toImage() {
    byte[] bytes = new byte[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      bytes[i] = (byte) Math.max(0, Math.min(255, Math.round(rgb[i])));
    }
    return new RgbImage(width, height, bytes);
  }
}
