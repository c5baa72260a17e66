package org.rcnn.pipeline.learned;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.features.FeatureExtractor.Inputs;

/** Hiding parts of an input of 4 x 4 pixels from a scorer whose answers are known. */
class OcclusionTest {

  private static final int SIZE = 4;

  /** The score is the first channel of one pixel, minus that of another. */
  private static float[] score(int count, Inputs inputs) throws IOException {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      float[] input = new float[3 * SIZE * SIZE + 5];
      inputs.put(i, input, 5);
      scores[i] = input[5 + at(1, 0)] - input[5 + at(3, 3)];
    }
    return scores;
  }

  /** The first channel of a pixel. */
  private static int at(int x, int y) {
    return 3 * (y * SIZE + x);
  }

  private static float[] input() {
    float[] input = new float[3 * SIZE * SIZE];
    Arrays.fill(input, 100);
    input[at(1, 0)] = 7;
    input[at(3, 3)] = 2;
    return input;
  }

  @Test
  void theScoreFallsWhereTheSquareHidesWhatSpeaksForTheClassAndRisesWhereItHidesWhatSpeaksAgainst()
      throws IOException {
    // A square of 2 pixels on each of 2 x 2 cells: each hides a quarter.
    HeatMap map = new Occlusion(SIZE, 2, 2).of(input(), OcclusionTest::score);
    assertEquals(5, map.score());
    assertArrayEquals(new float[] {7, 0, 0, -2}, map.drops());
    assertEquals(7, map.largestDrop());
    assertEquals(2, map.largestRise());
    assertEquals(7, map.largestChange());
  }

  @Test
  void aSquareIsCutOffAtTheBorder() throws IOException {
    // A square of 2 pixels about the centre of each pixel begins half a pixel before, rounded up.
    HeatMap map = new Occlusion(SIZE, 4, 2).of(input(), OcclusionTest::score);
    float[] expected = new float[16];
    // Columns 0 and 1 of row 0 hide pixel (1, 0), of row 3 only its own pixels.
    expected[0] = 7;
    expected[1] = 7;
    expected[2 * 4 + 2] = -2;
    expected[2 * 4 + 3] = -2;
    expected[3 * 4 + 2] = -2;
    expected[3 * 4 + 3] = -2;
    assertArrayEquals(expected, map.drops());
  }

  @Test
  void theInputStaysAsItIs() throws IOException {
    float[] input = input();
    new Occlusion(SIZE, 2, 4).of(input, OcclusionTest::score);
    assertArrayEquals(input(), input);
  }
}
