package org.rcnn.cnn.network;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Layer.BatchNorm;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Relu;

/**
 * A network as a list of named layers, with the places where features are taken.
 *
 * @param name the architecture's name, as the command line writes it
 * @param inputSize side of the square input in pixels; the input is {@code N x 3 x size x size}
 * @param context pixels of image context around a warped region, at the input's scale (appendix A
 *     of the paper: 16 of 227)
 * @param preprocessing how pixels become input values
 * @param layers the layers in the order in which they run; the last one gives the class scores
 * @param taps for each tap that the network has, the layer whose output it is
 * @param tapDimensions the length of the feature vector at each tap
 */
public record NetworkDefinition(
    String name,
    int inputSize,
    int context,
    Preprocessing preprocessing,
    List<Layer> layers,
    Map<Tap, String> taps,
    Map<Tap, Integer> tapDimensions) {

  /** Keeps its own copies. */
  public NetworkDefinition {
    layers = List.copyOf(layers);
    taps = Map.copyOf(taps);
    tapDimensions = Map.copyOf(tapDimensions);
  }

  /** The number of class scores. */
  public int outputs() {
    return tapDimensions.get(Tap.SCORES);
  }

  /** Every parameter of the network in the order of the layers, name to shape. */
  public Map<String, int[]> parameters() {
    Map<String, int[]> all = new LinkedHashMap<>();
    layers.forEach(layer -> all.putAll(layer.parameters()));
    return all;
  }

  /** The number of trained values. */
  public long parameterCount() {
    return parameters().values().stream().mapToLong(Tensor::size).sum();
  }

  /** The same network with another rate in every dropout layer. */
  public NetworkDefinition withDropout(float rate) {
    List<Layer> changed =
        layers.stream()
            .map(
                layer ->
                    layer instanceof Dropout dropout ? new Dropout(dropout.name(), rate) : layer)
            .toList();
    return new NetworkDefinition(
        name, inputSize, context, preprocessing, changed, taps, tapDimensions);
  }

  /**
   * The same network with a batch normalisation after every convolution and every fully connected
   * layer but the last, for pre-training. Its layers are called {@code <layer>.bn}.
   */
  public NetworkDefinition withBatchNorm() {
    List<Layer> changed = new ArrayList<>();
    Layer last = layers.get(layers.size() - 1);
    for (Layer layer : layers) {
      changed.add(layer);
      if (layer instanceof Convolution convolution) {
        changed.add(new BatchNorm(convolution.name() + ".bn", convolution.out()));
      } else if (layer instanceof Linear linear && layer != last) {
        changed.add(new BatchNorm(linear.name() + ".bn", linear.out()));
      }
    }
    return new NetworkDefinition(
        name, inputSize, context, preprocessing, changed, taps, tapDimensions);
  }

  /** Starts the description of a network whose maps have the given size. */
  static Builder builder(String name, int inputSize, int context, Preprocessing preprocessing) {
    return new Builder(name, inputSize, context, preprocessing);
  }

  /** Adds layer after layer and keeps track of the shape between them. */
  static final class Builder {
    private final String name;
    private final int inputSize;
    private final int context;
    private final Preprocessing preprocessing;
    private final List<Layer> layers = new ArrayList<>();
    private final Map<Tap, String> taps = new EnumMap<>(Tap.class);
    private final Map<Tap, Integer> tapDimensions = new EnumMap<>(Tap.class);
    private int channels = 3;
    private int side;

    private Builder(String name, int inputSize, int context, Preprocessing preprocessing) {
      this.name = name;
      this.inputSize = inputSize;
      this.context = context;
      this.preprocessing = preprocessing;
      this.side = inputSize;
    }

    Builder convolution(String layer, int out, int kernel, int stride, int padding) {
      layers.add(new Convolution(layer, channels, out, kernel, stride, padding, 1));
      layers.add(new Relu(layer + ".relu"));
      channels = out;
      side = (side + 2 * padding - kernel) / stride + 1;
      return this;
    }

    Builder maxPool(String layer, int kernel, int stride, int padding) {
      layers.add(new MaxPool(layer, kernel, stride, padding, false));
      side = (side + 2 * padding - kernel) / stride + 1;
      return this;
    }

    /** A fully connected layer and its ReLU. */
    Builder linear(String layer, int out) {
      layers.add(new Linear(layer, channels * side * side, out));
      layers.add(new Relu(layer + ".relu"));
      channels = out;
      side = 1;
      return this;
    }

    Builder dropout(String layer, float rate) {
      layers.add(new Dropout(layer, rate));
      return this;
    }

    /** Marks the output of the latest layer as a tap. */
    Builder tap(Tap tap) {
      taps.put(tap, layers.get(layers.size() - 1).name());
      tapDimensions.put(tap, channels * side * side);
      return this;
    }

    /** The last layer: class scores, no ReLU. */
    NetworkDefinition scores(String layer, int classes) {
      layers.add(new Linear(layer, channels * side * side, classes));
      channels = classes;
      side = 1;
      tap(Tap.SCORES);
      return new NetworkDefinition(
          name, inputSize, context, preprocessing, layers, taps, tapDimensions);
    }
  }
}
