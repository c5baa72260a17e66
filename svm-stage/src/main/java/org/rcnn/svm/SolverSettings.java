package org.rcnn.svm;

/**
 * The optimisation problem of one class: {@code ½‖w‖² + C·Σ cost·max(0, 1 − y(w·x + b))}.
 *
 * <p>The authors used LIBLINEAR, which regularises the bias (as a feature of constant value 10);
 * LIBSVM leaves it free. The two problems are close but not the same; their weights differ.
 *
 * @param cost the cost C, greater than 0
 * @param positiveWeight the cost of a positive relative to a negative, greater than 0
 * @param tolerance LIBSVM's stopping tolerance on the violation of optimality, greater than 0
 */
public record SolverSettings(double cost, double positiveWeight, double tolerance) {

  /** Refuses values that are not positive numbers. */
  public SolverSettings {
    requirePositive("cost", cost);
    requirePositive("positive-weight", positiveWeight);
    requirePositive("tolerance", tolerance);
  }

  /** The paper's C = 0.001 and positive weight 2, with LIBSVM's own tolerance. */
  public static SolverSettings paper() {
    return new SolverSettings(0.001, 2, 0.001);
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "The SVM's " + name + " must be a positive number, not " + value + ".");
    }
  }
}
