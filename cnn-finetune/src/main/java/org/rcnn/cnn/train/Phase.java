package org.rcnn.cnn.train;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.data.Check;

/**
 * A part of fine-tuning in which some layers learn at a rate of their own. Phases follow one
 * another: what is new or fully connected may learn alone before everything does, because the
 * gradients of an untrained layer can spoil what the others have learned (Kumar et al. 2022,
 * "Fine-tuning can distort pretrained features and underperform out-of-distribution"). The paper
 * has one phase, in which all layers learn.
 *
 * @param layers the layers that learn: names of layers, {@value #ALL}, {@value #NEW} (those that
 *     got no weights from elsewhere), {@value #FULLY_CONNECTED}; a layer learns if any of these
 *     means it
 * @param iterations steps
 * @param rate the learning rate at the phase's start
 * @param rateDrop factor on the rate at each drop; 1 for none
 * @param rateDropEvery iterations of the phase between drops
 */
public record Phase(
    Set<String> layers, int iterations, double rate, double rateDrop, int rateDropEvery) {

  /** Means every layer. */
  public static final String ALL = "all";

  /** Means the layers that got no weights from elsewhere. */
  public static final String NEW = "new";

  /** Means the layers that are fully connected. */
  public static final String FULLY_CONNECTED = "fully-connected";

  /** Keeps its own copy, sorted; refuses invalid values with a message that names the setting. */
  public Phase {
    Check.given("layers", layers);
    // Sorted, so that equal settings give the same text: a checkpoint is identified by it.
    layers = Collections.unmodifiableSet(new TreeSet<>(layers));
    Check.atLeast("layers", layers.size(), 1);
    Check.atLeast("iterations", iterations, 1);
    Check.within("rate", rate, 1e-9, 10);
    Check.within("rate-drop", rateDrop, 1e-6, 1);
    Check.atLeast("rate-drop-every", rateDropEvery, 1);
  }

  /** A phase in which all layers learn, at the paper's rate. */
  public static Phase ofAllLayers(int iterations) {
    return new Phase(Set.of(ALL), iterations, 0.001, 0.1, 20_000);
  }

  /**
   * Whether a layer learns in this phase.
   *
   * @param newLayers names of the layers that got no weights from elsewhere
   */
  public boolean learns(Layer layer, Set<String> newLayers) {
    return layers.contains(ALL)
        || layers.contains(layer.name())
        || layers.contains(NEW) && newLayers.contains(layer.name())
        || layers.contains(FULLY_CONNECTED) && layer instanceof Linear;
  }

  /** The same phase with another number of iterations. */
  public Phase withIterations(int other) {
    return new Phase(layers, other, rate, rateDrop, rateDropEvery);
  }

  /** The same phase at another rate. */
  public Phase withRate(double other) {
    return new Phase(layers, iterations, other, rateDrop, rateDropEvery);
  }
}
