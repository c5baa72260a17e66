package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PlattScalingTest {

  private static final double[] EIGHT = {-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5};
  private static final boolean[] EIGHT_RIGHT = {false, false, false, true, false, true, true, true};
  private static final double[] TEN = {3, 2.5, -1, -1.05, -1.1, -0.2, 0.4, 0.9, -0.7, 1.7};
  private static final boolean[] TEN_RIGHT = {
    true, true, false, false, false, false, true, false, false, true
  };

  /**
   * The figures are SciPy's minimum (BFGS, gradient below 1e-12) of Platt's likelihood; those of
   * scikit-learn's {@code _sigmoid_calibration} agree with them to 1e-6.
   */
  @Test
  void parametersAreThoseOfAnIndependentMinimum() {
    PlattScaling eight = PlattScaling.fit(EIGHT, EIGHT_RIGHT);
    assertEquals(-1.0703473112588648, eight.slope(), 1e-7);
    assertEquals(-0.2675868278148887, eight.offset(), 1e-7);
    PlattScaling ten = PlattScaling.fit(TEN, TEN_RIGHT);
    assertEquals(-0.9891633241976999, ten.slope(), 1e-7);
    assertEquals(0.8934177049586881, ten.offset(), 1e-7);
  }

  @Test
  void threeRightOnesAloneGiveNoCertainty() {
    PlattScaling sigmoid =
        PlattScaling.fit(new double[] {0.2, 0.9, 1.4}, new boolean[] {true, true, true});
    // (3 + 1) / (3 + 2)
    assertEquals(0.8, sigmoid.probability(0.2), 1e-12);
    assertEquals(0, sigmoid.slope(), 1e-12);
  }

  @Test
  void theMeanProbabilityIsThatOfTheSoftenedLabels() {
    PlattScaling sigmoid = PlattScaling.fit(TEN, TEN_RIGHT);
    double sum = 0;
    for (double score : TEN) {
      sum += sigmoid.probability(score);
    }
    // At the minimum the gradient by the offset is zero: 4 times 5/6 and 6 times 1/8.
    assertEquals(4 * 5.0 / 6 + 6 / 8.0, sum, 1e-7);
  }

  @Test
  void scaledScoresGiveTheSameProbabilities() {
    double[] scaled = new double[TEN.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = 1000 * TEN[i] - 7;
    }
    PlattScaling one = PlattScaling.fit(TEN, TEN_RIGHT);
    PlattScaling other = PlattScaling.fit(scaled, TEN_RIGHT);
    for (int i = 0; i < scaled.length; i++) {
      assertEquals(one.probability(TEN[i]), other.probability(scaled[i]), 1e-6);
    }
  }

  @Test
  void extremeScoresNeitherOverflowNorLeaveTheUnitInterval() {
    PlattScaling sigmoid = new PlattScaling(-3, 1);
    assertEquals(1, sigmoid.probability(1e6));
    assertEquals(0, sigmoid.probability(-1e6));
    assertEquals(0.5, sigmoid.probability(1.0 / 3), 1e-15);
    PlattScaling fitted =
        PlattScaling.fit(new double[] {1e5, 1, -1e5}, new boolean[] {true, false, false});
    assertTrue(fitted.probability(1e5) > fitted.probability(-1e5));
  }

  @Test
  void equalScoresHaveTheShareOfRightOnes() {
    PlattScaling sigmoid =
        PlattScaling.fit(new double[] {2, 2, 2, 2}, new boolean[] {true, true, false, false});
    assertEquals(0.5, sigmoid.probability(2), 1e-9);
  }

  @Test
  void manyExamplesFromASigmoidGiveItBack() {
    Random random = new Random(5);
    PlattScaling truth = new PlattScaling(-2, 1);
    double[] scores = new double[20_000];
    boolean[] right = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = 2 * random.nextGaussian();
      right[i] = random.nextDouble() < truth.probability(scores[i]);
    }
    PlattScaling fitted = PlattScaling.fit(scores, right);
    assertEquals(-2, fitted.slope(), 0.1);
    assertEquals(1, fitted.offset(), 0.1);
  }

  @Test
  void betweenTwoLiesTheWeightedMeanOfTheirLogOdds() {
    PlattScaling mixed = new PlattScaling(-4, 1).towards(new PlattScaling(-2, 0), 0.25);
    assertEquals(new PlattScaling(-2.5, 0.25), mixed);
  }

  @Test
  void nothingCannotBeFitted() {
    assertThrows(
        IllegalArgumentException.class, () -> PlattScaling.fit(new double[0], new boolean[0]));
  }
}
