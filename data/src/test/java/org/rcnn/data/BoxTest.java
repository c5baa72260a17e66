package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BoxTest {

  @Test
  void overlapOfShiftedSquaresIsOneSeventh() {
    Box a = new Box(0, 0, 2, 2);
    Box b = new Box(1, 1, 3, 3);
    assertEquals(1.0 / 7.0, a.iou(b));
  }

  @Test
  void halfTheWidthIsOverlapOfExactlyOneHalf() {
    assertEquals(0.5, new Box(0, 0, 10, 10).iou(new Box(0, 0, 5, 10)));
  }

  @Test
  void touchingBoxesDoNotOverlap() {
    assertEquals(0.0, new Box(0, 0, 2, 2).iou(new Box(2, 0, 4, 2)));
  }

  @Test
  void emptyBoxesOverlapNothingNotEvenThemselves() {
    Box empty = Box.ofVoc(505, 338, 504, 337);
    assertTrue(empty.isEmpty());
    assertEquals(0.0, empty.iou(empty));
    assertEquals(0.0, empty.iou(new Box(0, 0, 1000, 1000)));
  }

  @Test
  void vocCornersAreInclusiveAndOneBased() {
    Box onePixel = Box.ofVoc(1, 1, 1, 1);
    assertEquals(new Box(0, 0, 1, 1), onePixel);
    assertEquals(1.0, onePixel.area());
    assertArrayEquals(new double[] {1, 1, 1, 1}, onePixel.toVoc());
  }

  @Test
  void overlapEqualsTheDevkitsInclusiveFormula() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      int[] a = inclusive(random);
      int[] b = inclusive(random);
      int iw = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + 1;
      int ih = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + 1;
      double expected = 0;
      if (iw > 0 && ih > 0) {
        double union =
            (a[2] - a[0] + 1.0) * (a[3] - a[1] + 1)
                + (b[2] - b[0] + 1.0) * (b[3] - b[1] + 1)
                - (double) iw * ih;
        expected = (double) iw * ih / union;
      }
      Box boxA = Box.ofVoc(a[0], a[1], a[2], a[3]);
      Box boxB = Box.ofVoc(b[0], b[1], b[2], b[3]);
      assertEquals(expected, boxA.iou(boxB), "seed 7, round " + i);
      assertEquals(boxA.iou(boxB), boxB.iou(boxA), "seed 7, round " + i);
    }
  }

  @Test
  void clippingKeepsThePartInsideTheImage() {
    assertEquals(new Box(0, 0, 10, 5), new Box(-3, -1, 14, 5).clip(10, 8));
    assertTrue(new Box(20, 20, 30, 30).clip(10, 8).isEmpty());
  }

  @Test
  void coordinatesThatAreNotNumbersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Box(0, 0, Double.NaN, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Box(Double.NEGATIVE_INFINITY, 0, Double.POSITIVE_INFINITY, 1));
  }

  private static int[] inclusive(Random random) {
    int x = 1 + random.nextInt(50);
    int y = 1 + random.nextInt(50);
    return new int[] {x, y, x + random.nextInt(50), y + random.nextInt(50)};
  }
}
