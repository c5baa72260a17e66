package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;

/**
 * On {@link TwoLayers} with x = (1, 2, 0): h = 1, the scores are 0.5 and -0.5, and the background's
 * probability is 1 / (1 + 1/e) = 0.7310586. A quarter of the batch is background, so the gradient
 * of the scores is (d, -d) with d = 0.7310586 - 0.25 = 0.4810586. That of u is (d, -d) h, of length
 * 0.6803196; that of h is 0.5 d + 0.5 d = d; that of w is d x, of length 0.4810586 times the root
 * of 5, 1.0756797.
 */
class MovementTest {

  @TempDir Path folder;

  @BeforeAll
  static void oneThread() {
    TorchEngine.useThreads(1);
  }

  private FineTuning.Result run(int iterations, Set<String> frozen) throws IOException {
    FineTuningSettings settings =
        TwoLayers.settings(TwoLayers.phase(iterations, 0.1), frozen, false);
    return TwoLayers.training(settings, 1)
        .run(TwoLayers.START, Set.of(), TwoLayers.checkpoint(folder), (done, total, loss) -> {});
  }

  @Test
  void theFirstStepMovesEachLayerByItsRateTimesItsGradient() throws IOException {
    Movement first = run(1, Set.of()).movements().get(0);
    assertEquals(1, first.iteration());
    assertEquals(List.of("fc1", "fc2"), List.copyOf(first.distances().keySet()));
    assertEquals(1.0756797, first.gradients().get("fc1"), 1e-6);
    assertEquals(0.6803196, first.gradients().get("fc2"), 1e-6);
    // At the start w has length 1 and u the root of a half.
    assertEquals(0.1075680, first.distances().get("fc1"), 1e-6);
    assertEquals(0.0680320 / Math.sqrt(0.5), first.distances().get("fc2"), 1e-6);
    // w is now (1 - 0.0481059, -0.0962118, 0), u is (0.5 - 0.0481059, -0.5 + 0.0481059).
    assertEquals(Math.hypot(0.9518941, 0.0962118), first.lengths().get("fc1"), 1e-6);
    assertEquals(Math.sqrt(2) * 0.4518941, first.lengths().get("fc2"), 1e-6);
    assertEquals(1.0756797 / first.lengths().get("fc1"), first.relativeGradient("fc1"), 1e-6);
  }

  @Test
  void aFrozenLayerRestsAndHasNoGradientWhileTheOtherMovesAsBefore() throws IOException {
    Movement first = run(1, Set.of("fc1")).movements().get(0);
    assertEquals(0, first.distances().get("fc1"));
    assertEquals(1, first.lengths().get("fc1"));
    assertEquals(Set.of("fc2"), first.gradients().keySet());
    assertTrue(Double.isNaN(first.relativeGradient("fc1")));
    assertEquals(0.6803196, first.gradients().get("fc2"), 1e-6);
    assertEquals(0.0680320 / Math.sqrt(0.5), first.distances().get("fc2"), 1e-6);
  }

  @Test
  void movementsAreMeasuredAtTheFirstIterationAndAtEachPointOfTheCurve() throws IOException {
    FineTuning.Result result = run(120, Set.of());
    assertEquals(
        List.of(1, 50, 100, 120), result.movements().stream().map(Movement::iteration).toList());
    assertEquals(
        List.of(50, 100, 120),
        result.curve().stream().map(FineTuning.LearningPoint::iteration).toList());
    assertEquals(result.distances(), result.movements().get(3).distances());
    // The loss is nearly the least that equal inputs allow, so nothing pulls any more.
    assertTrue(
        result.movements().get(3).gradients().get("fc2") < 0.01, result.movements().toString());
  }

  @Test
  void layersThatRestInALaterPhaseAreWhereTheFirstHasLeftThem() throws IOException {
    FineTuningSettings one = TwoLayers.settings(TwoLayers.phase(5, 0.1), Set.of(), false);
    FineTuningSettings two =
        new FineTuningSettings(
            List.of(one.phases().get(0), new Phase(Set.of("fc2"), 5, 0.1, 1, 100)),
            3,
            1,
            0.5,
            false,
            0.9,
            0,
            10,
            20,
            2,
            0,
            Set.of(),
            Map.of(),
            Judging.OFF,
            1);
    Weights after = run(5, Set.of()).weights();
    List<Movement> movements =
        TwoLayers.training(two, 1)
            .run(TwoLayers.START, Set.of(), TwoLayers.checkpoint(folder), (done, total, loss) -> {})
            .movements();
    double first = movements.get(1).distances().get("fc1");
    assertEquals(
        MovementLog.measure(
            TwoLayers.START.tensors().get("fc1.weight").values(),
            after.tensors().get("fc1.weight").values())[0],
        first);
    assertEquals(first, movements.get(2).distances().get("fc1"));
    assertEquals(Set.of("fc2"), movements.get(2).gradients().keySet());
  }
}
