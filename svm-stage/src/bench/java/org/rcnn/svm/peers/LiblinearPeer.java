package org.rcnn.svm.peers;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rcnn.data.matrix.MatrixEngine;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmPeer;

/**
 * LIBLINEAR (its Java port) as the paper's authors used it: dual coordinate descent for the hinge
 * loss (solver 3), a bias feature of 10, the solver's own tolerance of 0.1. It regularises the bias
 * with the weights, so it solves a slightly different problem. Only values that are not 0 become
 * nodes.
 */
public final class LiblinearPeer implements SvmPeer {

  private static final double BIAS = 10;
  private static final double TOLERANCE = 0.1;

  @Override
  public String name() {
    return "LIBLINEAR";
  }

  @Override
  public Training start(int dimension, SolverSettings settings, MatrixEngine engine) {
    Linear.disableDebugOutput();
    return new Samples(dimension, settings);
  }

  private static final class Samples implements Training {
    private final int dimension;
    private final SolverSettings settings;
    private final List<Feature[]> rows = new ArrayList<>();
    private int positives;

    Samples(int dimension, SolverSettings settings) {
      this.dimension = dimension;
      this.settings = settings;
    }

    @Override
    public void add(float[] features, int from, boolean positive) {
      int count = 1;
      for (int k = 0; k < dimension; k++) {
        count += features[from + k] != 0 ? 1 : 0;
      }
      Feature[] row = new Feature[count];
      int at = 0;
      for (int k = 0; k < dimension; k++) {
        if (features[from + k] != 0) {
          row[at++] = new FeatureNode(k + 1, features[from + k]);
        }
      }
      row[at] = new FeatureNode(dimension + 1, BIAS);
      rows.add(row);
      positives += positive ? 1 : 0;
    }

    @Override
    public void retain(int[] ascending) {
      List<Feature[]> kept = new ArrayList<>();
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
      Problem problem = new Problem();
      problem.l = rows.size();
      problem.n = dimension + 1;
      problem.bias = BIAS;
      problem.x = rows.toArray(Feature[][]::new);
      problem.y = new double[rows.size()];
      for (int i = 0; i < problem.y.length; i++) {
        problem.y[i] = i < positives ? 1 : -1;
      }
      Parameter parameter =
          new Parameter(SolverType.L2R_L1LOSS_SVC_DUAL, settings.cost(), TOLERANCE);
      parameter.setWeights(new double[] {settings.positiveWeight()}, new int[] {1});
      parameter.setRandom(new Random(1));
      // The first sample is a positive, so the weights point to the positives.
      double[] all = Linear.train(problem, parameter).getFeatureWeights();
      double[] weights = new double[dimension];
      System.arraycopy(all, 0, weights, 0, dimension);
      return new Model(weights, BIAS * all[dimension]);
    }
  }
}
