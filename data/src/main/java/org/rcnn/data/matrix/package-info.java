/**
 * The matrices for training on features: {@code rows × columns} floats, a row for each region's
 * feature, which grow, shrink and are multiplied in place.
 *
 * <p>The SVMs ask a {@link org.rcnn.data.matrix.MatrixEngine} for a {@link
 * org.rcnn.data.matrix.FeatureMatrix}; the network module implements both in native memory. The two
 * modules share only these interfaces.
 */
package org.rcnn.data.matrix;
