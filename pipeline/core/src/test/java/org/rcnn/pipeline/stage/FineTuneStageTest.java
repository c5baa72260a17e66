package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.RangeTest;

class FineTuneStageTest {

  /** Three quarters of a batch are background: calling everything so is right for them. */
  private static FineTuning.LearningPoint stretch(int iteration, double positiveAccuracy) {
    double accuracy = 0.75 + 0.25 * positiveAccuracy;
    return new FineTuning.LearningPoint(
        iteration, 1.17, accuracy, positiveAccuracy, Double.NaN, Double.NaN);
  }

  @Test
  void aNetworkThatEndsByCallingEverythingBackgroundIsToldOf() {
    Optional<String> told =
        FineTuneStage.collapse(List.of(stretch(50, 0.1), stretch(100, 0)), false);
    assertTrue(told.orElseThrow().contains("finetune.phases"), told.get());
    assertTrue(told.get().contains("new layer"), told.get());
    Optional<String> already = FineTuneStage.collapse(List.of(stretch(100, 0)), true);
    assertFalse(already.orElseThrow().contains("new layers alone"), already.get());
  }

  @Test
  void aNetworkThatFindsObjectsIsNot() {
    assertEquals(
        Optional.empty(),
        FineTuneStage.collapse(List.of(stretch(50, 0), stretch(100, 0.1)), false));
    assertEquals(Optional.empty(), FineTuneStage.collapse(List.of(), false));
  }

  @Test
  void aFirstLossFarAboveAnEvenGuessIsToldOf() {
    // ln 21 = 3.04
    Optional<String> told = FineTuneStage.startsFar(10.2, 21);
    assertTrue(
        told.orElseThrow().contains("a loss of 10.2, but an even guess has 3.0"), told.get());
    assertTrue(told.get().contains("new layer"), told.get());
    assertEquals(Optional.empty(), FineTuneStage.startsFar(3.3, 21));
    assertEquals(Optional.empty(), FineTuneStage.startsFar(Double.NaN, 21));
  }

  @Test
  void aSuggestedRateIsToldAndSoIsItsAbsence() {
    List<RangeTest.Point> points = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      points.add(new RangeTest.Point(1e-4 * (i + 1), i < 20 ? 2 : 9));
    }
    List<Double> losses = Collections.nCopies(RangeTest.TRIAL, 1.0);
    RangeTest test = new RangeTest(points, List.of(new RangeTest.Trial(1.6e-4, losses)));
    assertEquals(
        "Phase 2 of fine-tuning takes the rate 1.6e-04, which its range test suggests.",
        FineTuneStage.suggestion(1, test, test.suggestion().orElseThrow()));
    assertEquals(
        "Phase 1 of fine-tuning keeps its rate of 1.0e-03: its range test suggests none.",
        FineTuneStage.suggestion(0, new RangeTest(List.of(), List.of()), 0.001));
  }

  @Test
  void heldOutImagesAreASeededShareOfAll() {
    Set<Integer> held = FineTuneStage.heldOut(50, 0.1, 1);
    assertEquals(5, held.size());
    assertEquals(held, FineTuneStage.heldOut(50, 0.1, 1));
    assertNotEquals(held, FineTuneStage.heldOut(50, 0.1, 2));
    assertEquals(1, FineTuneStage.heldOut(3, 0.1, 1).size());
    assertEquals(Set.of(), FineTuneStage.heldOut(50, 0, 1));
  }
}
