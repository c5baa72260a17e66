package org.rcnn.cnn.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

class HogExtractorTest {

  /** With 5 pixels of surroundings, the region whose square is the image itself. */
  private static final Box INNER = new Box(5, 5, 59, 59);

  private final HogExtractor extractor = new HogExtractor();

  private interface Grey {
    int at(int x, int y);
  }

  private static RgbImage image(int width, int height, Grey grey) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) grey.at(i / 3 % width, i / 3 / width);
    }
    return new RgbImage(width, height, rgb);
  }

  private float[] features(RgbImage image, Box region) {
    return extractor.extract(image, List.of(region)).at(Tap.HOG);
  }

  /** OpenCV's order: blocks and, in them, cells column by column; then orientations. */
  private static float[] cell(float[] features, int blockX, int blockY, int cell) {
    int from = ((blockX * 7 + blockY) * 4 + cell) * 9;
    return Arrays.copyOfRange(features, from, from + 9);
  }

  @Test
  void aHorizontalEdgePutsAllEnergyIntoTheOrientationOfItsGradient() {
    // The gradient points down, 90 degrees: the middle of the fifth of nine orientations. The edge
    // lies in the middle of the fourth row of blocks, so their four cells are equal by symmetry,
    // and a block's values have length 1.
    float[] features = features(image(64, 64, (x, y) -> y < 32 ? 0 : 255), INNER);
    assertEquals(HogExtractor.DIMENSION, features.length);
    for (int cell = 0; cell < 4; cell++) {
      assertArrayEquals(
          new float[] {0, 0, 0, 0, 0.5f, 0, 0, 0, 0}, cell(features, 2, 3, cell), 2e-3f);
      // Rows 8 to 23 and 40 to 55 have no gradient.
      assertArrayEquals(new float[9], cell(features, 2, 1, cell), 1e-6f);
      assertArrayEquals(new float[9], cell(features, 2, 5, cell), 1e-6f);
    }
  }

  @Test
  void aVerticalEdgeLiesBetweenTheFirstAndTheLastOrientation() {
    // 0 degrees is as far from 10 as from 170. 8 equal values of a block: each 1 / sqrt(8).
    float[] features = features(image(64, 64, (x, y) -> x < 32 ? 0 : 255), INNER);
    float each = (float) Math.sqrt(1.0 / 8);
    for (int cell = 0; cell < 4; cell++) {
      assertArrayEquals(
          new float[] {each, 0, 0, 0, 0, 0, 0, 0, each}, cell(features, 3, 2, cell), 2e-3f);
    }
  }

  @Test
  void aFlatRegionHasNoEnergyEvenAtTheImagesCorner() {
    RgbImage flat = image(40, 30, (x, y) -> 90);
    assertArrayEquals(
        new float[HogExtractor.DIMENSION], features(flat, new Box(-10, -10, 12, 12)), 1e-6f);
  }

  @Test
  void aRegionIsDescribedTheSameAtTwiceTheSize() {
    // Without an edge that falls between two pixels of the square.
    float[] small = features(image(64, 64, (x, y) -> (x / 16 + y / 32) % 2 * 200), INNER);
    float[] large =
        features(image(128, 128, (x, y) -> (x / 32 + y / 64) % 2 * 200), new Box(10, 10, 118, 118));
    assertArrayEquals(small, large, 1e-6f);
  }

  @Test
  void regionsKeepTheirOrderAndDoNotDisturbEachOther() {
    Random random = new Random(3);
    RgbImage noise = image(90, 70, (x, y) -> random.nextInt(256));
    List<Box> regions = List.of(new Box(3, 4, 40, 50), new Box(20, 10, 88, 69), INNER);
    RegionFeatures together = extractor.extract(noise, regions);
    assertEquals(3, together.rows());
    for (int i = 0; i < regions.size(); i++) {
      assertArrayEquals(
          features(noise, regions.get(i)),
          Arrays.copyOfRange(
              together.at(Tap.HOG), i * HogExtractor.DIMENSION, (i + 1) * HogExtractor.DIMENSION));
    }
    assertEquals(0, extractor.extract(noise, List.of()).at(Tap.HOG).length);
  }
}
