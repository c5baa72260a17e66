package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JavaMatrixEngineTest {

  @Test
  void multipliesAsByHand() {
    MatrixEngine engine = new JavaMatrixEngine(1);
    try (FeatureMatrix a = engine.matrix(2, 2);
        FeatureMatrix b = engine.matrix(2, 3)) {
      a.append(new float[] {1, 2, 3, 4}, 2);
      b.append(new float[] {1, 0, 0, 1, 1, 1}, 3);
      assertArrayEquals(new float[] {1, 2, 3, 3, 4, 7}, a.timesTransposed(b));
      assertArrayEquals(new float[] {3, 4, 7}, a.timesTransposed(1, 2, b));
      assertArrayEquals(new double[] {7, 10}, a.weightedSums(new double[][] {{1, 2}})[0]);
    }
  }

  @Test
  void agreesWithTheNaiveProductAndWithItselfOnAnyNumberOfThreads() {
    for (long seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      int columns = 1 + random.nextInt(700);
      int m = random.nextInt(seed % 2 == 0 ? 30 : 700);
      int n = random.nextInt(seed % 3 == 0 ? 30 : 700);
      float[] left = gaussian(random, m * columns);
      float[] right = gaussian(random, n * columns);
      float[] one = product(new JavaMatrixEngine(1), left, m, right, n, columns);
      float[] three = product(new JavaMatrixEngine(3), left, m, right, n, columns);
      assertArrayEquals(one, three, 0, "threads changed the product, seed " + seed);
      for (int i = 0; i < m; i += 11) {
        for (int j = 0; j < n; j++) {
          double expected = 0;
          for (int k = 0; k < columns; k++) {
            expected += (double) left[i * columns + k] * right[j * columns + k];
          }
          assertEquals(expected, one[i * n + j], 2e-3, "at " + i + ", " + j + ", seed " + seed);
        }
      }
    }
  }

  @Test
  void aGramMatrixIsExactlySymmetricAndTheSameWhenGrown() {
    Random random = new Random(5);
    int columns = 333;
    float[] rows = gaussian(random, 301 * columns);
    MatrixEngine engine = new JavaMatrixEngine(2);
    try (FeatureMatrix x = engine.matrix(columns, 4)) {
      x.append(rows, 301);
      float[] gram = x.timesTransposed(x);
      for (int i = 0; i < 301; i++) {
        for (int j = 0; j < i; j++) {
          assertEquals(gram[i * 301 + j], gram[j * 301 + i]);
        }
      }
      float[] grown = x.timesTransposed(290, 301, x);
      assertArrayEquals(Arrays.copyOfRange(gram, 290 * 301, 301 * 301), grown);
    }
  }

  @Test
  void keepsAndGathersTheRowsAskedFor() {
    MatrixEngine engine = new JavaMatrixEngine(1);
    int columns = 400_000; // two rows to a block: rows cross blocks
    float[] rows = new float[5 * columns];
    for (int i = 0; i < 5; i++) {
      Arrays.fill(rows, i * columns, (i + 1) * columns, i);
    }
    try (FeatureMatrix x = engine.matrix(columns, 5)) {
      x.append(rows, 5);
      try (FeatureMatrix gathered = x.gather(new int[] {4, 0, 4})) {
        assertEquals(3, gathered.rows());
        assertEquals(4, firstOf(gathered, 0));
        assertEquals(0, firstOf(gathered, 1));
        assertEquals(4, firstOf(gathered, 2));
      }
      x.retain(new int[] {1, 3, 4});
      assertEquals(3, x.rows());
      assertEquals(1, firstOf(x, 0));
      assertEquals(3, firstOf(x, 1));
      assertEquals(4, firstOf(x, 2));
      x.append(rows, 1);
      assertEquals(0, firstOf(x, 3));
    }
  }

  @Test
  void refusesRowsThatDoNotFit() {
    MatrixEngine engine = new JavaMatrixEngine(1);
    try (FeatureMatrix a = engine.matrix(2, 2);
        FeatureMatrix b = engine.matrix(3, 2)) {
      a.append(new float[] {1, 2, 3, 4}, 2);
      String message =
          assertThrows(IllegalArgumentException.class, () -> a.timesTransposed(b)).getMessage();
      assertTrue(message.contains("2 and of 3"), message);
      assertThrows(IllegalArgumentException.class, () -> a.append(new float[3], 2));
      assertThrows(IllegalArgumentException.class, () -> a.retain(new int[] {1, 0}));
      assertThrows(IllegalArgumentException.class, () -> a.retain(new int[] {0, 0}));
      assertThrows(IndexOutOfBoundsException.class, () -> a.copyRow(2, new float[2]));
      assertThrows(IllegalArgumentException.class, () -> new JavaMatrixEngine(0));
    }
  }

  private static float firstOf(FeatureMatrix matrix, int row) {
    float[] values = new float[matrix.columns()];
    matrix.copyRow(row, values);
    assertEquals(values[0], values[values.length - 1]);
    return values[0];
  }

  private static float[] product(
      MatrixEngine engine, float[] left, int m, float[] right, int n, int columns) {
    try (FeatureMatrix a = engine.matrix(columns, m);
        FeatureMatrix b = engine.matrix(columns, n)) {
      a.append(left, m);
      b.append(right, n);
      return a.timesTransposed(b);
    }
  }

  static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
