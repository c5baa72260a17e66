package org.rcnn.cnn.features;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;

/**
 * Computes features of regions from their values at an earlier tap: fc6 and fc7 from pool5, without
 * an image and without the convolutions, which are nearly all of a network's work.
 *
 * <p>Safe for use by several threads, as {@link FeatureExtractor} is.
 */
public final class SuffixExtractor implements AutoCloseable {

  private final NetworkDefinition definition;
  private final Network network;
  private final Tap from;
  private final Set<Tap> taps;
  private final int batch;

  /**
   * An extractor for the layers after a tap.
   *
   * @param from the tap whose values are given, one of {@link NetworkDefinition#suffixTaps}
   * @param taps the taps to return, all of them later ones
   * @param batch regions in one forward pass
   * @param device where it runs
   * @throws IllegalArgumentException if there is no tap or no batch, or the network cannot resume
   *     from {@code from}
   */
  public SuffixExtractor(
      NetworkDefinition definition,
      Weights weights,
      Tap from,
      Set<Tap> taps,
      int batch,
      ComputeDevice device) {
    if (taps.isEmpty() || batch < 1) {
      throw new IllegalArgumentException(
          "A feature extractor needs a tap and a batch of at least 1.");
    }
    if (!definition.suffixTaps().contains(from)) {
      throw new IllegalArgumentException(
          "Network %s cannot resume from its values at %s."
              .formatted(definition.name(), from.label()));
    }
    this.definition = definition;
    this.network = new Network(definition, weights, device.engineDevice());
    this.from = from;
    this.taps = Set.copyOf(taps);
    this.batch = batch;
  }

  /** The length of a feature vector at a tap. */
  public int dimension(Tap tap) {
    return definition.tapDimensions().get(tap);
  }

  /**
   * The features of regions.
   *
   * @param values {@code rows x dimension} values at the earlier tap
   * @param rows number of regions; may be 0
   * @throws CancellationException if the thread was interrupted, before its next batch
   */
  public RegionFeatures extract(float[] values, int rows) {
    Map<Tap, float[]> found = new EnumMap<>(Tap.class);
    taps.forEach(tap -> found.put(tap, new float[Math.multiplyExact(rows, dimension(tap))]));
    int width = dimension(from);
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.min(batch, Math.max(1, rows)) * width * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    for (int begin = 0; begin < rows; begin += batch) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("The extraction of features was interrupted.");
      }
      int count = Math.min(batch, rows - begin);
      buffer.clear();
      buffer.asFloatBuffer().put(values, begin * width, count * width);
      buffer.limit(count * width * Float.BYTES);
      try (NDManager scratch = network.manager().newSubManager()) {
        NDArray given = scratch.create(buffer, new Shape(count, width), DataType.FLOAT32);
        for (Map.Entry<Tap, NDArray> output : network.forwardFrom(from, given, taps).entrySet()) {
          float[] computed = output.getValue().toFloatArray();
          int offset = begin * dimension(output.getKey());
          System.arraycopy(computed, 0, found.get(output.getKey()), offset, computed.length);
        }
      }
    }
    return new RegionFeatures(rows, found);
  }

  /** Frees the network. */
  @Override
  public void close() {
    network.close();
  }
}
