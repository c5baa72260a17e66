package org.rcnn.svm;

import org.rcnn.data.Check;

/**
 * How a softmax head is trained on fixed features.
 *
 * @param positiveIou a proposal is a positive if its IoU with a ground truth is at least this; 0
 *     for the ground truth alone
 * @param negativeIou a proposal is background if its IoU with every ground truth is below this;
 *     those between the two are ignored
 * @param maxPositives maximum number of positive rows kept, a uniform sample of all
 * @param maxBackgrounds the same for background rows
 * @param batchPositives positives in a mini-batch
 * @param batchBackgrounds background rows in a mini-batch
 * @param iterations number of mini-batches
 * @param learningRate the first learning rate
 * @param schedule how the rate falls
 * @param momentum share of the last step that is repeated
 * @param weightDecay factor of the weights added to their gradient; biases do not decay
 * @param seed of the samples and the mini-batches
 */
public record SoftmaxSettings(
    double positiveIou,
    double negativeIou,
    int maxPositives,
    int maxBackgrounds,
    int batchPositives,
    int batchBackgrounds,
    int iterations,
    double learningRate,
    Schedule schedule,
    double momentum,
    double weightDecay,
    long seed) {

  /** How the learning rate falls during training. */
  public enum Schedule {
    /** To a tenth after two thirds of the iterations. */
    STEP,
    /** Along half a cosine, to zero at the end. */
    COSINE;

    /** Share of the first rate that remains after a share of the iterations. */
    double factor(double done) {
      return switch (this) {
        case STEP -> done < 2.0 / 3 ? 1 : 0.1;
        case COSINE -> (1 + Math.cos(Math.PI * done)) / 2;
      };
    }
  }

  /** Refuses values out of range; the message names the setting. */
  public SoftmaxSettings {
    Check.within("positive-iou", positiveIou, 0, 1);
    Check.within("negative-iou", negativeIou, 0, 1);
    if (positiveIou > 0 && positiveIou < negativeIou) {
      throw new IllegalArgumentException(
          "positive-iou must be 0 or at least negative-iou (%s), so that no region is both; it is %s."
              .formatted(negativeIou, positiveIou));
    }
    Check.atLeast("max-positives", maxPositives, 1);
    Check.atLeast("max-backgrounds", maxBackgrounds, 1);
    Check.atLeast("batch-positives", batchPositives, 1);
    Check.atLeast("batch-backgrounds", batchBackgrounds, 1);
    Check.atLeast("iterations", iterations, 1);
    Check.within("learning-rate", learningRate, 1e-9, 10);
    Check.given("schedule", schedule);
    Check.within("momentum", momentum, 0, 0.9999);
    Check.within("weight-decay", weightDecay, 0, 1);
  }

  /**
   * The values of the paper's fine-tuning (positives from IoU 0.5 on and background below, 32
   * positives and 96 background rows, momentum 0.9, weight decay 0.0005, rate 0.001 falling to a
   * tenth), with at most 20,000 and 60,000 rows kept and 10,000 iterations: the head alone is a
   * convex problem and needs fewer than a network.
   */
  public static SoftmaxSettings authors(long seed) {
    return new SoftmaxSettings(
        0.5, 0.5, 20_000, 60_000, 32, 96, 10_000, 1e-3, Schedule.STEP, 0.9, 5e-4, seed);
  }

  /** The same with other labels. */
  public SoftmaxSettings withLabels(double positiveIou, double negativeIou) {
    return new SoftmaxSettings(
        positiveIou,
        negativeIou,
        maxPositives,
        maxBackgrounds,
        batchPositives,
        batchBackgrounds,
        iterations,
        learningRate,
        schedule,
        momentum,
        weightDecay,
        seed);
  }
}
