package org.rcnn.cnn.linalg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.data.matrix.FeatureMatrix;

class NativeMatrixTest {

  @Test
  void productsAreThoseOfTheDefinitionAcrossTilesAndBlocks() {
    // Wide enough that a block holds 419 rows, so that tiles end at tile and block borders.
    int columns = 10_000;
    int rows = 700;
    float[] values = gaussian(new Random(3), rows * columns);
    float[][] products = new float[2][];
    for (int threads = 1; threads <= 2; threads++) {
      try (NativeMatrixEngine engine = new NativeMatrixEngine(threads);
          FeatureMatrix matrix = engine.matrix(columns, rows)) {
        matrix.append(values, rows);
        products[threads - 1] = matrix.timesTransposed(400, 430, matrix, 425);
      }
    }
    assertArrayEquals(products[0], products[1]);
    for (int i = 400; i < 430; i++) {
      for (int j : new int[] {0, 255, 256, 399, 418, 419, 424}) {
        double expected = 0;
        for (int k = 0; k < columns; k++) {
          expected += (double) values[i * columns + k] * values[j * columns + k];
        }
        assertEquals(expected, products[0][(i - 400) * 425 + j], 0.05, i + " · " + j);
      }
    }
  }

  @Test
  void rowsAreKeptGatheredAndSummed() {
    try (NativeMatrixEngine engine = new NativeMatrixEngine(2);
        FeatureMatrix matrix = engine.matrix(2, 1)) {
      matrix.append(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 4);
      try (FeatureMatrix some = matrix.gather(new int[] {3, 0})) {
        assertArrayEquals(new float[] {6, 7}, row(some, 0));
        assertArrayEquals(new float[] {0, 1}, row(some, 1));
      }
      double[][] sums = matrix.weightedSums(new double[][] {{1, 0, 0, 1}, {0, 0.5, 0, 0}});
      assertArrayEquals(new double[] {6, 8}, sums[0], 1e-6);
      assertArrayEquals(new double[] {1, 1.5}, sums[1], 1e-6);
      matrix.retain(new int[] {1, 3});
      assertEquals(2, matrix.rows());
      assertArrayEquals(new float[] {6, 7}, row(matrix, 1));
      assertThrows(IllegalArgumentException.class, () -> matrix.retain(new int[] {1, 0}));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (NativeMatrixEngine engine = new NativeMatrixEngine(1);
        FeatureMatrix a = engine.matrix(2, 2);
        FeatureMatrix b = engine.matrix(3, 2)) {
      a.append(new float[] {1, 2, 3, 4}, 2);
      assertThrows(IllegalArgumentException.class, () -> a.timesTransposed(b));
      assertThrows(IllegalArgumentException.class, () -> a.timesTransposed(0, 3, a));
      assertThrows(IllegalArgumentException.class, () -> a.append(new float[3], 2));
      assertThrows(IllegalArgumentException.class, () -> a.retain(new int[] {0, 0}));
      assertThrows(IndexOutOfBoundsException.class, () -> a.copyRow(2, new float[2]));
      assertThrows(IllegalArgumentException.class, () -> engine.matrix(0, 1));
      assertThrows(IllegalArgumentException.class, () -> new NativeMatrixEngine(0));
    }
  }

  private static float[] row(FeatureMatrix matrix, int row) {
    float[] values = new float[matrix.columns()];
    matrix.copyRow(row, values);
    return values;
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
