package org.rcnn.cnn.warp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;

/** With a 64-pixel input and 5 pixels of context, 54 pixels of region become 54 of input. */
class WarpGeometryTest {

  private static WarpGeometry of64(Box region) {
    return WarpGeometry.of(region, 400, 300, 64, 5);
  }

  @Test
  void contextSurroundsAnInteriorRegionOnEverySide() {
    assertEquals(new WarpGeometry(95, 75, 64, 64, 0, 0, 64, 64), of64(new Box(100, 80, 154, 134)));
    // The paper's numbers: 195 pixels become 195 of 227, with 16 on either side.
    assertEquals(
        new WarpGeometry(84, 34, 227, 227, 0, 0, 227, 227),
        WarpGeometry.of(new Box(100, 50, 295, 245), 400, 300, 227, 16));
  }

  @Test
  void eachAxisIsStretchedByItself() {
    // Twice as wide as high: 10 columns of context, 5 rows, each 5 pixels of the input.
    assertEquals(new WarpGeometry(90, 75, 128, 64, 0, 0, 64, 64), of64(new Box(100, 80, 208, 134)));
  }

  @Test
  void withoutContextTheRegionFillsTheInput() {
    assertEquals(
        new WarpGeometry(100, 80, 30, 7, 0, 0, 64, 64),
        WarpGeometry.of(new Box(100, 80, 130, 87), 400, 300, 64, 0));
  }

  @Test
  void contextOutsideTheImageStaysEmpty() {
    assertEquals(new WarpGeometry(0, 0, 59, 59, 5, 5, 59, 59), of64(new Box(0, 0, 54, 54)));
    assertEquals(
        new WarpGeometry(341, 241, 59, 59, 0, 0, 59, 59), of64(new Box(346, 246, 400, 300)));
  }

  @Test
  void wholeImageHasEmptyContextAllAround() {
    assertEquals(
        new WarpGeometry(0, 0, 54, 108, 5, 5, 54, 54),
        WarpGeometry.of(new Box(0, 0, 54, 108), 54, 108, 64, 5));
  }

  @Test
  void onePixelFillsTheInput() {
    assertEquals(new WarpGeometry(10, 20, 1, 1, 0, 0, 64, 64), of64(new Box(10, 20, 11, 21)));
  }

  @Test
  void emptyRegionShowsThePixelsAroundItsPlace() {
    assertEquals(new WarpGeometry(9, 19, 2, 2, 0, 0, 64, 64), of64(new Box(10, 20, 10, 20)));
  }

  @Test
  void halfOfARegionOutsideLeavesHalfOfTheInputEmpty() {
    assertEquals(new WarpGeometry(0, 75, 32, 64, 32, 0, 32, 64), of64(new Box(-27, 80, 27, 134)));
    assertEquals(
        new WarpGeometry(95, 268, 64, 32, 0, 0, 64, 32), of64(new Box(100, 273, 154, 327)));
  }

  @Test
  void regionBesideTheImageShowsTheNearestPixel() {
    assertEquals(new WarpGeometry(399, 75, 1, 64, 0, 0, 1, 64), of64(new Box(500, 80, 554, 134)));
    assertEquals(new WarpGeometry(0, 75, 1, 64, 63, 0, 1, 64), of64(new Box(-154, 80, -100, 134)));
  }

  @Test
  void anyRegionOfAnyImageFits() {
    Random random = new Random(3);
    int[] sizes = {8, 64, 227};
    for (int i = 0; i < 20_000; i++) {
      int width = 1 + random.nextInt(600);
      int height = 1 + random.nextInt(600);
      int size = sizes[random.nextInt(3)];
      int context = random.nextInt(size / 3);
      double x = -50 + random.nextDouble() * (width + 100);
      double y = -50 + random.nextDouble() * (height + 100);
      Box region = new Box(x, y, x + random.nextDouble() * width, y + random.nextDouble() * height);
      WarpGeometry g = WarpGeometry.of(region, width, height, size, context);
      int round = i;
      Supplier<String> example = () -> "seed 3, round " + round + ": " + region + " gives " + g;
      assertInside(g.sourceX(), g.sourceWidth(), width, example);
      assertInside(g.sourceY(), g.sourceHeight(), height, example);
      assertInside(g.targetX(), g.targetWidth(), size, example);
      assertInside(g.targetY(), g.targetHeight(), size, example);
      assertProportional(
          region.xMin(), region.xMax(), width, size, context, g.sourceX(), g.targetX(), example);
      assertProportional(
          region.yMin(),
          region.yMax(),
          height,
          size,
          context,
          g.sourceY() + g.sourceHeight(),
          g.targetY() + g.targetHeight(),
          example);
    }
  }

  private static void assertInside(int begin, int length, int limit, Supplier<String> example) {
    assertTrue(begin >= 0 && length >= 1 && begin + length <= limit, example);
  }

  /**
   * An edge of the shown pixels lies where the unrounded stretch puts it, up to half a pixel of the
   * image and the rounding of place and length in the input.
   */
  private static void assertProportional(
      double min,
      double max,
      int limit,
      int size,
      int context,
      int source,
      int target,
      Supplier<String> ex) {
    double inner = size - 2.0 * context;
    double stretch = inner / Math.max(1, max - min);
    double begin = (min + max) / 2 - size / stretch / 2;
    double end = begin + size / stretch;
    if (end > 1 && begin < limit - 1) {
      double ideal = Math.min(size, Math.max(0, (source - begin) * stretch));
      assertEquals(ideal, target, 1.5 + stretch / 2, ex);
    }
  }
}
