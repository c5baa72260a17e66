package org.rcnn.cnn.warp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

class RegionWarperTest {

  /** Pixels pass through as they are: no mean, no scale. */
  private static NetworkDefinition raw(int size, int context, boolean antialias) {
    return ToyNetworks.input(
        size, context, new Preprocessing(ColourOrder.RGB, new float[3], 1, antialias));
  }

  private static NetworkDefinition centred(ColourOrder order, int size, int context) {
    return ToyNetworks.input(
        size, context, new Preprocessing(order, new float[] {1, 2, 3}, 0.5f, false));
  }

  private static float[] warp(
      RgbImage image, NetworkDefinition network, Box region, boolean mirror) {
    int size = network.inputSize();
    float[] values = new float[3 * size * size];
    Arrays.fill(values, Float.NaN);
    try (RegionWarper warper = new RegionWarper(image, network)) {
      warper.warp(warper.geometry(region), mirror, values, 0);
    }
    return values;
  }

  private static RgbImage constant(int width, int height, int red, int green, int blue) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
      rgb[i + 1] = (byte) green;
      rgb[i + 2] = (byte) blue;
    }
    return new RgbImage(width, height, rgb);
  }

  private static RgbImage noise(int width, int height, Random random) {
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }

  @Test
  void meanIsSubtractedAndTheDifferenceScaled() {
    float[] values =
        warp(
            constant(4, 4, 11, 22, 233),
            centred(ColourOrder.RGB, 2, 0),
            new Box(0, 0, 4, 4),
            false);
    assertArrayEquals(new float[] {5, 10, 115, 5, 10, 115, 5, 10, 115, 5, 10, 115}, values);
  }

  @Test
  void caffeNetworksGetBlueFirst() {
    // Mean 1 belongs to blue now: (233 - 1) / 2, (22 - 2) / 2, (11 - 3) / 2.
    float[] values =
        warp(
            constant(4, 4, 11, 22, 233),
            centred(ColourOrder.BGR, 1, 0),
            new Box(0, 0, 4, 4),
            false);
    assertArrayEquals(new float[] {116, 10, 4}, values);
  }

  @Test
  void outsideTheImageIsExactlyZero() {
    // The right half of the region lies outside a 4 x 4 image.
    float[] values =
        warp(
            constant(4, 4, 11, 22, 233),
            centred(ColourOrder.RGB, 4, 0),
            new Box(2, 0, 6, 4),
            false);
    for (int y = 0; y < 4; y++) {
      assertArrayEquals(
          new float[] {5, 10, 115, 5, 10, 115, 0, 0, 0, 0, 0, 0},
          Arrays.copyOfRange(values, 12 * y, 12 * y + 12));
    }
  }

  @Test
  void mirrorSwapsLeftAndRightEmptyContextIncluded() {
    Random random = new Random(5);
    RgbImage image = noise(20, 15, random);
    NetworkDefinition network = raw(8, 1, false);
    for (Box region :
        new Box[] {new Box(3, 3, 17, 12), new Box(0, 2, 6, 8), new Box(9, 9, 20, 15)}) {
      float[] plain = warp(image, network, region, false);
      float[] mirrored = warp(image, network, region, true);
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          for (int c = 0; c < 3; c++) {
            assertEquals(plain[3 * (8 * y + x) + c], mirrored[3 * (8 * y + 7 - x) + c]);
          }
        }
      }
    }
  }

  @Test
  void onlyTheRegionsOwnStretchOfTheArrayIsWritten() {
    float[] values = new float[3 * 4 + 2];
    Arrays.fill(values, 7);
    try (RegionWarper warper = new RegionWarper(constant(4, 4, 1, 1, 1), raw(2, 0, false))) {
      warper.warp(warper.geometry(new Box(0, 0, 4, 4)), true, values, 1);
    }
    assertArrayEquals(new float[] {7, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7}, values);
  }

  @Test
  void pixelsAreInterpolatedBetweenTheirFourNeighbours() {
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      RgbImage image = noise(1 + random.nextInt(40), 1 + random.nextInt(40), random);
      NetworkDefinition network = raw(4 + random.nextInt(20), 1, false);
      double x = -5 + random.nextDouble() * (image.width() + 5);
      double y = -5 + random.nextDouble() * (image.height() + 5);
      Box region = new Box(x, y, x + 1 + random.nextInt(40), y + 1 + random.nextInt(40));
      WarpGeometry geometry =
          WarpGeometry.of(region, image.width(), image.height(), network.inputSize(), 1);
      // OpenCV's weights have 11 bits: a byte more or less at most.
      assertArrayEquals(
          bilinear(image, geometry, network.inputSize()),
          warp(image, network, region, false),
          1.01f,
          "seed 7, round " + i + ", " + geometry);
    }
  }

  @Test
  void averagingGivesTheMeanOfTheBlocksThatFallTogether() {
    Random random = new Random(9);
    for (int factor = 2; factor <= 5; factor++) {
      RgbImage image = noise(4 * factor, 4 * factor, random);
      float[] values = warp(image, raw(4, 0, true), new Box(0, 0, 4 * factor, 4 * factor), false);
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
          for (int c = 0; c < 3; c++) {
            assertEquals(
                blockMean(image, x * factor, y * factor, factor, factor, c),
                values[3 * (4 * y + x) + c],
                0.501,
                "seed 9, factor " + factor);
          }
        }
      }
    }
  }

  @Test
  void averagingShrinksOneAxisAndStretchesTheOther() {
    // 12 x 2 to 4 x 4: columns are averaged by threes; rows lie at -0.25, 0.25, 0.75, 1.25.
    RgbImage image = noise(12, 2, new Random(11));
    float[] values = warp(image, raw(4, 0, true), new Box(0, 0, 12, 2), false);
    double[] lower = {0, 0.25, 0.75, 1};
    for (int x = 0; x < 4; x++) {
      for (int c = 0; c < 3; c++) {
        double first = blockMean(image, 3 * x, 0, 3, 1, c);
        double second = blockMean(image, 3 * x, 1, 3, 1, c);
        for (int y = 0; y < 4; y++) {
          double expected = first + (second - first) * lower[y];
          assertEquals(expected, values[3 * (4 * y + x) + c], 1.5, "seed 11");
        }
      }
    }
  }

  @Test
  void sumsOverAreasGiveTheMeanOfWhatEachPixelCovers() {
    Random random = new Random(15);
    int levels = 0;
    int off = 0;
    for (int i = 0; i < 100; i++) {
      RgbImage image = noise(1 + random.nextInt(90), 1 + random.nextInt(90), random);
      NetworkDefinition network = raw(3 + random.nextInt(20), 1, true);
      int size = network.inputSize();
      double x = -5 + random.nextDouble() * image.width();
      double y = -5 + random.nextDouble() * image.height();
      Box region = new Box(x, y, x + 1 + random.nextInt(90), y + 1 + random.nextInt(90));
      float[] plain = warp(image, network, region, i % 2 == 0);
      float[] summed = new float[plain.length];
      try (RegionWarper warper = new RegionWarper(image, network, SummedAreas.of(image))) {
        WarpGeometry geometry = warper.geometry(region);
        warper.warp(geometry, i % 2 == 0, summed, 0);
        if (i % 2 != 0
            && geometry.sourceWidth() >= geometry.targetWidth()
            && geometry.sourceHeight() >= geometry.targetHeight()) {
          assertArrayEquals(means(image, geometry, size), summed, 0.502f, "seed 15, round " + i);
        }
      }
      for (int v = 0; v < plain.length; v++) {
        // Where one axis is stretched after, levels rounded apart may meet in the same pixel.
        assertEquals(plain[v], summed[v], 2, "seed 15, round " + i + ", value " + v);
        levels++;
        off += plain[v] == summed[v] ? 0 : 1;
      }
    }
    assertTrue(off < levels / 100, off + " of " + levels + " levels differ");
  }

  @Test
  void sumsOverAreasKeepEveryLevelOfTheWidestImages() {
    // The sums left of the region are a thousand times those of a pixel's own stretch.
    RgbImage image = constant(20000, 400, 255, 254, 0);
    NetworkDefinition network = raw(64, 0, true);
    float[] values = new float[3 * 64 * 64];
    try (RegionWarper warper = new RegionWarper(image, network, SummedAreas.of(image))) {
      for (int i = 0; i < 50; i++) {
        warper.warp(
            warper.geometry(new Box(19800 + i, i, 19870 + 2 * i, 300 + i)), false, values, 0);
        for (int v = 0; v < values.length; v += 3) {
          assertEquals(255, values[v]);
          assertEquals(254, values[v + 1]);
          assertEquals(0, values[v + 2]);
        }
      }
    }
  }

  @Test
  void sumsOfAnotherImageOrTooLargeAnImageAreRefused() {
    SummedAreas areas = SummedAreas.of(constant(5, 4, 1, 2, 3));
    RgbImage other = constant(4, 5, 1, 2, 3);
    assertThrows(
        IllegalArgumentException.class, () -> new RegionWarper(other, raw(2, 0, true), areas));
    RgbImage large = new RgbImage(4096, 2057, new byte[3 * 4096 * 2057]);
    assertThrows(IllegalArgumentException.class, () -> SummedAreas.of(large));
  }

  /** Of every pixel of the input, the mean of the stretch of the image that it covers. */
  private static float[] means(RgbImage image, WarpGeometry g, int size) {
    float[] values = new float[3 * size * size];
    double wide = (double) g.sourceWidth() / g.targetWidth();
    double high = (double) g.sourceHeight() / g.targetHeight();
    for (int y = 0; y < g.targetHeight(); y++) {
      for (int x = 0; x < g.targetWidth(); x++) {
        for (int c = 0; c < 3; c++) {
          double sum = 0;
          for (int row = 0; row < g.sourceHeight(); row++) {
            for (int column = 0; column < g.sourceWidth(); column++) {
              double share = covered(row, y * high, high) * covered(column, x * wide, wide);
              sum += share * pixel(image, g.sourceX() + column, g.sourceY() + row, c);
            }
          }
          values[3 * ((g.targetY() + y) * size + g.targetX() + x) + c] =
              (float) (sum / wide / high);
        }
      }
    }
    return values;
  }

  private static double covered(int pixel, double begin, double length) {
    return Math.max(0, Math.min(pixel + 1, begin + length) - Math.max(pixel, begin));
  }

  @Test
  void enlargingIsTheSameWithAndWithoutAveraging() {
    RgbImage image = noise(5, 7, new Random(13));
    Box region = new Box(1, 1, 4, 5);
    assertArrayEquals(
        warp(image, raw(16, 2, false), region, false),
        warp(image, raw(16, 2, true), region, false));
  }

  private static double blockMean(RgbImage image, int x, int y, int width, int height, int c) {
    double sum = 0;
    for (int dy = 0; dy < height; dy++) {
      for (int dx = 0; dx < width; dx++) {
        sum += pixel(image, x + dx, y + dy, c);
      }
    }
    return sum / (width * height);
  }

  /** The slow reference: pixel centres, and the edge of the shown pixels repeated beyond it. */
  private static float[] bilinear(RgbImage image, WarpGeometry g, int size) {
    float[] values = new float[3 * size * size];
    for (int y = 0; y < g.targetHeight(); y++) {
      double sy = clamp((y + 0.5) * g.sourceHeight() / g.targetHeight() - 0.5, g.sourceHeight());
      for (int x = 0; x < g.targetWidth(); x++) {
        double sx = clamp((x + 0.5) * g.sourceWidth() / g.targetWidth() - 0.5, g.sourceWidth());
        int left = g.sourceX() + (int) sx;
        int right = g.sourceX() + Math.min((int) sx + 1, g.sourceWidth() - 1);
        int top = g.sourceY() + (int) sy;
        int bottom = g.sourceY() + Math.min((int) sy + 1, g.sourceHeight() - 1);
        double u = sx - (int) sx;
        double v = sy - (int) sy;
        for (int c = 0; c < 3; c++) {
          double upper = (1 - u) * pixel(image, left, top, c) + u * pixel(image, right, top, c);
          double lower =
              (1 - u) * pixel(image, left, bottom, c) + u * pixel(image, right, bottom, c);
          values[3 * ((g.targetY() + y) * size + g.targetX() + x) + c] =
              (float) ((1 - v) * upper + v * lower);
        }
      }
    }
    return values;
  }

  private static double clamp(double at, int length) {
    return Math.min(Math.max(at, 0), length - 1);
  }

  private static int pixel(RgbImage image, int x, int y, int c) {
    return image.rgb()[3 * (y * image.width() + x) + c] & 0xff;
  }
}
