package org.rcnn.cnn.train;

import org.rcnn.data.Labelled;

/** Which weights of a fine-tuning are its result. */
public enum Keep implements Labelled {
  /** Those after the last iteration, as in the paper. */
  LAST,
  /** Those with the lowest loss on regions of images held out. */
  LOWEST_LOSS,
  /** Those with the highest mean average precision on images held out, as a {@link Judge} finds. */
  HIGHEST_MAP;

  /** Whether a figure is better than another; nothing is better than NaN, nor NaN than anything. */
  boolean isBetter(double figure, double other) {
    return this == LOWEST_LOSS ? figure < other : figure > other;
  }
}
