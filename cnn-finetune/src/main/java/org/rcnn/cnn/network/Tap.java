package org.rcnn.cnn.network;

import org.rcnn.data.Labelled;

/**
 * Where region features come from: a place in a network, as the paper's section 3.2 names them, or
 * {@link #HOG}, which stands beside networks for comparison.
 */
public enum Tap implements Labelled {
  /** The maps after the last pooling, flattened. */
  POOL5,
  /** The first fully connected layer, after its ReLU. */
  FC6,
  /** The second fully connected layer, after its ReLU. */
  FC7,
  /** The class scores before the softmax. */
  SCORES,
  /** Histograms of oriented gradients, of no network ({@code HogExtractor}); none has this tap. */
  HOG
}
