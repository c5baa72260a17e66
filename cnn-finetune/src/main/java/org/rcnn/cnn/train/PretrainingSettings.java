package org.rcnn.cnn.train;

import org.rcnn.data.Check;

/**
 * How a network is pre-trained.
 *
 * @param epochs passes over the training images
 * @param batch images a step
 * @param solver how steps are taken
 * @param augmentation how training views differ from the images
 * @param dropout the rate of every dropout layer
 * @param labelSmoothing the share of each label that is spread over all classes
 * @param batchNorm whether layers are normalised over the batch while they train; the result is
 *     folded into plain layers at the end
 * @param seed decides weights, order and views
 */
public record PretrainingSettings(
    int epochs,
    int batch,
    Solver solver,
    Augmentation augmentation,
    double dropout,
    double labelSmoothing,
    boolean batchNorm,
    long seed) {

  /** Refuses values that cannot train, by name. */
  public PretrainingSettings {
    Check.atLeast("epochs", epochs, 1);
    Check.atLeast("batch", batch, 2);
    Check.given("solver", solver);
    Check.given("augmentation", augmentation);
    Check.within("dropout", dropout, 0, 0.99);
    Check.within("label-smoothing", labelSmoothing, 0, 0.99);
  }
}
