package org.rcnn.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;

class ExecutorMemoryTest {

  private static final NetworkDefinition NETWORK =
      NetworkDefinition.builder("counted", 16, 0, Preprocessing.torchvision())
          .convolution("conv1", 10, 3, 1, 1)
          .maxPool("pool5", 4, 4, 0)
          .tap(Tap.POOL5)
          .scores("scores", 2)
          .build();

  @Test
  void tasksAddTheirMapsAndTheExecutorItsWeights() {
    // 10·3·9 + 10 and 2·160 + 2 values; the largest maps are 10·16·16, an input 3·16·16.
    long weights = 4 * (280 + 322);
    assertEquals(602, NETWORK.parameterCount());
    ExecutorMemory two = ExecutorMemory.of(NETWORK, 2, 8, 1000, Set.of(Tap.POOL5));
    assertEquals((900L << 20) + 2 * weights + 2 * (4 * 8 * (3 * 2560 + 768)), two.overhead());
    long values = 4 * 1000 * 160;
    long task = 36_000_000 + 4 * 8 * 768 + (long) (1.4 * values);
    assertEquals((300L << 20) + 2 * weights + 2 * task, two.heap());
  }

  @Test
  void settingsAreInWholeMebibytes() {
    assertEquals(
        "--conf spark.executor.memory=2m --conf spark.executor.memoryOverhead=1m",
        new ExecutorMemory((1 << 20) + 1, 1 << 20).settings());
  }
}
