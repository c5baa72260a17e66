package org.rcnn.data.matrix;

/**
 * Creates the matrices that hold region features. It decides where they are stored and what
 * multiplies them.
 *
 * <p>An engine that multiplies in native memory also stores them there, so that features are copied
 * from Java only once. The trainer calls an engine and its matrices from one thread at a time.
 */
public interface MatrixEngine {

  /**
   * An empty matrix, to be closed by the caller.
   *
   * @param columns the feature dimension, at least 1
   * @param capacity the expected number of rows; a matrix grows beyond it as needed
   */
  FeatureMatrix matrix(int columns, int capacity);
}
