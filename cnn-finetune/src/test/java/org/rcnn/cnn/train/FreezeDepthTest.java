package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.Transfer;

/** The first layer of {@link TwoLayers} copied or not, frozen or not; the scores are new. */
class FreezeDepthTest {

  @TempDir Path folder;

  @BeforeAll
  static void oneThread() {
    TorchEngine.useThreads(1);
  }

  private static Transfer transfer(Set<String> leftOut) {
    return Transfer.intoNewTask(TwoLayers.NETWORK, TwoLayers.START, List.of(), leftOut, 7);
  }

  private FineTuning.Result tune(Transfer transfer, Set<String> frozen) throws IOException {
    FineTuningSettings settings = TwoLayers.settings(TwoLayers.phase(1, 0.1), frozen, false);
    return TwoLayers.training(settings, 1)
        .run(
            transfer.weights(),
            Set.copyOf(transfer.newLayers()),
            TwoLayers.checkpoint(folder),
            (done, total, loss) -> {});
  }

  private static Tensor first(Weights weights) {
    return weights.tensors().get("fc1.weight");
  }

  @Test
  void aCopiedLayerThatIsFrozenKeepsTheBitsOfTheSource() throws IOException {
    Transfer one = transfer(Set.of());
    assertEquals(List.of("fc2"), one.newLayers());
    assertEquals(first(TwoLayers.START), first(tune(one, Set.of("fc1")).weights()));
  }

  @Test
  void aCopiedLayerThatLearnsLeavesThemByItsRateTimesItsGradient() throws IOException {
    FineTuning.Result result = tune(transfer(Set.of()), Set.of());
    double gradient = result.movements().get(0).gradients().get("fc1");
    assertNotEquals(0, gradient);
    // w = (1, 0, 0) has length 1.
    assertEquals(0.1 * gradient, result.distances().get("fc1"), 1e-6);
  }

  @Test
  void aLayerLeftOutStartsFromTheSeedAndStaysThereIfItIsFrozen() throws IOException {
    Transfer none = transfer(Set.of("fc1"));
    assertEquals(List.of("fc1", "fc2"), none.newLayers());
    Tensor fresh = first(Weights.initial(TwoLayers.NETWORK, 7));
    assertEquals(fresh, first(none.weights()));
    assertEquals(fresh, first(tune(none, Set.of("fc1")).weights()));
  }

  @Test
  void aLayerLeftOutLearnsAsNewLayersDo() throws IOException {
    FineTuning.Result result = tune(transfer(Set.of("fc1")), Set.of());
    double length = 0;
    for (float value : first(Weights.initial(TwoLayers.NETWORK, 7)).values()) {
      length += value * value;
    }
    // Ten times the rate, as a new layer.
    double gradient = result.movements().get(0).gradients().get("fc1");
    assertEquals(10 * 0.1 * gradient / Math.sqrt(length), result.distances().get("fc1"), 1e-6);
  }
}
