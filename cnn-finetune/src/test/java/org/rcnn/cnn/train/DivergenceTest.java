package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;

class DivergenceTest {

  @TempDir Path folder;

  @Test
  void aTrainingStopsAtTheFirstLossThatIsNoNumber() {
    TorchEngine.useThreads(1);
    FineTuning training =
        TwoLayers.training(TwoLayers.settings(TwoLayers.phase(1000, 10), Set.of(), false), 100);
    List<Double> losses = new ArrayList<>();
    DivergedException diverged =
        assertThrows(
            DivergedException.class,
            () ->
                training.run(
                    TwoLayers.START,
                    Set.of(),
                    TwoLayers.checkpoint(folder),
                    (done, total, loss) -> losses.add(loss)));
    assertTrue(losses.size() < 100, losses.size() + " iterations");
    assertTrue(losses.stream().allMatch(Double::isFinite), losses.toString());
    assertEquals(losses.size() + 1, diverged.iteration());
    assertEquals(10, diverged.rate());
    assertEquals(
        "Training stopped at iteration %d, where the loss is no number any more: the learning rate, 10, is too high. Take a lower rate, such as a tenth of it."
            .formatted(losses.size() + 1),
        diverged.getMessage());
  }

  @Test
  void weightsThatAStepHasRuinedAreNoticedBeforeTheNextLoss() {
    assertTrue(areNumbers(1));
    assertFalse(areNumbers(Float.NaN));
    assertFalse(areNumbers(Float.POSITIVE_INFINITY));
  }

  private static boolean areNumbers(float value) {
    Map<String, Tensor> tensors = new HashMap<>(TwoLayers.START.tensors());
    tensors.put("fc2.weight", new Tensor(new int[] {2, 1}, new float[] {value, 1}));
    MovementLog log = new MovementLog(TwoLayers.NETWORK, TwoLayers.START, null);
    try (Network network = new Network(TwoLayers.NETWORK, new Weights(tensors), Device.cpu())) {
      return log.add(1, network, Set.of(), Map.of());
    }
  }
}
