package org.rcnn.cnn.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One named layer of a network: a description only, without weights.
 *
 * <p>The set is closed: {@link Network} knows how to run each kind, {@link Weights} how to name the
 * parameters of each. A parameter is called {@code <layer>.weight}, {@code <layer>.bias} and so on;
 * {@link #parameters()} lists them with their shapes. Two kinds hold layers of their own: {@link
 * Parallel} and {@link Aside}; {@link #leaves()} looks through them.
 */
public sealed interface Layer {

  /** The layer's name, unique in its network. */
  String name();

  /**
   * The layer's parameters in a fixed order, name to shape; empty for layers that learn nothing.
   */
  default Map<String, int[]> parameters() {
    return Map.of();
  }

  /**
   * Whether training leaves a parameter alone: the running statistics of {@link BatchNorm}, which
   * follow the batches, and the numbers of {@link Affine}, which stay as they are.
   *
   * @param parameter the parameter's full name
   */
  static boolean isFixed(String parameter) {
    return switch (parameter.substring(parameter.lastIndexOf('.') + 1)) {
      case "mean", "variance", "scale", "shift" -> true;
      default -> false;
    };
  }

  /** Whether training can change the layer. */
  default boolean learns() {
    return !parameters().keySet().stream().allMatch(Layer::isFixed);
  }

  /** The layer itself, or, of a layer that holds others, all of those in the order they run. */
  default Stream<Layer> leaves() {
    return Stream.of(this);
  }

  /** The layer's kind in one word, as reports print it. */
  default String kind() {
    return getClass().getSimpleName();
  }

  /**
   * A convolution with a square kernel over NCHW maps.
   *
   * @param name the layer's name
   * @param in input channels
   * @param out output channels
   * @param kernel side of the kernel
   * @param stride step in both directions
   * @param padding zeros added on every side
   * @param groups groups of channels that see only each other, 1 for an ordinary convolution
   */
  record Convolution(String name, int in, int out, int kernel, int stride, int padding, int groups)
      implements Layer {
    @Override
    public Map<String, int[]> parameters() {
      return ordered(
          name + ".weight",
          new int[] {out, in / groups, kernel, kernel},
          name + ".bias",
          new int[] {out});
    }
  }

  /**
   * A fully connected layer; maps are flattened channel by channel before it.
   *
   * @param name the layer's name
   * @param in input values
   * @param out output values
   */
  record Linear(String name, int in, int out) implements Layer {
    @Override
    public Map<String, int[]> parameters() {
      return ordered(name + ".weight", new int[] {out, in}, name + ".bias", new int[] {out});
    }
  }

  /**
   * Batch normalisation over the channel axis. Used while pre-training only; {@link
   * BatchNormFolding} then folds it into the layer before it.
   *
   * @param name the layer's name
   * @param channels channels of the input
   */
  record BatchNorm(String name, int channels) implements Layer {
    /** What is added to the variance before the square root. */
    public static final float EPSILON = 1e-5f;

    /** The share of each new batch in the running statistics, as torch counts momentum. */
    static final float MOMENTUM = 0.1f;

    @Override
    public Map<String, int[]> parameters() {
      Map<String, int[]> all =
          ordered(name + ".gamma", new int[] {channels}, name + ".beta", new int[] {channels});
      all.put(name + ".mean", new int[] {channels});
      all.put(name + ".variance", new int[] {channels});
      return all;
    }
  }

  /**
   * A scale and a shift for each channel of a map, {@code y = scale[c] x + shift[c]}: batch
   * normalisation with fixed statistics where it cannot be folded into the layer before it, such as
   * behind the addition of a residual block. Its numbers come from the weight file. Training never
   * changes them, fine-tuning of all layers included; fresh ones are the identity.
   *
   * @param name the layer's name
   * @param channels channels of the input
   */
  record Affine(String name, int channels) implements Layer {
    @Override
    public Map<String, int[]> parameters() {
      return ordered(name + ".scale", new int[] {channels}, name + ".shift", new int[] {channels});
    }
  }

  /**
   * {@code max(x, 0)}.
   *
   * @param name the layer's name
   */
  record Relu(String name) implements Layer {}

  /**
   * The largest value of each window.
   *
   * @param name the layer's name
   * @param kernel side of the window
   * @param stride step in both directions
   * @param padding border on every side that is never the largest
   * @param ceil whether a last, partly outside window is kept (Caffe does, torch does not)
   */
  record MaxPool(String name, int kernel, int stride, int padding, boolean ceil) implements Layer {}

  /**
   * The mean of each window; the border counts as zeros.
   *
   * @param name the layer's name
   * @param kernel side of the window
   * @param stride step in both directions
   * @param padding zeros added on every side
   */
  record AveragePool(String name, int kernel, int stride, int padding) implements Layer {}

  /**
   * The mean of each map: one value for each channel.
   *
   * @param name the layer's name
   */
  record GlobalAverage(String name) implements Layer {}

  /**
   * Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3): {@code y_c
   * = x_c / (k + alpha / size * sum of x_j^2)^beta}, the sum over the {@code size} channels centred
   * on {@code c} that exist. Caffe divides alpha by the size as here; the article does not.
   *
   * @param name the layer's name
   * @param channels channels of the input
   * @param size channels in the sum, odd
   * @param alpha weight of the mean square
   * @param beta the exponent
   * @param k the divisor where all values in the sum are 0; 1 in Caffe
   */
  record LocalResponseNorm(String name, int channels, int size, float alpha, float beta, float k)
      implements Layer {}

  /** How the results of parallel branches are combined. */
  enum Join {
    /** Channels one after the other, as in SqueezeNet's fire modules. */
    CONCATENATE,
    /** Value by value, as in residual blocks. */
    ADD
  }

  /**
   * Branches that all see the same input, and whose results are joined.
   *
   * @param name the layer's name
   * @param branches the layers of each branch; a branch without layers passes its input on
   * @param join how the results are combined
   */
  record Parallel(String name, List<List<Layer>> branches, Join join) implements Layer {
    /** Keeps its own copies. */
    public Parallel {
      branches = branches.stream().map(List::copyOf).toList();
    }

    @Override
    public Map<String, int[]> parameters() {
      Map<String, int[]> all = new LinkedHashMap<>();
      leaves().forEach(layer -> all.putAll(layer.parameters()));
      return all;
    }

    @Override
    public Stream<Layer> leaves() {
      return branches.stream().flatMap(List::stream).flatMap(Layer::leaves);
    }
  }

  /**
   * Layers that lead to a tap alone: their output is the tap's value, and the next layer gets the
   * input unchanged. They run only if the tap is requested.
   *
   * @param name the layer's name, which the tap refers to
   * @param layers the layers; they have no parameters
   */
  record Aside(String name, List<Layer> layers) implements Layer {
    /** Keeps its own copy. */
    public Aside {
      layers = List.copyOf(layers);
    }

    @Override
    public Stream<Layer> leaves() {
      return layers.stream().flatMap(Layer::leaves);
    }
  }

  /**
   * Sets a share of the values to zero while training and scales the rest up; does nothing
   * otherwise.
   *
   * @param name the layer's name
   * @param rate the share set to zero
   */
  record Dropout(String name, float rate) implements Layer {}

  private static Map<String, int[]> ordered(String first, int[] a, String second, int[] b) {
    Map<String, int[]> map = new LinkedHashMap<>();
    map.put(first, a);
    map.put(second, b);
    return map;
  }
}
