/**
 * Matrices in the native engine's memory, for training on features: SVMs multiply thousands of
 * samples with each other, and the engine does that several times as fast as Java.
 *
 * <p>A {@link org.rcnn.cnn.linalg.NativeMatrixEngine} makes {@link
 * org.rcnn.cnn.linalg.NativeMatrix}es, {@code rows × columns} floats. They implement {@link
 * org.rcnn.data.matrix.MatrixEngine} and {@link org.rcnn.data.matrix.FeatureMatrix} for the SVMs,
 * and expose no type of the engine.
 */
package org.rcnn.cnn.linalg;
