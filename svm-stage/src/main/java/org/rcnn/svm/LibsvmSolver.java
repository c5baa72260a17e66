package org.rcnn.svm;

import java.util.Arrays;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;

/**
 * LIBSVM's C-SVC on a Gram matrix: the one place that knows how LIBSVM is driven.
 *
 * <p>LIBSVM wants its precomputed kernel as a square of {@code svm_node} objects. It never asks a
 * node for its index, so row i and column i share their nodes, which halves them; and they stay
 * from one training to the next, which spares the garbage collector some hundred megabytes each
 * time. A solver serves one thread; solvers side by side do not disturb each other, as LIBSVM's
 * training keeps no global state but its print function.
 */
final class LibsvmSolver {

  static {
    // Global to LIBSVM, so set once for the whole virtual machine: training prints nothing.
    svm.svm_set_print_string_function(text -> {});
  }

  private final SolverSettings settings;
  private svm_node[][] nodes = new svm_node[0][];

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
  }

  /**
   * Solves one class.
   *
   * @param gram dot products of unscaled features, positives first
   * @param positives how many samples are positives; both sides must have some
   * @param copies how often each positive counts
   * @param scale what features are multiplied by
   */
  Solution solve(GramMatrix gram, int positives, int copies, FeatureScale scale) {
    int n = gram.size();
    double kernelScale = scale.factor() * scale.factor();
    svm_problem problem = new svm_problem();
    problem.l = n;
    problem.x = kernel(gram, kernelScale);
    problem.y = new double[n];
    Arrays.fill(problem.y, 0, positives, 1);
    Arrays.fill(problem.y, positives, n, -1);
    svm_parameter parameter = parameter(n, copies);
    String complaint = svm.svm_check_parameter(problem, parameter);
    if (complaint != null) {
      throw new IllegalArgumentException("LIBSVM refuses the SVM settings: " + complaint + ".");
    }
    svm_model model = svm.svm_train(problem, parameter);
    // LIBSVM takes the label that it meets first as the positive side of its decision value.
    double sign = model.label[0] == 1 ? 1 : -1;
    double[] coefficients = new double[n];
    for (int s = 0; s < model.l; s++) {
      coefficients[model.sv_indices[s] - 1] = sign * model.sv_coef[0][s];
    }
    return solution(
        gram, positives, positiveCost(copies), kernelScale, coefficients, -sign * model.rho[0]);
  }

  private double positiveCost(int copies) {
    return settings.positiveWeight() * copies;
  }

  private svm_parameter parameter(int samples, int copies) {
    svm_parameter parameter = new svm_parameter();
    parameter.svm_type = svm_parameter.C_SVC;
    parameter.kernel_type = svm_parameter.PRECOMPUTED;
    parameter.C = settings.c();
    parameter.eps = settings.tolerance();
    parameter.shrinking = 1;
    parameter.nr_weight = 1;
    parameter.weight_label = new int[] {1};
    parameter.weight = new double[] {positiveCost(copies)};
    // In megabytes: room for the whole kernel as floats, so that no row is fetched twice.
    parameter.cache_size = 16 + 4.5 * samples * samples / (1 << 20);
    return parameter;
  }

  private svm_node[][] kernel(GramMatrix gram, double kernelScale) {
    int n = gram.size();
    ensureNodes(n);
    for (int i = 0; i < n; i++) {
      float[] row = gram.row(i);
      svm_node[] into = nodes[i];
      for (int j = 0; j <= i; j++) {
        into[j + 1].value = kernelScale * row[j];
      }
    }
    return Arrays.copyOf(nodes, n);
  }

  private void ensureNodes(int samples) {
    int have = nodes.length;
    if (samples <= have) {
      return;
    }
    int capacity = Math.max(samples, have + have / 8);
    svm_node[][] grown = new svm_node[capacity][];
    for (int i = 0; i < capacity; i++) {
      grown[i] = i < have ? Arrays.copyOf(nodes[i], capacity + 1) : new svm_node[capacity + 1];
      if (i >= have) {
        grown[i][0] = new svm_node();
        grown[i][0].value = i + 1; // column i of the kernel, as LIBSVM counts
        for (int j = 0; j <= i; j++) {
          svm_node node = new svm_node();
          grown[i][j + 1] = node;
          grown[j][i + 1] = node;
        }
      }
    }
    nodes = grown;
  }

  private Solution solution(
      GramMatrix gram,
      int positives,
      double positiveCost,
      double kernelScale,
      double[] coefficients,
      double bias) {
    double[] scores = gram.times(coefficients);
    double squaredNorm = 0;
    double loss = 0;
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      double product = kernelScale * scores[i];
      scores[i] = product + bias;
      squaredNorm += coefficients[i] * product;
      sum += Math.abs(coefficients[i]);
      loss +=
          i < positives ? positiveCost * Math.max(0, 1 - scores[i]) : Math.max(0, 1 + scores[i]);
    }
    return new Solution(
        coefficients, bias, scores, squaredNorm / 2 + settings.c() * loss, sum - squaredNorm / 2);
  }
}
