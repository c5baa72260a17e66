package org.rcnn.cnn.train;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.data.Check;

/**
 * How a network is pre-trained; in brackets what Krizhevsky et al. 2012 trained the paper's network
 * with on ILSVRC 2012.
 *
 * @param epochs passes over the training images [about 90]
 * @param batch images per step [128]
 * @param solver how steps are taken [rate 0.01, a tenth whenever the validation error stalls, three
 *     times in all; momentum 0.9, decay 0.0005]
 * @param augmentation how training views differ from the images
 * @param dropout the rate of every dropout layer [0.5]
 * @param labelSmoothing the share of each label that is spread over all classes [0]
 * @param batchNorm whether layers are normalised over the batch while they train; the result is
 *     folded into plain layers at the end [false]
 * @param frozenLayers layers that keep the weights they start with: names of layers, {@value
 *     #CONVOLUTIONS} [none]
 * @param seed determines the first weights, the order and the views
 */
public record PretrainingSettings(
    int epochs,
    int batch,
    Solver solver,
    Augmentation augmentation,
    double dropout,
    double labelSmoothing,
    boolean batchNorm,
    Set<String> frozenLayers,
    long seed) {

  /** Among frozen layers, means every convolution. */
  public static final String CONVOLUTIONS = "convolutions";

  /** Refuses invalid values; the message names the setting. */
  public PretrainingSettings {
    Check.atLeast("epochs", epochs, 1);
    Check.atLeast("batch", batch, 2);
    Check.given("solver", solver);
    Check.given("augmentation", augmentation);
    Check.within("dropout", dropout, 0, 0.99);
    Check.within("label-smoothing", labelSmoothing, 0, 0.99);
    Check.given("frozen-layers", frozenLayers);
    // Sorted, so that equal settings give the same text: a checkpoint is identified by it.
    frozenLayers = Collections.unmodifiableSet(new TreeSet<>(frozenLayers));
  }

  /** Settings of a training in which all layers learn. */
  public PretrainingSettings(
      int epochs,
      int batch,
      Solver solver,
      Augmentation augmentation,
      double dropout,
      double labelSmoothing,
      boolean batchNorm,
      long seed) {
    this(epochs, batch, solver, augmentation, dropout, labelSmoothing, batchNorm, Set.of(), seed);
  }

  /** Whether a layer learns. */
  public boolean learns(Layer layer) {
    return layer.learns()
        && !frozenLayers.contains(layer.name())
        && !(frozenLayers.contains(CONVOLUTIONS) && layer instanceof Convolution);
  }

  /** Whether a layer is followed by batch normalisation while it trains. */
  boolean normalises(Layer layer) {
    return batchNorm && learns(layer);
  }
}
