package org.rcnn.proposals;

import java.util.Random;
import org.rcnn.data.RgbImage;

/** Images for tests. */
final class TestImages {

  private TestImages() {}

  static RgbImage constant(int width, int height, int red, int green, int blue) {
    byte[] rgb = new byte[3 * width * height];
    for (int p = 0; p < width * height; p++) {
      set(rgb, p, red, green, blue);
    }
    return new RgbImage(width, height, rgb);
  }

  /** An image of one row or more from grey values in row order. */
  static RgbImage grey(int width, int height, int... values) {
    byte[] rgb = new byte[3 * values.length];
    for (int p = 0; p < values.length; p++) {
      set(rgb, p, values[p], values[p], values[p]);
    }
    return new RgbImage(width, height, rgb);
  }

  static RgbImage noise(int width, int height, Random random) {
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }

  /** Coloured ellipses and rectangles over a shaded ground with a little noise, like a photo. */
  static RgbImage scene(int width, int height, Random random) {
    int shapes = 3 + random.nextInt(8);
    int[] colour = random.ints(3 * (shapes + 1), 30, 230).toArray();
    double[] place = new double[4 * (shapes + 1)];
    for (int s = 1; s <= shapes; s++) {
      place[4 * s] = random.nextDouble() * width;
      place[4 * s + 1] = random.nextDouble() * height;
      place[4 * s + 2] = (0.05 + 0.25 * random.nextDouble()) * width + 1;
      place[4 * s + 3] = (0.05 + 0.25 * random.nextDouble()) * height + 1;
    }
    byte[] rgb = new byte[3 * width * height];
    for (int p = 0; p < width * height; p++) {
      int y = p / width;
      int top = topShape(place, shapes, p % width, y);
      int shade = 20 * y / height + random.nextInt(5);
      int c = 3 * top;
      set(rgb, p, colour[c] + shade, colour[c + 1] + shade, colour[c + 2] + shade);
    }
    return new RgbImage(width, height, rgb);
  }

  private static int topShape(double[] place, int shapes, int x, int y) {
    for (int s = shapes; s > 0; s--) {
      double dx = Math.abs(x - place[4 * s]) / place[4 * s + 2];
      double dy = Math.abs(y - place[4 * s + 1]) / place[4 * s + 3];
      if (s % 2 == 0 ? dx * dx + dy * dy < 1 : Math.max(dx, dy) < 1) {
        return s;
      }
    }
    return 0;
  }

  private static void set(byte[] rgb, int p, int red, int green, int blue) {
    rgb[3 * p] = (byte) red;
    rgb[3 * p + 1] = (byte) green;
    rgb[3 * p + 2] = (byte) blue;
  }
}
