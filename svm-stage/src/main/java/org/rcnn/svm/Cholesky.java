package org.rcnn.svm;

import java.util.Arrays;

/**
 * Cholesky factor L of a symmetric positive definite matrix A = L Lᵀ, in double precision.
 *
 * <p>Matrices are lower triangles: row {@code i} is an array of {@code i + 1} numbers.
 *
 * <p>Right-looking and blocked: a panel of {@value #PANEL} columns is factored, then the rest of
 * the matrix is updated with it, which takes nearly all the time. That update runs along one row of
 * the matrix with four panel columns at a time. The just-in-time compiler turns such a loop into
 * vector instructions; it does not do so for dot products, whose order of summation it would
 * change, nor for loops that store to two rows (measured in {@link RidgeGram}: 55 against 16
 * GFLOP/s).
 */
final class Cholesky {

  private static final int PANEL = 128;
  private static final int TILE = 512;

  private final double[][] a;
  private final int n;

  private Cholesky(double[][] a) {
    this.a = a;
    this.n = a.length;
  }

  /**
   * Factors a matrix in place.
   *
   * @param a the lower triangle; overwritten
   * @return the factor, or null if the matrix is not positive definite in double precision
   */
  static Cholesky factor(double[][] a) {
    Cholesky factor = new Cholesky(a);
    int n = a.length;
    // The panel below the diagonal block, transposed: row k holds column start + k of L.
    double[][] panel = new double[Math.min(PANEL, n)][n];
    for (int start = 0; start < n; start += PANEL) {
      int end = Math.min(start + PANEL, n);
      if (!factor.factorDiagonal(start, end)) {
        return null;
      }
      if (end < n) {
        factor.solvePanel(start, end, panel);
        factor.updateTrailing(end, panel);
      }
    }
    return factor;
  }

  private boolean factorDiagonal(int start, int end) {
    for (int i = start; i < end; i++) {
      for (int j = start; j <= i; j++) {
        double sum = a[i][j];
        for (int k = start; k < j; k++) {
          sum -= a[i][k] * a[j][k];
        }
        if (j < i) {
          a[i][j] = sum / a[j][j];
        } else if (sum > 0 && sum < Double.POSITIVE_INFINITY) {
          a[i][i] = Math.sqrt(sum);
        } else {
          return false;
        }
      }
    }
    return true;
  }

  /** Solves L21 L11ᵀ = A21 for all rows below the diagonal block at once. */
  private void solvePanel(int start, int end, double[][] panel) {
    int width = end - start;
    for (int i = end; i < n; i++) {
      for (int k = 0; k < width; k++) {
        panel[k][i] = a[i][start + k];
      }
    }
    for (int k = 0; k < width; k++) {
      double pivot = a[start + k][start + k];
      double[] column = panel[k];
      for (int i = end; i < n; i++) {
        column[i] /= pivot;
      }
      for (int m = k + 1; m < width; m++) {
        subtractMultiple(panel[m], a[start + m][start + k], column, end, n);
      }
    }
    for (int i = end; i < n; i++) {
      for (int k = 0; k < width; k++) {
        a[i][start + k] = panel[k][i];
      }
    }
  }

  private static void subtractMultiple(
      double[] target, double factor, double[] source, int from, int to) {
    for (int i = from; i < to; i++) {
      target[i] -= factor * source[i];
    }
  }

  /**
   * A22 -= L21 L21ᵀ, in strips of columns so that a strip of the panel stays in the cache. Rows
   * remain, so the panel is full and its width is a multiple of four.
   */
  private void updateTrailing(int end, double[][] panel) {
    for (int left = end; left < n; left += TILE) {
      for (int i = left; i < n; i++) {
        int right = Math.min(left + TILE, i + 1);
        for (int k = 0; k < PANEL; k += 4) {
          double[] p0 = panel[k];
          double[] p1 = panel[k + 1];
          double[] p2 = panel[k + 2];
          double[] p3 = panel[k + 3];
          subtractFour(a[i], p0[i], p0, p1[i], p1, p2[i], p2, p3[i], p3, left, right);
        }
      }
    }
  }

  private static void subtractFour(
      double[] row,
      double f0,
      double[] p0,
      double f1,
      double[] p1,
      double f2,
      double[] p2,
      double f3,
      double[] p3,
      int from,
      int to) {
    for (int j = from; j < to; j++) {
      row[j] -= f0 * p0[j] + f1 * p1[j] + f2 * p2[j] + f3 * p3[j];
    }
  }

  /** Solves A x = b for x. */
  double[] solve(double[] b) {
    double[] x = Arrays.copyOf(b, n);
    for (int i = 0; i < n; i++) {
      double[] row = a[i];
      double sum = x[i];
      for (int j = 0; j < i; j++) {
        sum -= row[j] * x[j];
      }
      x[i] = sum / row[i];
    }
    for (int i = n - 1; i >= 0; i--) {
      double[] row = a[i];
      x[i] /= row[i];
      subtractMultiple(x, x[i], row, 0, i);
    }
    return x;
  }
}
