package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.junit.jupiter.api.Test;

class CholeskyTest {

  @Test
  void aTwoByTwoMatrixByHand() {
    // [4 2; 2 5] = [2 0; 1 2] [2 1; 0 2], and [4 2; 2 5] (1, 2) = (8, 12).
    double[][] matrix = {{4}, {2, 5}};
    Cholesky factor = Cholesky.factor(matrix);
    assertNotNull(factor);
    assertArrayEquals(new double[] {2}, matrix[0]);
    assertArrayEquals(new double[] {1, 2}, matrix[1]);
    assertArrayEquals(new double[] {1, 2}, factor.solve(new double[] {8, 12}), 1e-15);
  }

  @Test
  void agreesWithCommonsMathAtSizesAroundThePanelAndTheStrip() {
    for (int n : new int[] {1, 3, 127, 128, 129, 256, 300, 700}) {
      Random random = new Random(n);
      double[][] full = positiveDefinite(random, n);
      double[] b = random.doubles(n, -1, 1).toArray();
      double[] expected =
          new CholeskyDecomposition(new Array2DRowRealMatrix(full))
              .getSolver()
              .solve(new ArrayRealVector(b))
              .toArray();
      Cholesky factor = Cholesky.factor(lowerTriangle(full));
      assertNotNull(factor, "n = " + n);
      assertArrayEquals(expected, factor.solve(b), 1e-11, "n = " + n);
    }
  }

  @Test
  void aMatrixThatIsNotPositiveDefiniteHasNoFactor() {
    assertNull(Cholesky.factor(new double[][] {{1}, {2, 1}}));
    assertNull(Cholesky.factor(new double[][] {{0}}));
    assertNull(Cholesky.factor(new double[][] {{Double.NaN}}));
  }

  @Test
  void gramMatricesAgreeWithPlainSums() {
    for (int[] shape : new int[][] {{1, 1}, {5, 3}, {70, 300}, {530, 20}, {66, 257}}) {
      Random random = new Random(shape[0]);
      int rows = shape[0];
      int columns = shape[1];
      float[] x = new float[rows * columns];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextInt(3) == 0 ? (float) random.nextGaussian() : 0;
      }
      double[][] fast = RidgeGram.ofRows(x, rows, columns).fast();
      double[][] exact = RidgeGram.ofRows(x, rows, columns).exact();
      double[][] fastColumns = RidgeGram.ofColumns(x, rows, columns).fast();
      double[][] exactColumns = RidgeGram.ofColumns(x, rows, columns).exact();
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = 0;
          for (int k = 0; k < columns; k++) {
            sum += (double) x[i * columns + k] * x[j * columns + k];
          }
          assertEquals(sum, exact[i][j], 1e-11);
          assertEquals(sum, fast[i][j], 1e-3);
        }
      }
      for (int i = 0; i < columns; i++) {
        for (int j = 0; j <= i; j++) {
          double sum = 0;
          for (int k = 0; k < rows; k++) {
            sum += (double) x[k * columns + i] * x[k * columns + j];
          }
          assertEquals(sum, exactColumns[i][j], 1e-11);
          assertEquals(sum, fastColumns[i][j], 1e-3);
        }
      }
    }
  }

  private static double[][] positiveDefinite(Random random, int n) {
    double[][] z = new double[n][n];
    double[][] full = new double[n][n];
    for (double[] row : z) {
      for (int j = 0; j < n; j++) {
        row[j] = random.nextGaussian();
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = i == j ? n : 0;
        for (int k = 0; k < n; k++) {
          sum += z[i][k] * z[j][k];
        }
        full[i][j] = sum;
        full[j][i] = sum;
      }
    }
    return full;
  }

  private static double[][] lowerTriangle(double[][] full) {
    double[][] lower = new double[full.length][];
    for (int i = 0; i < full.length; i++) {
      lower[i] = Arrays.copyOf(full[i], i + 1);
    }
    return lower;
  }
}
