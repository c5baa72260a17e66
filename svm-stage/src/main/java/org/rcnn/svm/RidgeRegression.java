package org.rcnn.svm;

import java.util.Arrays;

/**
 * Ridge regression of several targets on the same samples: the W that minimises {@code ‖X W − Y‖² +
 * λ ‖W‖²}.
 *
 * <p>With n samples of d features the solution is {@code (XᵀX + λI)⁻¹ XᵀY}, a system of order d
 * (primal), and equally {@code Xᵀ (XXᵀ + λI)⁻¹ Y}, one of order n (dual). The smaller is solved.
 *
 * <p>The system's matrix is first summed in single precision, factored, and the solution refined:
 * the residual is computed in double precision from X itself, never from the rounded matrix, and
 * solved for again until it is small. So the fast sum costs no accuracy. A residual that stays
 * large shows that the fast sum was too inaccurate for this λ; then the matrix is summed again in
 * double precision.
 */
final class RidgeRegression {

  /** Above this relative residual, the exact sum is used. */
  static final double TOLERATED_RESIDUAL = 1e-3;

  /** Refinement continues until the relative residual is below this, or no longer halves. */
  private static final double WANTED_RESIDUAL = 1e-9;

  private static final int MOST_REFINEMENTS = 10;

  private final float[] x;
  private final int rows;
  private final int columns;
  private final double[][] y;
  private final double lambda;

  /**
   * A problem.
   *
   * @param x row-major samples × features
   * @param rows number of samples, n
   * @param columns number of features, d
   * @param y per target one value for each sample
   * @param lambda the weight of the penalty, above 0
   */
  RidgeRegression(float[] x, int rows, int columns, double[][] y, double lambda) {
    if (!(lambda > 0 && lambda < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "Ridge regression needs a penalty above 0, not %s.".formatted(lambda));
    }
    this.x = x;
    this.rows = rows;
    this.columns = columns;
    this.y = y;
    this.lambda = lambda;
  }

  /**
   * A solution.
   *
   * @param weights per target one weight for each feature
   * @param residual relative residual of the system that was solved, the largest of all targets
   * @param dual whether the system was the dual one
   * @param exact whether its matrix had to be summed in double precision
   */
  record Solution(double[][] weights, double residual, boolean dual, boolean exact) {}

  /** Solves the smaller of the two systems. */
  Solution solve() {
    return solve(rows < columns);
  }

  /** Solves one of the systems, with the fast sum if that is accurate enough. */
  Solution solve(boolean dual) {
    Solution fast = solve(dual, false);
    if (fast != null && fast.residual() <= TOLERATED_RESIDUAL) {
      return fast;
    }
    Solution exact = solve(dual, true);
    if (exact == null || !(exact.residual() <= TOLERATED_RESIDUAL)) {
      throw new ArithmeticException(
          ("The ridge regression of %d samples cannot be solved in double precision at a penalty of"
                  + " %s; scale the features down or raise the penalty.")
              .formatted(rows, lambda));
    }
    return exact;
  }

  /** Null if the system's matrix, as summed, is not positive definite. */
  private Solution solve(boolean dual, boolean exact) {
    RidgeGram gram =
        dual ? RidgeGram.ofRows(x, rows, columns) : RidgeGram.ofColumns(x, rows, columns);
    double[][] matrix = exact ? gram.exact() : gram.fast();
    for (int i = 0; i < matrix.length; i++) {
      matrix[i][i] += lambda;
    }
    Cholesky factor = Cholesky.factor(matrix);
    if (factor == null) {
      return null;
    }
    double[][] weights = new double[y.length][];
    double worst = 0;
    for (int target = 0; target < y.length; target++) {
      double[] b = dual ? y[target] : timesTransposed(y[target]);
      double[] solution = new double[b.length];
      worst = Math.max(worst, refine(factor, dual, b, solution));
      weights[target] = dual ? timesTransposed(solution) : solution;
    }
    return new Solution(weights, worst, dual, exact);
  }

  /** Improves a solution in place, from zero; returns its relative residual. */
  private double refine(Cholesky factor, boolean dual, double[] b, double[] solution) {
    double scale = norm(b);
    if (scale == 0) {
      return 0;
    }
    double[] residual = b;
    double relative = 1;
    for (int step = 0; step < MOST_REFINEMENTS; step++) {
      double[] candidate = factor.solve(residual);
      for (int i = 0; i < candidate.length; i++) {
        candidate[i] += solution[i];
      }
      double[] left = residual(dual, b, candidate);
      double now = norm(left) / scale;
      if (!(now < relative)) {
        break;
      }
      System.arraycopy(candidate, 0, solution, 0, candidate.length);
      boolean slow = now > relative / 2;
      residual = left;
      relative = now;
      if (slow || now < WANTED_RESIDUAL) {
        break;
      }
    }
    return relative;
  }

  /** b − (XXᵀ + λI) s, or b − (XᵀX + λI) s, without that matrix. */
  private double[] residual(boolean dual, double[] b, double[] s) {
    double[] product = dual ? times(timesTransposed(s)) : timesTransposed(times(s));
    for (int i = 0; i < product.length; i++) {
      product[i] = b[i] - product[i] - lambda * s[i];
    }
    return product;
  }

  /** X v. */
  private double[] times(double[] v) {
    double[] product = new double[rows];
    for (int i = 0; i < rows; i++) {
      double sum = 0;
      for (int j = 0; j < columns; j++) {
        sum += x[i * columns + j] * v[j];
      }
      product[i] = sum;
    }
    return product;
  }

  /** Xᵀ v. */
  private double[] timesTransposed(double[] v) {
    double[] product = new double[columns];
    for (int i = 0; i < rows; i++) {
      double factor = v[i];
      for (int j = 0; j < columns; j++) {
        product[j] += factor * x[i * columns + j];
      }
    }
    return product;
  }

  private static double norm(double[] v) {
    return Math.sqrt(Arrays.stream(v).map(e -> e * e).sum());
  }
}
