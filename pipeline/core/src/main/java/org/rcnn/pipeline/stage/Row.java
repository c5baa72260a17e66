package org.rcnn.pipeline.stage;

import org.rcnn.cnn.network.Tap;

/**
 * One row of the ablation table: which network, which layer, which head, with or without box
 * regression. A row of {@link Tap#HOG} has no network.
 *
 * @param finetuned whether the network is fine-tuned
 * @param layer pool5, fc6 or fc7; or HOG
 * @param head what scores the layer's features
 * @param boxRegression whether boxes are corrected
 */
public record Row(boolean finetuned, Tap layer, Head head, boolean boxRegression) {

  /** Refuses HOG of a network. */
  public Row {
    if (layer == Tap.HOG && (finetuned || boxRegression)) {
      throw new IllegalArgumentException(
          "HOG features are of no network: they can be neither fine-tuned nor, without its pool5,"
              + " give box regression.");
    }
  }

  /** The head that gives the row's scores: the network's own if the row's head uses them. */
  public Head effectiveHead() {
    return head.effective(finetuned, layer);
  }

  /** The network's name in reports. */
  public String network() {
    return finetuned ? "fine-tuned" : layer == Tap.HOG ? "no network" : "pre-trained";
  }

  /** The row in a few words. */
  public String label() {
    return "%s %s %s%s"
        .formatted(network(), layer.label(), head.label(), boxRegression ? " bbox" : "");
  }
}
