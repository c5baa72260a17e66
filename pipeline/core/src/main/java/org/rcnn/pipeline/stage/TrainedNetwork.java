package org.rcnn.pipeline.stage;

import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Weights;

/**
 * A network that features are computed with.
 *
 * @param name {@code "pre-trained"} or {@code "fine-tuned"}, as reports call it
 * @param definition its layers and its input
 * @param weights its weights
 * @param fingerprint a hash of what the weights were made from
 */
record TrainedNetwork(
    String name, NetworkDefinition definition, Weights weights, String fingerprint) {}
