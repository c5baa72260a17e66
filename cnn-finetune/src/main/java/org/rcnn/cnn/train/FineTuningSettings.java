package org.rcnn.cnn.train;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Check;

/**
 * How a network is fine-tuned; the paper's values in brackets.
 *
 * @param phases which layers learn, how long and at what rate, one phase after the other [one phase
 *     of all layers: rate 0.001, a tenth every 20,000 iterations, 50,000 of them at most; the
 *     authors' VOC2007 model 70,000]
 * @param positives regions with a class in a batch [32]
 * @param backgrounds background regions in a batch [96]
 * @param positiveIou a region has the class of the object that it overlaps most from this IoU on
 *     [0.5]; the {@link RegionPool} is built with it
 * @param mirror whether each region is mirrored half of the time [true]
 * @param momentum the share of the previous step that is repeated [0.9]
 * @param weightDecay factor of the weights that is added to their gradient [0.0005]
 * @param newWeightRate factor on the rate for the weights of new layers [10]
 * @param newBiasRate factor on the rate for their biases [20]
 * @param copiedBiasRate factor on the rate for the biases of copied layers [2]
 * @param dropout rate of every dropout layer [0.5]
 * @param frozenLayers layers that keep their weights in every phase [none]
 * @param layerRates factor on the rate by layer, in addition to the others; 1 for layers not named
 *     [none]
 * @param suggestRate whether each phase takes the rate that a {@link RangeTest} before it suggests,
 *     in place of its own [false]
 * @param judging which weights are kept and when a phase ends early [the last; never]
 * @param seed determines batches, mirroring and dropout
 */
public record FineTuningSettings(
    List<Phase> phases,
    int positives,
    int backgrounds,
    double positiveIou,
    boolean mirror,
    double momentum,
    double weightDecay,
    double newWeightRate,
    double newBiasRate,
    double copiedBiasRate,
    double dropout,
    Set<String> frozenLayers,
    Map<String, Double> layerRates,
    boolean suggestRate,
    Judging judging,
    long seed) {

  /** Refuses invalid values; the message names the setting. */
  public FineTuningSettings {
    Check.given("phases", phases);
    phases = List.copyOf(phases);
    Check.atLeast("phases", phases.size(), 1);
    Check.atLeast("positives", positives, 1);
    Check.atLeast("backgrounds", backgrounds, 1);
    Check.within("positive-iou", positiveIou, 0.01, 1);
    Check.within("momentum", momentum, 0, 0.9999);
    Check.within("weight-decay", weightDecay, 0, 1);
    Check.within("new-weight-rate", newWeightRate, 0, 1000);
    Check.within("new-bias-rate", newBiasRate, 0, 1000);
    Check.within("copied-bias-rate", copiedBiasRate, 0, 1000);
    Check.within("dropout", dropout, 0, 0.99);
    Check.given("frozen-layers", frozenLayers);
    Check.given("layer-rates", layerRates);
    layerRates.forEach(
        (layer, factor) -> {
          Check.given("layer-rates." + layer, factor);
          Check.within("layer-rates." + layer, factor, 0, 1000);
        });
    Check.given("judging", judging);
    // Sorted, so that equal settings give the same text: a checkpoint is identified by it.
    frozenLayers = Collections.unmodifiableSet(new TreeSet<>(frozenLayers));
    layerRates = Collections.unmodifiableMap(new TreeMap<>(layerRates));
  }

  /** Settings with the phases' own rates. */
  public FineTuningSettings(
      List<Phase> phases,
      int positives,
      int backgrounds,
      double positiveIou,
      boolean mirror,
      double momentum,
      double weightDecay,
      double newWeightRate,
      double newBiasRate,
      double copiedBiasRate,
      double dropout,
      Set<String> frozenLayers,
      Map<String, Double> layerRates,
      Judging judging,
      long seed) {
    this(
        phases,
        positives,
        backgrounds,
        positiveIou,
        mirror,
        momentum,
        weightDecay,
        newWeightRate,
        newBiasRate,
        copiedBiasRate,
        dropout,
        frozenLayers,
        layerRates,
        false,
        judging,
        seed);
  }

  /** Iterations of all phases together. */
  public int iterations() {
    return phases.stream().mapToInt(Phase::iterations).sum();
  }

  /** How steps are taken in a phase. */
  public Solver solver(Phase phase) {
    return new Solver(
        phase.rate(),
        new Solver.Steps(phase.rateDropEvery(), phase.rateDrop()),
        momentum,
        weightDecay);
  }

  /**
   * Whether a layer learns in a phase.
   *
   * @param newLayers names of the layers that got no weights from elsewhere
   */
  public boolean learns(Phase phase, Layer layer, Set<String> newLayers) {
    return phase.learns(layer, newLayers) && !frozenLayers.contains(layer.name());
  }

  /**
   * The last tap up to which no phase changes a network: what the network computes up to there is
   * the same before and after this fine-tuning. Empty if there is none. No new layer comes before
   * it: its values depend on a seed.
   *
   * @param newLayers names of the layers that got no weights from elsewhere
   */
  public Optional<Tap> lastFixedTap(NetworkDefinition network, Set<String> newLayers) {
    return network.lastFixedTap(
        layer ->
            newLayers.contains(layer.name())
                || phases.stream().anyMatch(phase -> learns(phase, layer, newLayers)));
  }
}
