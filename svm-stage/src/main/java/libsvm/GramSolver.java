package libsvm;

import java.util.Arrays;

/**
 * LIBSVM's own C-SVC solver, with the kernel given as rows of floats.
 *
 * <p>{@link svm#svm_train} takes a precomputed kernel as a square of {@code svm_node} objects. At
 * 6,000 samples that is a gigabyte of objects to fill, and the solver follows two pointers for each
 * kernel value: nine tenths of the training time. LIBSVM's solver itself only asks an abstract
 * matrix for rows of floats, and this class has such a matrix. Working set selection, shrinking,
 * tolerance and the order of all arithmetic are LIBSVM's. So are the solutions, except where the
 * kernels differ in their last bits.
 *
 * <p>It is in LIBSVM's package because the solver and the matrix are package-private.
 */
public final class GramSolver {

  private GramSolver() {}

  /**
   * A solution.
   *
   * @param alphas the dual variables, from 0 to the sample's cost
   * @param values {@code Σ α·y·K} at each sample, without the bias
   * @param rho the negative bias
   */
  public record Result(double[] alphas, double[] values, double rho) {}

  /**
   * Solves one two-class problem.
   *
   * @param kernel square or larger; {@code kernel[i][j] = y(i)·y(j)·K(i, j)}; not changed
   * @param diagonal {@code K(i, i)}; its length is the number of samples; not changed
   * @param positives number of positives, which come first and have y = 1; the others have −1
   * @param positiveCost upper bound of a positive's dual variable
   * @param negativeCost the same for a negative
   * @param tolerance the solver stops at this violation of optimality
   * @param start dual variables to start from; not changed. They must be feasible: within the
   *     costs, and with the same sum for positives and negatives. Starting from the solution of a
   *     similar problem saves most of the work
   */
  public static Result solve(
      float[][] kernel,
      double[] diagonal,
      int positives,
      double positiveCost,
      double negativeCost,
      double tolerance,
      double[] start) {
    int n = diagonal.length;
    byte[] y = new byte[n];
    Arrays.fill(y, 0, positives, (byte) 1);
    Arrays.fill(y, positives, n, (byte) -1);
    double[] linear = new double[n];
    Arrays.fill(linear, -1);
    double[] alphas = start.clone();
    Solver solver = new Solver();
    Solver.SolutionInfo info = new Solver.SolutionInfo();
    solver.Solve(
        n,
        new Rows(kernel, diagonal),
        linear,
        y,
        alphas,
        positiveCost,
        negativeCost,
        tolerance,
        info,
        1);
    double[] values = new double[n];
    for (int k = 0; k < n; k++) {
      int sample = solver.active_set[k];
      // The gradient at a sample is y·(Σ α·y·K) − 1.
      values[sample] = y[sample] * (solver.G[k] + 1);
    }
    return new Result(alphas, values, info.rho);
  }

  /**
   * The kernel in the solver's order of samples, which changes when shrinking sets samples aside. A
   * row is then copied in the new order; the matrix itself is not rearranged.
   */
  private static final class Rows extends QMatrix {

    private final float[][] kernel;
    private final double[] diagonal;
    private final int[] order;
    // The solver uses two rows at a time.
    private final float[][] copies = new float[3][];
    private int next;
    private boolean moved;

    Rows(float[][] kernel, double[] diagonal) {
      this.kernel = kernel;
      this.diagonal = diagonal.clone();
      this.order = new int[diagonal.length];
      Arrays.setAll(order, i -> i);
    }

    @Override
    float[] get_Q(int column, int length) {
      float[] row = kernel[order[column]];
      if (!moved) {
        return row;
      }
      next = (next + 1) % copies.length;
      if (copies[next] == null) {
        copies[next] = new float[order.length];
      }
      float[] copy = copies[next];
      for (int i = 0; i < length; i++) {
        copy[i] = row[order[i]];
      }
      return copy;
    }

    @Override
    double[] get_QD() {
      return diagonal;
    }

    @Override
    void swap_index(int i, int j) {
      moved = true;
      int sample = order[i];
      order[i] = order[j];
      order[j] = sample;
      double d = diagonal[i];
      diagonal[i] = diagonal[j];
      diagonal[j] = d;
    }
  }
}
