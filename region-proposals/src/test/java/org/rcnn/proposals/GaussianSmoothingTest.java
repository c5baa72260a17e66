package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GaussianSmoothingTest {

  @Test
  void aConstantPlaneStaysConstant() {
    byte[] plane = new byte[7 * 3];
    Arrays.fill(plane, (byte) 201);
    for (int value : smooth(plane, 7, 3, 0.8)) {
      assertEquals(201 * GaussianSmoothing.SCALE, value);
    }
  }

  @Test
  void withoutSigmaNothingIsSmoothed() {
    int[] smoothed = smooth(new byte[] {0, 9, (byte) 255, 30}, 2, 2, 0);
    assertEquals(9 * 64, smoothed[1]);
    assertEquals(255 * 64, smoothed[2]);
  }

  @Test
  void isTheGaussianWithTheBorderRepeated() {
    Random random = new Random(11);
    int[][] sizes = {{1, 1}, {1, 9}, {9, 1}, {13, 8}, {3, 3}};
    for (int[] size : sizes) {
      for (double sigma : new double[] {0.5, 0.8, 2.3}) {
        byte[] plane = new byte[size[0] * size[1]];
        random.nextBytes(plane);
        int[] fast = smooth(plane, size[0], size[1], sigma);
        for (int p = 0; p < plane.length; p++) {
          double exact = slow(plane, size[0], size[1], sigma, p % size[0], p / size[0]);
          assertEquals(exact, fast[p] / 64.0, 0.3, "pixel " + p + " at sigma " + sigma);
        }
      }
    }
  }

  private static int[] smooth(byte[] plane, int width, int height, double sigma) {
    int[] out = new int[plane.length];
    new GaussianSmoothing(sigma).smooth(plane, width, height, out);
    return out;
  }

  private static double slow(byte[] plane, int width, int height, double sigma, int x, int y) {
    int reach = (int) Math.ceil(4 * sigma);
    double sum = 0;
    double weights = 0;
    for (int dy = -reach; dy <= reach; dy++) {
      for (int dx = -reach; dx <= reach; dx++) {
        double weight = Math.exp(-0.5 * (dx * dx + dy * dy) / (sigma * sigma));
        int cx = Math.max(0, Math.min(width - 1, x + dx));
        int cy = Math.max(0, Math.min(height - 1, y + dy));
        sum += weight * (plane[cy * width + cx] & 0xff);
        weights += weight;
      }
    }
    return sum / weights;
  }
}
