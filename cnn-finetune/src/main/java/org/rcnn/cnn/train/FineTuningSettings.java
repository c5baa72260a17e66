package org.rcnn.cnn.train;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.data.Check;

/**
 * How a network is fine-tuned; the paper's values in brackets.
 *
 * @param iterations steps [50,000 at most; the authors' VOC2007 model 70,000]
 * @param positives regions with a class in a batch [32]
 * @param backgrounds background regions in a batch [96]
 * @param positiveIou a region has the class of the object that it overlaps most from this IoU on
 *     [0.5]; the {@link RegionPool} is built with it
 * @param solver how steps are taken [rate 0.001, tenfold drop every 20,000, momentum 0.9, decay
 *     0.0005]
 * @param newWeightRate factor on the rate for the weights of new layers [10]
 * @param newBiasRate factor on the rate for their biases [20]
 * @param copiedBiasRate factor on the rate for the biases of copied layers [2]
 * @param dropout rate of every dropout layer [0.5]
 * @param frozenLayers layers that keep their weights [none]
 * @param newLayersFirst iterations at the start in which only new layers learn [0]. The gradients
 *     of an untrained layer carry little information and may damage the copied layers; Kumar et al.
 *     2022, "Fine-tuning can distort pretrained features and underperform out-of-distribution"
 * @param layerRates factor on the rate by layer, in addition to the others; 1 for layers not named
 *     [none]
 * @param seed determines batches, mirroring and dropout
 */
public record FineTuningSettings(
    int iterations,
    int positives,
    int backgrounds,
    double positiveIou,
    Solver solver,
    double newWeightRate,
    double newBiasRate,
    double copiedBiasRate,
    double dropout,
    Set<String> frozenLayers,
    int newLayersFirst,
    Map<String, Double> layerRates,
    long seed) {

  /** Refuses invalid values; the message names the setting. */
  public FineTuningSettings {
    Check.atLeast("iterations", iterations, 1);
    Check.atLeast("positives", positives, 1);
    Check.atLeast("backgrounds", backgrounds, 1);
    Check.within("positive-iou", positiveIou, 0.01, 1);
    Check.given("solver", solver);
    Check.within("new-weight-rate", newWeightRate, 0, 1000);
    Check.within("new-bias-rate", newBiasRate, 0, 1000);
    Check.within("copied-bias-rate", copiedBiasRate, 0, 1000);
    Check.within("dropout", dropout, 0, 0.99);
    Check.given("frozen-layers", frozenLayers);
    Check.atLeast("new-layers-first", newLayersFirst, 0);
    Check.given("layer-rates", layerRates);
    layerRates.forEach(
        (layer, factor) -> {
          Check.given("layer-rates." + layer, factor);
          Check.within("layer-rates." + layer, factor, 0, 1000);
        });
    // Sorted, so that equal settings give the same text: a checkpoint is identified by it.
    frozenLayers = Collections.unmodifiableSet(new TreeSet<>(frozenLayers));
    layerRates = Collections.unmodifiableMap(new TreeMap<>(layerRates));
  }
}
