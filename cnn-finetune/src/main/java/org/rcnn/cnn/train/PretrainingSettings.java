package org.rcnn.cnn.train;

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
    float dropout,
    float labelSmoothing,
    boolean batchNorm,
    long seed) {

  /** Refuses empty trainings. */
  public PretrainingSettings {
    if (epochs < 1 || batch < 2 || dropout < 0 || dropout >= 1) {
      throw new IllegalArgumentException(
          "Pre-training needs epochs >= 1, batch >= 2 and 0 <= dropout < 1; it was given %d, %d, %s."
              .formatted(epochs, batch, dropout));
    }
    if (labelSmoothing < 0 || labelSmoothing >= 1) {
      throw new IllegalArgumentException(
          "Label smoothing must be at least 0 and below 1, not " + labelSmoothing + ".");
    }
  }
}
