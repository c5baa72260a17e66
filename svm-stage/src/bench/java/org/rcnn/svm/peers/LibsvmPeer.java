package org.rcnn.svm.peers;

import java.util.ArrayList;
import java.util.List;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;
import org.rcnn.data.matrix.MatrixEngine;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmPeer;

/** LIBSVM through its public method {@code svm_train}: the common part of its two peers. */
abstract class LibsvmPeer implements SvmPeer {

  /** Enough for the kernel of 7,000 samples, which is more than the benchmarks use. */
  private static final double CACHE_MIB = 200;

  private final int kernelType;

  LibsvmPeer(int kernelType) {
    this.kernelType = kernelType;
  }

  /** The samples in LIBSVM's form. */
  abstract svm_node[][] nodes(List<float[]> rows, int dimension, MatrixEngine engine);

  @Override
  public final Training start(int dimension, SolverSettings settings, MatrixEngine engine) {
    svm.svm_set_print_string_function(text -> {});
    return new Samples(dimension, settings, engine);
  }

  private final class Samples implements Training {
    private final int dimension;
    private final SolverSettings settings;
    private final MatrixEngine engine;
    private final List<float[]> rows = new ArrayList<>();
    private int positives;

    Samples(int dimension, SolverSettings settings, MatrixEngine engine) {
      this.dimension = dimension;
      this.settings = settings;
      this.engine = engine;
    }

    @Override
    public void add(float[] features, int from, boolean positive) {
      float[] row = new float[dimension];
      System.arraycopy(features, from, row, 0, dimension);
      rows.add(row);
      positives += positive ? 1 : 0;
    }

    @Override
    public void retain(int[] ascending) {
      List<float[]> kept = new ArrayList<>();
      int keptPositives = 0;
      for (int row : ascending) {
        kept.add(rows.get(row));
        keptPositives += row < positives ? 1 : 0;
      }
      rows.clear();
      rows.addAll(kept);
      positives = keptPositives;
    }

    @Override
    public Model train() {
      svm_problem problem = new svm_problem();
      problem.l = rows.size();
      problem.x = nodes(rows, dimension, engine);
      problem.y = new double[problem.l];
      for (int i = 0; i < problem.l; i++) {
        problem.y[i] = i < positives ? 1 : -1;
      }
      svm_parameter parameter = new svm_parameter();
      parameter.svm_type = svm_parameter.C_SVC;
      parameter.kernel_type = kernelType;
      parameter.C = settings.cost();
      parameter.eps = settings.tolerance();
      parameter.cache_size = CACHE_MIB;
      parameter.shrinking = 1;
      parameter.nr_weight = 1;
      parameter.weight_label = new int[] {1};
      parameter.weight = new double[] {settings.positiveWeight()};
      svm_model model = svm.svm_train(problem, parameter);
      double[] weights = new double[dimension];
      for (int s = 0; s < model.l; s++) {
        float[] row = rows.get(model.sv_indices[s] - 1);
        double coefficient = model.sv_coef[0][s];
        for (int k = 0; k < dimension; k++) {
          weights[k] += coefficient * row[k];
        }
      }
      return new Model(weights, -model.rho[0]);
    }
  }
}
