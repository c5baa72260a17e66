package org.rcnn.cnn.network;

import org.rcnn.data.Labelled;

/** A place in a network where region features are taken, as the paper's section 3.2 names them. */
public enum Tap implements Labelled {
  /** The maps after the last pooling, flattened. */
  POOL5,
  /** The first fully connected layer, after its ReLU. */
  FC6,
  /** The second fully connected layer, after its ReLU. */
  FC7,
  /** The class scores before the softmax. */
  SCORES
}
