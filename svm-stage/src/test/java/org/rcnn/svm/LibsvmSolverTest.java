package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.data.matrix.FeatureMatrix;

class LibsvmSolverTest {

  private static final SolverSettings EXACT = new SolverSettings(0.001, 2, 1e-6);

  @Test
  void separatesTwoPointsAsByHand() {
    // x = 3 against x = 1: the widest margin has w = 1 and b = -2, if C does not bind.
    GramMatrix gram = gram(new float[][] {{3}, {1}});
    LibsvmSolver.Solution solution =
        fromNothing(
            new LibsvmSolver(new SolverSettings(100, 1, 1e-6)), gram, 1, 1, new FeatureScale(1));
    assertEquals(0.5, solution.coefficients()[0], 1e-6);
    assertEquals(-0.5, solution.coefficients()[1], 1e-6);
    assertEquals(-2, solution.bias(), 1e-6);
    assertEquals(1, solution.scores()[0], 1e-6);
    assertEquals(-1, solution.scores()[1], 1e-6);
    assertEquals(0.5, solution.primal(), 1e-6);
    assertEquals(0.5, solution.dual(), 1e-6);
    assertEquals(2, solution.supportVectors());
  }

  @Test
  void decidesAsLibsvmWithItsLinearKernelOnTheSameSamples() {
    LibsvmSolver reused = new LibsvmSolver(EXACT);
    for (long seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      int positives = 5 + random.nextInt(30);
      int samples = positives + 40 + random.nextInt(200);
      int dimension = 10 + random.nextInt(60);
      float[][] x = samples(random, samples, positives, dimension);
      int copies = 1 + random.nextInt(3);
      double scale = 0.5 + random.nextDouble() * 4;
      LibsvmSolver.Solution ours =
          fromNothing(reused, gram(x), positives, copies, new FeatureScale(scale));
      double[] expected = PlainLibsvm.scores(List.of(x), positives, 0.001, 2.0 * copies, scale);
      for (int i = 0; i < samples; i++) {
        assertEquals(expected[i], ours.scores()[i], 1e-4, "sample " + i + ", seed " + seed);
      }
    }
  }

  @Test
  void theDualObjectiveMeetsThePrimal() {
    float[][] x = samples(new Random(11), 300, 40, 50);
    LibsvmSolver.Solution solution =
        fromNothing(new LibsvmSolver(EXACT), gram(x), 40, 1, new FeatureScale(3));
    assertTrue(solution.dual() <= solution.primal() + 1e-9);
    assertEquals(solution.primal(), solution.dual(), 1e-5 * solution.primal());
    double sum = 0;
    for (int i = 0; i < 300; i++) {
      double bound = 0.001 * (i < 40 ? 2 : 1);
      double alpha = solution.coefficients()[i] * (i < 40 ? 1 : -1);
      assertTrue(alpha >= 0 && alpha <= bound * (1 + 1e-12), "alpha " + alpha);
      sum += solution.coefficients()[i];
    }
    assertEquals(0, sum, 1e-12);
  }

  @Test
  void aCopyCountsAsMuchAsASampleRepeated() {
    float[][] x = samples(new Random(12), 120, 20, 30);
    float[][] repeated = new float[140][];
    for (int i = 0; i < 140; i++) {
      repeated[i] = i < 40 ? x[i / 2] : x[i - 20];
    }
    FeatureScale scale = new FeatureScale(2);
    double[] weighted = fromNothing(new LibsvmSolver(EXACT), gram(x), 20, 2, scale).scores();
    double[] copied = fromNothing(new LibsvmSolver(EXACT), gram(repeated), 40, 1, scale).scores();
    for (int i = 0; i < 120; i++) {
      assertEquals(copied[i < 20 ? 2 * i : i + 20], weighted[i], 1e-4);
    }
  }

  @Test
  void fromAnEarlierSolutionTheSameOptimumIsFound() {
    float[][] x = samples(new Random(13), 300, 40, 50);
    LibsvmSolver solver = new LibsvmSolver(EXACT);
    FeatureScale scale = new FeatureScale(3);
    LibsvmSolver.Solution expected = fromNothing(solver, gram(x), 40, 1, scale);
    // As after mining: a solution of fewer samples, some of which are other samples now, so that
    // the two sides of the start do not balance.
    double[] part = fromNothing(solver, gram(Arrays.copyOf(x, 200)), 40, 1, scale).coefficients();
    double[] start = new double[300];
    for (int i = 0; i < 150; i++) {
      start[i] = Math.abs(part[i]);
    }
    LibsvmSolver.Solution found = solver.solve(gram(x), 40, 1, scale, start);
    assertArrayEquals(expected.scores(), found.scores(), 1e-4);
    assertEquals(expected.dual(), found.dual(), 1e-6 * expected.dual());
    assertEquals(0, Arrays.stream(found.coefficients()).sum(), 1e-12);
  }

  private static LibsvmSolver.Solution fromNothing(
      LibsvmSolver solver, GramMatrix gram, int positives, int copies, FeatureScale scale) {
    return solver.solve(gram, positives, copies, scale, new double[gram.size()]);
  }

  private static float[][] samples(Random random, int samples, int positives, int dimension) {
    float[][] x = new float[samples][dimension];
    for (int i = 0; i < samples; i++) {
      for (int k = 0; k < dimension; k++) {
        x[i][k] = (float) (random.nextGaussian() + (i < positives && k < 5 ? 0.8 : 0));
      }
    }
    return x;
  }

  private static GramMatrix gram(float[][] x) {
    try (FeatureMatrix matrix = new PlainMatrix(x[0].length, x.length)) {
      for (float[] row : x) {
        matrix.append(row, 1);
      }
      GramMatrix gram = new GramMatrix();
      gram.grow(matrix.timesTransposed(matrix), x.length);
      return gram;
    }
  }
}
