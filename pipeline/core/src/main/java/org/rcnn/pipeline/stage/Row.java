package org.rcnn.pipeline.stage;

import java.util.Locale;
import org.rcnn.cnn.network.Tap;

/**
 * One row of the ablation table: which network, which layer, which head, with or without box
 * regression.
 *
 * @param finetuned whether the network is fine-tuned
 * @param layer pool5, fc6 or fc7
 * @param head what scores the layer's features
 * @param boxRegression whether boxes are corrected
 */
public record Row(boolean finetuned, Tap layer, Head head, boolean boxRegression) {

  /** What turns a region's features into class scores. */
  public enum Head {
    /** One linear SVM per class. */
    SVM,
    /**
     * A softmax over classes and background. On a fine-tuned network's fc7 it is the network's own
     * last layer, as in the paper; elsewhere, where no such layer exists, it is a linear one
     * trained on the frozen features with fine-tuning's sampling.
     */
    SOFTMAX;

    /** The name as the command line writes it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether the scores are those of the network's own last layer. */
  boolean usesNetworkScores() {
    return finetuned && layer == Tap.FC7 && head == Head.SOFTMAX;
  }

  /** The row in a few words. */
  public String label() {
    return "%s %s %s%s"
        .formatted(
            finetuned ? "fine-tuned" : "pre-trained",
            layer.label(),
            head.label(),
            boxRegression ? " bbox" : "");
  }
}
