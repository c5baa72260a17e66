package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * The optimisation problem of one class: {@code ½‖w‖² + C·Σ cost·max(0, 1 − y(w·x + b))}.
 *
 * <p>The authors used LIBLINEAR, which regularises the bias (as a feature of constant value 10);
 * LIBSVM does not. The two problems are similar but not the same, so their weights differ.
 *
 * @param cost the cost C, from 1e-9 to 1e6
 * @param positiveWeight the cost of a positive relative to a negative, from 1e-6 to 1e6
 * @param tolerance LIBSVM's stopping tolerance on the violation of optimality, from 1e-12 to 1
 */
public record SolverSettings(double cost, double positiveWeight, double tolerance) {

  /** Refuses values out of range; the message names the setting. */
  public SolverSettings {
    Check.within("cost", cost, 1e-9, 1e6);
    Check.within("positive-weight", positiveWeight, 1e-6, 1e6);
    Check.within("tolerance", tolerance, 1e-12, 1);
  }

  /** The paper's C = 0.001 and positive weight 2, with LIBSVM's own tolerance. */
  public static SolverSettings paper() {
    return new SolverSettings(0.001, 2, 0.001);
  }
}
