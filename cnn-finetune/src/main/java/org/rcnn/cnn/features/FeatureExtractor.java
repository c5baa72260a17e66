package org.rcnn.cnn.features;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.warp.RegionWarper;
import org.rcnn.cnn.warp.WarpGeometry;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * Computes the features of regions: warp, one forward pass, every wanted tap at once.
 *
 * <p>Safe for use by several threads: they share the network's weights, and each call has buffers
 * of its own. Set the engine to one thread ({@link org.rcnn.cnn.network.TorchEngine}) and give each
 * core an image: that keeps all cores busy where batches split inside the engine would not.
 */
public final class FeatureExtractor implements AutoCloseable {

  private final Network network;
  private final Set<Tap> taps;
  private final int batch;

  /**
   * An extractor for a network.
   *
   * @param taps the taps to return
   * @param batch regions in one forward pass; throughput saturates at 32 to 64
   */
  public FeatureExtractor(
      NetworkDefinition definition, Weights weights, Set<Tap> taps, int batch, Device device) {
    if (taps.isEmpty() || batch < 1) {
      throw new IllegalArgumentException(
          "A feature extractor needs a tap and a batch of at least 1.");
    }
    this.network = new Network(definition, weights, device);
    this.taps = Set.copyOf(taps);
    this.batch = batch;
  }

  /** An extractor on the CPU. */
  public static FeatureExtractor onCpu(
      NetworkDefinition definition, Weights weights, Set<Tap> taps, int batch) {
    return new FeatureExtractor(definition, weights, taps, batch, Device.cpu());
  }

  /** The length of a feature vector at a tap. */
  public int dimension(Tap tap) {
    return network.definition().tapDimensions().get(tap);
  }

  /**
   * The features of an image's regions.
   *
   * <p>Regions that show the same pixels after rounding are computed once.
   *
   * @param regions boxes in the image's pixels; may be empty
   */
  public RegionFeatures extract(RgbImage image, List<Box> regions) {
    Map<Tap, float[]> values = new EnumMap<>(Tap.class);
    taps.forEach(
        tap -> values.put(tap, new float[Math.multiplyExact(regions.size(), dimension(tap))]));
    try (RegionWarper warper = new RegionWarper(image, network.definition())) {
      Map<WarpGeometry, List<Integer>> rowsOf = new LinkedHashMap<>();
      for (int row = 0; row < regions.size(); row++) {
        rowsOf
            .computeIfAbsent(warper.geometry(regions.get(row)), key -> new ArrayList<>(1))
            .add(row);
      }
      extractBatches(warper, List.copyOf(rowsOf.keySet()), List.copyOf(rowsOf.values()), values);
    }
    return new RegionFeatures(regions.size(), values);
  }

  private void extractBatches(
      RegionWarper warper,
      List<WarpGeometry> geometries,
      List<List<Integer>> rows,
      Map<Tap, float[]> values) {
    int side = network.definition().inputSize();
    int perRegion = 3 * side * side;
    int capacity = Math.min(batch, Math.max(1, geometries.size()));
    float[] inputs = new float[capacity * perRegion];
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(inputs.length * Float.BYTES).order(ByteOrder.nativeOrder());
    for (int begin = 0; begin < geometries.size(); begin += capacity) {
      int count = Math.min(capacity, geometries.size() - begin);
      for (int i = 0; i < count; i++) {
        warper.warp(geometries.get(begin + i), false, inputs, i * perRegion);
      }
      buffer.clear();
      buffer.asFloatBuffer().put(inputs, 0, count * perRegion);
      buffer.limit(count * perRegion * Float.BYTES);
      forward(buffer, count, rows.subList(begin, begin + count), values);
    }
  }

  private void forward(
      ByteBuffer buffer, int count, List<List<Integer>> rows, Map<Tap, float[]> values) {
    int side = network.definition().inputSize();
    try (NDManager scratch = network.manager().newSubManager()) {
      NDArray stored = scratch.create(buffer, new Shape(count, side, side, 3), DataType.FLOAT32);
      NDArray view = stored.transpose(0, 3, 1, 2);
      view.attach(scratch);
      network
          .forward(view, taps)
          .forEach((tap, output) -> scatter(output.toFloatArray(), rows, values.get(tap)));
    }
  }

  private static void scatter(float[] computed, List<List<Integer>> rows, float[] into) {
    int dimension = computed.length / rows.size();
    for (int i = 0; i < rows.size(); i++) {
      for (int row : rows.get(i)) {
        System.arraycopy(computed, i * dimension, into, row * dimension, dimension);
      }
    }
  }

  /** Frees the network. */
  @Override
  public void close() {
    network.close();
  }
}
