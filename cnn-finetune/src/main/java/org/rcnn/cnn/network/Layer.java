package org.rcnn.cnn.network;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One named layer of a network: a description only, without weights.
 *
 * <p>The set is closed: {@link Network} knows how to run each kind, {@link Weights} how to name the
 * parameters of each. A parameter is called {@code <layer>.weight}, {@code <layer>.bias} and so on;
 * {@link #parameters()} lists them with their shapes.
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
    static final float EPSILON = 1e-5f;

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
   * @param padding border on every side that never wins
   * @param ceil whether a last, partly outside window is kept (Caffe does, torch does not)
   */
  record MaxPool(String name, int kernel, int stride, int padding, boolean ceil) implements Layer {}

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
