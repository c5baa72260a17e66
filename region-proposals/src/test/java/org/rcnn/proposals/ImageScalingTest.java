package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.data.RgbImage;

class ImageScalingTest {

  @Test
  void theSameSizeIsTheSameImage() {
    RgbImage image = TestImages.noise(5, 4, new Random(1));
    assertSame(image, ImageScaling.scale(image, 5, 4));
  }

  @Test
  void aConstantImageStaysConstantAtAnySize() {
    RgbImage image = TestImages.constant(13, 7, 9, 120, 255);
    for (int[] size : new int[][] {{1, 1}, {40, 3}, {5, 70}, {12, 8}}) {
      assertEquals(
          TestImages.constant(size[0], size[1], 9, 120, 255),
          ImageScaling.scale(image, size[0], size[1]));
    }
  }

  @Test
  void halvingAStripAveragesWithATriangle() {
    // Target 0 lies between pixels 0 and 1: weights 3, 3, 1 over pixels 0, 1, 2; target 1 mirrors.
    RgbImage half = ImageScaling.scale(TestImages.grey(4, 1, 0, 70, 140, 210), 2, 1);
    assertEquals(TestImages.grey(2, 1, 50, 160), half);
  }

  @Test
  void theWorkingSizeFollowsItsRuleAndTheLimit() {
    RgbImage wide = TestImages.constant(1000, 400, 0, 0, 0);
    assertEquals(0.5, WorkingSize.width(500).factor(wide, 1 << 20));
    assertEquals(2.0, WorkingSize.width(2000).factor(wide, 1 << 24));
    assertEquals(0.5, WorkingSize.longerSide(500).factor(wide, 1 << 20));
    assertEquals(1.0, WorkingSize.longerSide(5000).factor(wide, 1 << 20));
    assertEquals(1.0, WorkingSize.original().factor(wide, 1 << 20));
    assertEquals(0.1, WorkingSize.original().factor(wide, 4000), 1e-12);
  }
}
