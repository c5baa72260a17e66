package org.rcnn.data.store;

import org.rcnn.data.Labelled;

/** How a {@link FeatureStore} stores its values. */
public enum Encoding implements Labelled {
  /**
   * For every row, a bitmap that marks the values that are not zero, then those values as 16-bit
   * floats. Features after a ReLU are mostly zeros: with 77 % zeros, the file is 0.15 of the 32-bit
   * size. Values keep 11 significant bits; they saturate beyond ±65,504; negative zero loses its
   * sign.
   */
  SPARSE_FP16,

  /** Every value as a 32-bit float, exactly. */
  DENSE_FP32;

  /**
   * The bytes that a row takes.
   *
   * @param dimension how many values it has
   * @param share of its values that are not zero, 0 to 1
   */
  public double rowBytes(int dimension, double share) {
    return switch (this) {
      // The end of the row, its bitmap, the values.
      case SPARSE_FP16 -> 4 + 8.0 * ((dimension + 63) / 64) + 2 * share * dimension;
      case DENSE_FP32 -> 4.0 * dimension;
    };
  }
}
