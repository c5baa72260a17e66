package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RidgeRegressionTest {

  @Test
  void oneFeatureByHand() {
    // x = (1, 2), y = (1, 4), penalty 1: w = (1·1 + 2·4) / (1 + 4 + 1) = 1.5.
    RidgeRegression problem =
        new RidgeRegression(new float[] {1, 2}, 2, 1, new double[][] {{1, 4}}, 1);
    assertEquals(1.5, problem.solve(false).weights()[0][0], 1e-12);
    assertEquals(1.5, problem.solve(true).weights()[0][0], 1e-12);
  }

  @Test
  void primalAndDualAgree() {
    for (int[] shape : new int[][] {{30, 50}, {50, 30}, {200, 140}}) {
      RidgeRegression problem = problem(shape[0], shape[1], 1f, 3);
      RidgeRegression.Solution primal = problem.solve(false);
      RidgeRegression.Solution dual = problem.solve(true);
      for (int target = 0; target < primal.weights().length; target++) {
        assertArrayEquals(primal.weights()[target], dual.weights()[target], 1e-8);
      }
    }
  }

  @Test
  void theSmallerSystemIsSolvedAndRefinedToASmallResidual() {
    RidgeRegression.Solution fewSamples = problem(60, 100, 1f, 10).solve();
    RidgeRegression.Solution manySamples = problem(100, 60, 1f, 10).solve();
    assertTrue(fewSamples.dual());
    assertFalse(manySamples.dual());
    assertFalse(fewSamples.exact());
    assertTrue(fewSamples.residual() < 1e-9, "residual " + fewSamples.residual());
    assertTrue(manySamples.residual() < 1e-9, "residual " + manySamples.residual());
  }

  @Test
  void largeFeaturesAndASmallPenaltyNeedDoublePrecision() {
    // More samples than features in the dual system: it is singular but for the penalty, which is
    // below what single precision resolves beside entries of 10^7 to 10^8.
    RidgeRegression.Solution solution = problem(300, 20, 1000f, 0.1).solve(true);
    assertTrue(solution.exact());
    assertTrue(solution.residual() <= RidgeRegression.TOLERATED_RESIDUAL);
  }

  @Test
  void aPenaltyOfZeroIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> problem(3, 2, 1f, 0));
  }

  private static RidgeRegression problem(int rows, int columns, float scale, double lambda) {
    Random random = new Random(rows);
    float[] x = new float[rows * columns];
    for (int i = 0; i < x.length; i++) {
      x[i] = scale * (float) random.nextGaussian();
    }
    double[][] y = new double[2][];
    for (int target = 0; target < y.length; target++) {
      y[target] = random.doubles(rows, -1, 1).toArray();
    }
    return new RidgeRegression(x, rows, columns, y, lambda);
  }
}
