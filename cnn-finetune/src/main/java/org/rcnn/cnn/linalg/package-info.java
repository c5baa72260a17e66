/**
 * Matrices in the native engine's memory, for what is learnt on top of features: SVMs multiply
 * thousands of samples with each other, and the engine does that several times as fast as Java.
 *
 * <p>A {@link org.rcnn.cnn.linalg.NativeMatrixEngine} makes {@link
 * org.rcnn.cnn.linalg.NativeMatrix}es, {@code rows × columns} floats. They are the {@link
 * org.rcnn.data.matrix.MatrixEngine} and {@link org.rcnn.data.matrix.FeatureMatrix} of the SVMs,
 * and show no type of the engine.
 */
package org.rcnn.cnn.linalg;
