package org.rcnn.data.matrix;

/**
 * Makes the matrices that hold region features, and so decides where they live and what multiplies
 * them.
 *
 * <p>An engine over native memory keeps them beside its own matrix product, so that features cross
 * the border once. The trainer calls an engine and its matrices from one thread at a time.
 */
public interface MatrixEngine {

  /**
   * An empty matrix, to be closed by the caller.
   *
   * @param columns the feature dimension, at least 1
   * @param capacity rows that are expected; a matrix grows beyond it by itself
   */
  FeatureMatrix matrix(int columns, int capacity);
}
