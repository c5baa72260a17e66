package org.rcnn.pipeline.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.eval.ErrorExample;
import org.rcnn.eval.ErrorExample.Reason;

class ErrorPainterTest {

  private static final GroundTruth CAT =
      new GroundTruth("cat", new Box(300, 200, 340, 230), false, false);
  private static final Detection FOUND = new Detection("cat", 1, new Box(310, 205, 350, 240));

  private static RgbImage grey(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    Arrays.fill(rgb, (byte) 200);
    return new RgbImage(width, height, rgb);
  }

  private static BufferedImage paint(
      RgbImage image, Optional<Detection> found, Optional<GroundTruth> object) {
    ErrorExample error = new ErrorExample("a", Reason.POOR_FIT, found, object, 0.4);
    return new ErrorPainter().paint(image, List.of(CAT), error).toBufferedImage();
  }

  private static boolean has(BufferedImage picture, Color colour, int from, int to) {
    for (int x = from; x < to; x++) {
      for (int y = 0; y < picture.getHeight(); y++) {
        if ((picture.getRGB(x, y) & 0xffffff) == (colour.getRGB() & 0xffffff)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void truthIsOnTheLeftAndTheDetectionOnTheRight() {
    BufferedImage picture = paint(grey(600, 400), Optional.of(FOUND), Optional.of(CAT));
    assertEquals(404, picture.getWidth());
    assertEquals(150, picture.getHeight());
    assertTrue(has(picture, ErrorPainter.TRUTH, 0, 200));
    assertFalse(has(picture, ErrorPainter.TRUTH, 204, 404));
    assertTrue(has(picture, ErrorPainter.DETECTION, 204, 404));
    assertFalse(has(picture, ErrorPainter.DETECTION, 0, 200));
  }

  @Test
  void aMissedObjectHasNothingOnTheRight() {
    BufferedImage picture = paint(grey(600, 400), Optional.empty(), Optional.of(CAT));
    assertTrue(has(picture, ErrorPainter.TRUTH, 0, 200));
    assertFalse(has(picture, ErrorPainter.DETECTION, 0, 404));
  }

  @Test
  void boxesAtAndBeyondTheBorderOfSmallAndNarrowImagesAreDrawn() {
    for (int[] size : new int[][] {{1, 1}, {3, 900}, {900, 3}, {20, 20}}) {
      Box whole = new Box(-5, -5, size[0] + 5, size[1] + 5);
      BufferedImage picture =
          paint(
              grey(size[0], size[1]),
              Optional.of(new Detection("cat", 1, whole)),
              Optional.of(new GroundTruth("cat", whole, false, false)));
      assertEquals(404, picture.getWidth());
    }
  }
}
