package org.rcnn.cnn.network;

/** A place in a network where region features are taken, as the paper's section 3.2 names them. */
public enum Tap {
  /** The maps after the last pooling, flattened. */
  POOL5("pool5"),
  /** The first fully connected layer, after its ReLU. */
  FC6("fc6"),
  /** The second fully connected layer, after its ReLU. */
  FC7("fc7"),
  /** The class scores before the softmax. */
  SCORES("scores");

  private final String label;

  Tap(String label) {
    this.label = label;
  }

  /** The name as the paper and the command line write it. */
  public String label() {
    return label;
  }
}
