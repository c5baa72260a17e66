package org.rcnn.pipeline.stage;

import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Weights;

/**
 * A network that features are computed with.
 *
 * @param identity its name, and what its weights were made from
 * @param definition its layers and its input
 * @param weights its weights
 */
record TrainedNetwork(Identity identity, NetworkDefinition definition, Weights weights) {

  /**
   * What tells a network from others, known before its weights are there.
   *
   * @param name {@code "pre-trained"} or {@code "fine-tuned"}, as reports call it
   * @param prefixName the name of the network that the layers up to there come from
   * @param prefix a hash of what the layers up to the first of the {@link
   *     NetworkDefinition#suffixTaps} were made from: networks with the same one compute the same
   *     up to there
   * @param whole a hash of what all weights were made from
   */
  record Identity(String name, String prefixName, String prefix, String whole) {
    /** A network whose layers all come from one training. */
    static Identity of(String name, String prefix, String whole) {
      return new Identity(name, name, prefix, whole);
    }
  }

  String name() {
    return identity.name();
  }

  String fingerprint() {
    return identity.whole();
  }
}
