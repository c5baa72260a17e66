package org.rcnn.cnn.train;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a network is fine-tuned; the paper's values in brackets.
 *
 * @param iterations steps [50,000 at most; the authors' VOC2007 model 70,000]
 * @param positives regions with a class in a batch [32]
 * @param backgrounds background regions in a batch [96]
 * @param solver how steps are taken [rate 0.001, tenfold drop every 20,000, momentum 0.9, decay
 *     0.0005]
 * @param newWeightRate factor on the rate for the weights of new layers [10]
 * @param newBiasRate factor on the rate for their biases [20]
 * @param copiedBiasRate factor on the rate for the biases of copied layers [2]
 * @param dropout rate of every dropout layer [0.5]
 * @param frozenLayers layers that keep their weights [none]
 * @param newLayersFirst iterations at the start in which only new layers learn [0]. The gradients
 *     of a layer that knows nothing say little, and may spoil what the others know; Kumar et al.
 *     2022, "Fine-tuning can distort pretrained features and underperform out-of-distribution"
 * @param layerRates factor on the rate by layer, beside the others; 1 for layers not named [none]
 * @param imageCacheBytes decoded images kept in memory
 * @param seed decides batches, mirroring and dropout
 */
public record FineTuningSettings(
    int iterations,
    int positives,
    int backgrounds,
    Solver solver,
    double newWeightRate,
    double newBiasRate,
    double copiedBiasRate,
    float dropout,
    Set<String> frozenLayers,
    int newLayersFirst,
    Map<String, Double> layerRates,
    long imageCacheBytes,
    long seed) {

  /** Refuses empty batches. */
  public FineTuningSettings {
    if (iterations < 1 || positives < 1 || backgrounds < 1) {
      throw new IllegalArgumentException(
          "Fine-tuning needs at least one iteration, positive and background; it was given %d, %d, %d."
              .formatted(iterations, positives, backgrounds));
    }
    if (newLayersFirst < 0) {
      throw new IllegalArgumentException(
          "New layers cannot learn first for %d iterations.".formatted(newLayersFirst));
    }
    // Sorted, so that equal settings print alike: a checkpoint is known by that text.
    frozenLayers = Collections.unmodifiableSet(new TreeSet<>(frozenLayers));
    layerRates = Collections.unmodifiableMap(new TreeMap<>(layerRates));
  }

  /**
   * The settings as a checkpoint notes them. Those that came later are noted where they are used,
   * so that older checkpoints are still known.
   */
  String identity() {
    return toString().replace(", newLayersFirst=0", "").replace(", layerRates={}", "");
  }
}
