package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;

class AugmentationTest {

  private static NetworkDefinition input(int size, ColourOrder order) {
    return ToyNetworks.input(size, 0, new Preprocessing(order, new float[] {1, 2, 3}, 0.5f, false));
  }

  @Test
  void plainViewOfTheInputsSizeIsTheImage() {
    // Two by two pixels: (11, 22, 33), then the same plus 10, 20, 30.
    byte[] pixels = {11, 22, 33, 21, 32, 43, 31, 42, 53, 41, 52, 63};
    float[] values = new float[12];
    Augmentation.plainView(pixels, 2, input(2, ColourOrder.RGB), values, 0);
    assertArrayEquals(new float[] {5, 10, 15, 10, 15, 20, 15, 20, 25, 20, 25, 30}, values);
    // Blue first, and mean 1 belongs to it.
    Augmentation.plainView(pixels, 2, input(2, ColourOrder.BGR), values, 0);
    assertArrayEquals(new float[] {16, 10, 4}, Arrays.copyOf(values, 3));
  }

  @Test
  void plainViewIsStretchedBetweenPixelCentres() {
    // Columns 0 and 100 become four: -0.25, 0.25, 0.75 and 1.25 of the way.
    byte[] pixels = {0, 0, 0, 100, 100, 100, 0, 0, 0, 100, 100, 100};
    float[] values = new float[48];
    NetworkDefinition raw =
        ToyNetworks.input(4, 0, new Preprocessing(ColourOrder.RGB, new float[3], 1, false));
    Augmentation.plainView(pixels, 2, raw, values, 0);
    for (int y = 0; y < 4; y++) {
      assertArrayEquals(
          new float[] {0, 0, 0, 25, 25, 25, 75, 75, 75, 100, 100, 100},
          Arrays.copyOfRange(values, 12 * y, 12 * y + 12),
          1e-4f);
    }
  }

  @Test
  void withoutChangesAViewIsTheImageOrItsMirrorHalfOfTheTimeEach() {
    byte[] pixels = {10, 10, 10, 90, 90, 90, 20, 20, 20, 70, 70, 70};
    NetworkDefinition network = input(2, ColourOrder.RGB);
    float[] plain = new float[12];
    Augmentation.plainView(pixels, 2, network, plain, 0);
    Random random = new Random(1);
    int mirrored = 0;
    for (int i = 0; i < 1000; i++) {
      float[] view = new float[12];
      Augmentation.NONE.randomView(pixels, 2, network, random, view, 0);
      if (!Arrays.equals(plain, view)) {
        mirrored++;
        for (int at = 0; at < 12; at++) {
          // Column 0 against column 1 of the same row.
          assertEquals(plain[at / 6 * 6 + (at + 3) % 6], view[at]);
        }
      }
    }
    assertEquals(500, mirrored, 80, "seed 1");
  }

  @Test
  void viewsStayWithinTheImagesColoursUnlessColoursChange() {
    byte[] pixels = new byte[3 * 9 * 9];
    new Random(2).nextBytes(pixels);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (100 + (pixels[i] & 0x1f));
    }
    NetworkDefinition raw =
        ToyNetworks.input(6, 0, new Preprocessing(ColourOrder.RGB, new float[3], 1, false));
    Random random = new Random(3);
    boolean brighter = false;
    for (int i = 0; i < 500; i++) {
      float[] view = new float[3 * 36];
      new Augmentation(0.3, 0).randomView(pixels, 9, raw, random, view, 0);
      for (float value : view) {
        assertTrue(value >= 100 && value <= 131, "seed 3, round " + i + ": " + value);
      }
      new Augmentation(0.3, 0.4).randomView(pixels, 9, raw, random, view, 0);
      for (float value : view) {
        assertTrue(value >= 0 && value <= 255, "seed 3, round " + i + ": " + value);
        brighter |= value > 140;
      }
    }
    assertTrue(brighter);
  }

  @Test
  void sameSeedGivesTheSameView() {
    byte[] pixels = new byte[3 * 9 * 9];
    new Random(4).nextBytes(pixels);
    NetworkDefinition network = input(6, ColourOrder.RGB);
    float[][] views = new float[3][3 * 36];
    for (int i = 0; i < 3; i++) {
      new Augmentation(0.3, 0.4)
          .randomView(pixels, 9, network, new Random(i < 2 ? 5 : 6), views[i], 0);
    }
    assertArrayEquals(views[0], views[1]);
    assertFalse(Arrays.equals(views[0], views[2]));
  }

  @Test
  void changesThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Augmentation(0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Augmentation(1.1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Augmentation(1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Augmentation(Double.NaN, 0));
  }
}
