package org.rcnn.cnn.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the weights of each layer stand at an iteration, and how strongly the loss pulls at them:
 * shows whether the lowest layers learn at all. Biases are left out. Layers are in the order of the
 * network.
 *
 * <p>A rate times gradient / length is about the share of a layer that one step without momentum
 * changes, which layers of different sizes can be compared by.
 *
 * @param iteration iterations done, over all phases
 * @param distances by layer, the Euclidean length of the way from the starting weights to those
 *     after this iteration, as a share of the start's length
 * @param lengths by layer, the Euclidean length of the weights after this iteration
 * @param gradients by layer, the Euclidean length of the gradient of this iteration's batch, before
 *     its step and without weight decay; layers that do not learn have none
 */
public record Movement(
    int iteration,
    Map<String, Double> distances,
    Map<String, Double> lengths,
    Map<String, Double> gradients) {

  /** Keeps its own copies, in their order. */
  public Movement {
    distances = Collections.unmodifiableMap(new LinkedHashMap<>(distances));
    lengths = Collections.unmodifiableMap(new LinkedHashMap<>(lengths));
    gradients = Collections.unmodifiableMap(new LinkedHashMap<>(gradients));
  }

  /**
   * A layer's gradient as a share of its length; NaN if it does not learn here.
   *
   * @param layer the layer's name
   */
  public double relativeGradient(String layer) {
    return gradients.containsKey(layer)
        ? gradients.get(layer) / Math.max(lengths.get(layer), Double.MIN_NORMAL)
        : Double.NaN;
  }
}
