package org.rcnn.spark;

import java.util.Collection;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;

/**
 * The memory of an executor that computes features, in bytes: what {@code spark.executor.memory}
 * and {@code spark.executor.memoryOverhead} should be. Tensors lie outside Java's heap, where Spark
 * allows a tenth of it by default, which is too little: a cluster manager then kills the executor.
 *
 * <p>Outside the heap: the libraries and what glibc keeps ahead, once; the weights, twice while
 * they are laid out for the kernels; and for every task the maps of a batch: a layer's input, its
 * output and the kernel's own copy. In the heap: Spark's 300 MiB; the weight file as it was
 * received and as arrays; and for every task a decoded picture of twelve million pixels, the values
 * of an image's regions, and their encoded form.
 *
 * @param heap for {@code spark.executor.memory}
 * @param overhead for {@code spark.executor.memoryOverhead}
 */
public record ExecutorMemory(long heap, long overhead) {

  private static final long MIB = 1 << 20;

  /** PyTorch, OpenCV, the Java machine's own, and what malloc keeps ahead (MALLOC_TOP_PAD_). */
  private static final long LIBRARIES = 900 * MIB;

  private static final long SPARK = 300 * MIB;

  private static final int MAPS_AT_ONCE = 3;

  private static final long PICTURE = 3 * 12_000_000L;

  /** Encoded values beside the plain ones: a bitmap and two bytes for half of them. */
  private static final double ENCODED = 0.4;

  /**
   * The memory for a network.
   *
   * @param tasks tasks that an executor runs at once: its cores
   * @param batch regions in a forward pass, {@code features.batch}
   * @param regions the most regions of an image, {@code proposals.max-boxes} and its objects
   * @param taps the taps whose values are computed at once
   */
  public static ExecutorMemory of(
      NetworkDefinition network, int tasks, int batch, int regions, Collection<Tap> taps) {
    long weights = Float.BYTES * network.parameterCount();
    long inputs = 3L * network.inputSize() * network.inputSize();
    long maps = Float.BYTES * (long) batch * (MAPS_AT_ONCE * network.largestMaps() + inputs);
    long values =
        Float.BYTES
            * (long) regions
            * taps.stream().mapToLong(tap -> network.tapDimensions().get(tap)).sum();
    long perTask = PICTURE + Float.BYTES * batch * inputs + (long) (values * (1 + ENCODED));
    return new ExecutorMemory(
        SPARK + 2 * weights + tasks * perTask, LIBRARIES + 2 * weights + tasks * maps);
  }

  /** As Spark's settings. */
  public String settings() {
    return "--conf spark.executor.memory=%dm --conf spark.executor.memoryOverhead=%dm"
        .formatted(mib(heap), mib(overhead));
  }

  private static long mib(long bytes) {
    return (bytes + MIB - 1) / MIB;
  }
}
