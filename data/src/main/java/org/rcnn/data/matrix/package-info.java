/**
 * What learning on top of features needs of matrices: {@code rows × columns} floats, a row for each
 * region's feature, that grow, shrink and are multiplied where they lie.
 *
 * <p>The SVMs ask a {@link org.rcnn.data.matrix.MatrixEngine} for a {@link
 * org.rcnn.data.matrix.FeatureMatrix}; the network module implements both in native memory. The two
 * modules know each other only by these interfaces.
 */
package org.rcnn.data.matrix;
