package org.rcnn.pipeline.stage;

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

  /** The head that gives the row's scores: the network's own if the row's head uses them. */
  public Head effectiveHead() {
    return head.effective(finetuned, layer);
  }

  /** The network's name in reports. */
  public String network() {
    return finetuned ? "fine-tuned" : "pre-trained";
  }

  /** The row in a few words. */
  public String label() {
    return "%s %s %s%s"
        .formatted(network(), layer.label(), head.label(), boxRegression ? " bbox" : "");
  }
}
