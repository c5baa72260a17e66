package org.rcnn.svm;

import java.util.Arrays;
import libsvm.GramSolver;
import libsvm.svm;

/**
 * LIBSVM's C-SVC on a Gram matrix. Only this class knows how LIBSVM is called.
 *
 * <p>The solver reads kernel rows as floats; the square matrix that holds them is reused from one
 * training to the next. A solver is not thread-safe, but several can run side by side, because
 * LIBSVM's training has no global state except its print function.
 */
final class LibsvmSolver {

  /** Side of the tiles in which the kernel is laid out: two of them fit the first-level cache. */
  private static final int TILE = 64;

  static {
    LibsvmPackage.define();
    // Silences training. The function is global to LIBSVM, so it is set once for the whole JVM.
    svm.svm_set_print_string_function(text -> {});
  }

  private final SolverSettings settings;
  private final float[] tile = new float[TILE * TILE];
  private float[][] kernel = new float[0][];

  LibsvmSolver(SolverSettings settings) {
    this.settings = settings;
  }

  /**
   * A solved problem: {@code f(x) = Σ coefficient·K(sample, x) + bias}.
   *
   * @param coefficients for each sample α·y, positive for positives
   * @param bias −ρ
   * @param scores f of each sample
   * @param primal the primal objective
   * @param dual the dual objective
   */
  record Solution(double[] coefficients, double bias, double[] scores, double primal, double dual) {

    int supportVectors() {
      return (int) Arrays.stream(coefficients).filter(c -> c != 0).count();
    }

    /** How many of the samples from..to score below a threshold. */
    int below(int from, int to, double line) {
      return (int) Arrays.stream(scores, from, to).filter(score -> score < line).count();
    }
  }

  /**
   * Solves one class.
   *
   * @param gram dot products of unscaled features, positives first
   * @param positives number of positives; there must also be negatives
   * @param copies how many times each positive counts
   * @param scale the factor of the features
   * @param start α to start from: an earlier solution's for its samples, 0 for new ones. During
   *     mining most samples of a class stay, and so does most of the solution. The optimum is the
   *     same, but the solver may stop at another point within the tolerance
   */
  Solution solve(GramMatrix gram, int positives, int copies, FeatureScale scale, double[] start) {
    double kernelScale = scale.factor() * scale.factor();
    layOut(gram, positives, kernelScale);
    double[] diagonal = new double[gram.size()];
    Arrays.setAll(diagonal, i -> kernelScale * gram.row(i)[i]);
    double positiveCost = settings.positiveWeight() * copies;
    GramSolver.Result result =
        GramSolver.solve(
            kernel,
            diagonal,
            positives,
            settings.cost() * positiveCost,
            settings.cost(),
            settings.tolerance(),
            balanced(start, positives));
    return solution(result, positives, positiveCost);
  }

  /**
   * Makes the sums of both sides equal again by scaling down the larger one. They differ once a
   * support vector was evicted because the cache was full.
   */
  private static double[] balanced(double[] start, int positives) {
    double positive = Arrays.stream(start, 0, positives).sum();
    double negative = Arrays.stream(start, positives, start.length).sum();
    double[] alphas = start.clone();
    boolean positivesAreHeavier = positive > negative;
    double factor = positivesAreHeavier ? negative / positive : positive / negative;
    int from = positivesAreHeavier ? 0 : positives;
    int to = positivesAreHeavier ? positives : start.length;
    for (int i = from; i < to && positive != negative; i++) {
      alphas[i] *= factor;
    }
    return alphas;
  }

  /** Writes {@code y(i)·y(j)·K(i, j)} for all samples, tile by tile, from the lower triangle. */
  private void layOut(GramMatrix gram, int positives, double kernelScale) {
    int n = gram.size();
    if (n > kernel.length) {
      int capacity = Math.max(n, kernel.length + kernel.length / 8);
      kernel = new float[0][]; // lets the old one be freed before the new one is allocated
      kernel = new float[capacity][capacity];
    }
    for (int firstRow = 0; firstRow < n; firstRow += TILE) {
      int lastRow = Math.min(n, firstRow + TILE);
      for (int firstColumn = 0; firstColumn < lastRow; firstColumn += TILE) {
        int columns = Math.min(TILE, lastRow - firstColumn);
        for (int i = firstRow; i < lastRow; i++) {
          float[] row = gram.row(i);
          float[] into = kernel[i];
          int lastColumn = Math.min(i + 1, firstColumn + columns);
          for (int j = firstColumn; j < lastColumn; j++) {
            into[j] = (float) (kernelScale * row[j]);
          }
          System.arraycopy(into, firstColumn, tile, (i - firstRow) * TILE, columns);
        }
        mirror(tile, firstRow, lastRow, firstColumn, columns);
      }
    }
    flipSigns(n, positives);
  }

  /**
   * Writes a tile's columns as rows; of a tile on the diagonal, only the part below the diagonal.
   */
  private void mirror(float[] tile, int firstRow, int lastRow, int firstColumn, int columns) {
    for (int j = firstColumn; j < firstColumn + columns; j++) {
      float[] into = kernel[j];
      for (int i = Math.max(firstRow, j + 1); i < lastRow; i++) {
        into[i] = tile[(i - firstRow) * TILE + j - firstColumn];
      }
    }
  }

  /** Changes the sign of products of a positive with a negative: {@code y(i)·y(j)·K}. */
  private void flipSigns(int n, int positives) {
    for (int i = 0; i < n; i++) {
      float[] row = kernel[i];
      int from = i < positives ? positives : 0;
      int to = i < positives ? n : positives;
      for (int j = from; j < to; j++) {
        row[j] = -row[j];
      }
    }
  }

  private Solution solution(GramSolver.Result result, int positives, double positiveCost) {
    int n = result.alphas().length;
    double bias = -result.rho();
    double[] coefficients = new double[n];
    double[] scores = new double[n];
    double squaredNorm = 0;
    double loss = 0;
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double y = i < positives ? 1 : -1;
      coefficients[i] = y * result.alphas()[i];
      scores[i] = result.values()[i] + bias;
      squaredNorm += coefficients[i] * result.values()[i];
      sum += result.alphas()[i];
      loss += (i < positives ? positiveCost : 1) * Math.max(0, 1 - y * scores[i]);
    }
    return new Solution(
        coefficients,
        bias,
        scores,
        squaredNorm / 2 + settings.cost() * loss,
        sum - squaredNorm / 2);
  }
}
