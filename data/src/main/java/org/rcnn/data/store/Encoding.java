package org.rcnn.data.store;

import org.rcnn.data.Labelled;

/** How a {@link FeatureStore} keeps its numbers. */
public enum Encoding implements Labelled {
  /**
   * Of every row a bitmap that marks the values that are not zero, then those values as 16-bit
   * floats. Features after a ReLU are mostly zeros: at 77 % the file is 0.15 of the 32-bit size.
   * Values keep 11 significant bits; beyond ±65,504 they saturate; negative zero loses its sign.
   */
  SPARSE_FP16,

  /** Every value as a 32-bit float, exactly. */
  DENSE_FP32
}
