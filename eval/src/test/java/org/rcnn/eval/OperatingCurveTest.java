package org.rcnn.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OperatingCurveTest {

  /**
   * A class with detections in the order of their scores.
   *
   * @param verdicts a letter for each detection: r for right, w for wrong, i for ignored
   * @param scores one for each letter, falling
   */
  private static ClassResult result(int objects, String verdicts, double... scores) {
    Verdict[] all =
        verdicts
            .chars()
            .mapToObj(
                letter ->
                    letter == 'r'
                        ? Verdict.TRUE_POSITIVE
                        : letter == 'w' ? Verdict.FALSE_POSITIVE : Verdict.IGNORED)
            .toArray(Verdict[]::new);
    return new ClassResult(
        "cat", 0.5, objects, 0, 0, 0, 0, PrecisionRecallCurve.of(all, scores, objects));
  }

  /**
   * Four objects. From 4.5 on: 1 right; 3.5: 1 of 2; 2.5: 2 of 3; 1.5: 3 of 4; 1: 3 of 5. F1: 2/5,
   * 2/6, 4/7, 6/8, 6/9.
   */
  private static final OperatingCurve CURVE = OperatingCurve.of(result(4, "rwrrw", 5, 4, 3, 2, 1));

  private static OperatingPoint chosen(
      OperatingCurve curve, ThresholdCriterion criterion, double wanted) {
    return curve.choose(criterion, wanted).orElseThrow();
  }

  @Test
  void everyScoreHasAPointHalfwayToTheNext() {
    assertEquals(
        List.of(
            new OperatingPoint(4.5, 1, 0, 4),
            new OperatingPoint(3.5, 1, 1, 4),
            new OperatingPoint(2.5, 2, 1, 4),
            new OperatingPoint(1.5, 3, 1, 4),
            new OperatingPoint(1, 3, 2, 4)),
        CURVE.points());
    assertEquals(4.0 / 7, CURVE.points().get(2).f1(), 1e-15);
    assertEquals(2.0 / 3, CURVE.points().get(2).precision(), 1e-15);
    assertEquals(0.5, CURVE.points().get(2).recall(), 1e-15);
  }

  @Test
  void theHighestF1IsChosen() {
    assertEquals(new OperatingPoint(1.5, 3, 1, 4), chosen(CURVE, ThresholdCriterion.F1, 0));
  }

  @Test
  void aWantedPrecisionGetsTheHighestRecallThatHasIt() {
    assertEquals(1.5, chosen(CURVE, ThresholdCriterion.PRECISION, 0.75).threshold());
    assertEquals(4.5, chosen(CURVE, ThresholdCriterion.PRECISION, 0.76).threshold());
    assertEquals(1, chosen(CURVE, ThresholdCriterion.PRECISION, 0.6).threshold());
  }

  @Test
  void aWantedRecallGetsTheHighestPrecisionThatHasIt() {
    assertEquals(4.5, chosen(CURVE, ThresholdCriterion.RECALL, 0.25).threshold());
    assertEquals(2.5, chosen(CURVE, ThresholdCriterion.RECALL, 0.26).threshold());
    assertEquals(1.5, chosen(CURVE, ThresholdCriterion.RECALL, 0.75).threshold());
  }

  @Test
  void whatCannotBeReachedIsApproached() {
    assertEquals(1.5, chosen(CURVE, ThresholdCriterion.RECALL, 0.9).threshold());
    OperatingCurve poor = OperatingCurve.of(result(4, "wrrw", 5, 4, 3, 2));
    assertEquals(2.5, chosen(poor, ThresholdCriterion.PRECISION, 0.9).threshold());
  }

  @Test
  void equalScoresCountTogether() {
    OperatingCurve tied = OperatingCurve.of(result(2, "rwr", 2, 2, 1));
    assertEquals(
        List.of(new OperatingPoint(1.5, 1, 1, 2), new OperatingPoint(1, 2, 1, 2)), tied.points());
  }

  @Test
  void detectionsOnDifficultObjectsCountNeitherWay() {
    OperatingCurve curve = OperatingCurve.of(result(1, "iri", 3, 2, 1));
    assertEquals(List.of(new OperatingPoint(2, 1, 0, 1)), curve.points());
  }

  @Test
  void anyThresholdCanBeAsked() {
    assertEquals(new OperatingPoint(3, 2, 1, 4), CURVE.at(3));
    assertEquals(new OperatingPoint(3.1, 1, 1, 4), CURVE.at(3.1));
    assertEquals(new OperatingPoint(9, 0, 0, 4), CURVE.at(9));
    assertEquals(0, CURVE.at(9).f1());
    assertTrue(Double.isNaN(CURVE.at(9).precision()));
  }

  @Test
  void aPointsCountsAreThoseAtItsThreshold() {
    for (OperatingPoint point : CURVE.points()) {
      assertEquals(point, CURVE.at(point.threshold()));
    }
  }

  @Test
  void classesTogetherHaveOneThreshold() {
    OperatingCurve both = OperatingCurve.of(List.of(result(2, "rw", 4, 2), result(1, "rw", 3, 1)));
    assertEquals(3, both.positives());
    assertEquals(new OperatingPoint(2.5, 2, 0, 3), chosen(both, ThresholdCriterion.F1, 0));
    assertEquals(4, both.points().size());
  }

  @Test
  void withoutARightDetectionNothingIsChosen() {
    assertTrue(OperatingCurve.of(result(1, "ww", 2, 1)).choose(ThresholdCriterion.F1, 0).isEmpty());
    ClassResult empty =
        new ClassResult("cat", Double.NaN, 0, 0, 0, 3, 0, PrecisionRecallCurve.empty());
    assertTrue(OperatingCurve.of(empty).choose(ThresholdCriterion.F1, 0).isEmpty());
  }

  @Test
  void scoresAndLabelsBelongTogether() {
    boolean[] right = CURVE.right();
    assertEquals(5, CURVE.scores().length);
    assertEquals(
        List.of(true, false, true, true, false),
        IntStream.range(0, 5).mapToObj(i -> right[i]).toList());
  }
}
