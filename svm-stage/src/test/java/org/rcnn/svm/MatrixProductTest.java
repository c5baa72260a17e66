package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatrixProductTest {

  @Test
  void multipliesAsByHand() {
    float[] a = {1, 2, 3, 4};
    float[] b = {1, 0, 0, 1, 1, 1};
    assertArrayEquals(new float[] {1, 2, 3, 3, 4, 7}, MatrixProduct.timesTransposed(a, 2, b, 3, 2));
  }

  @Test
  void agreesWithTheDefinition() {
    for (long seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      int columns = 1 + random.nextInt(700);
      int m = random.nextInt(30);
      int n = random.nextInt(700);
      PlainMatrix a = new PlainMatrix(columns, m);
      PlainMatrix b = new PlainMatrix(columns, n);
      float[] left = PlainMatrix.gaussian(random, m * columns);
      float[] right = PlainMatrix.gaussian(random, n * columns);
      a.append(left, m);
      b.append(right, n);
      assertArrayEquals(
          a.timesTransposed(b),
          MatrixProduct.timesTransposed(left, m, right, n, columns),
          2e-3f,
          "seed " + seed);
    }
  }

  @Test
  void isTheSameBitsHoweverItIsCut() {
    int columns = 333;
    float[] x = PlainMatrix.gaussian(new Random(5), 301 * columns);
    float[] gram = MatrixProduct.timesTransposed(x, 301, x, 301, columns);
    for (int i = 0; i < 301; i++) {
      for (int j = 0; j < i; j++) {
        assertEquals(gram[i * 301 + j], gram[j * 301 + i]);
      }
    }
    float[] last = Arrays.copyOfRange(x, 290 * columns, 301 * columns);
    assertArrayEquals(
        Arrays.copyOfRange(gram, 290 * 301, 301 * 301),
        MatrixProduct.timesTransposed(last, 11, x, 301, columns));
  }

  @Test
  void aProductTooLargeForAnArrayIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> MatrixProduct.timesTransposed(new float[0], 1 << 16, new float[0], 1 << 16, 1));
  }
}
