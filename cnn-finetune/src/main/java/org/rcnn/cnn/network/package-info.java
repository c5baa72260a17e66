/**
 * The convolutional networks that turn a region into a vector.
 *
 * <p>A network is a list of named layers ({@link org.rcnn.cnn.network.NetworkDefinition}, with the
 * known ones in {@link org.rcnn.cnn.network.Architectures}); its numbers are {@link
 * org.rcnn.cnn.network.Weights}; {@link org.rcnn.cnn.network.Network} holds both in native memory
 * and runs them. In: float32 {@code N x 3 x size x size}, preprocessed. Out: for each {@link
 * org.rcnn.cnn.network.Tap} asked for, {@code N x dimension}. Adding an architecture is one method
 * that lists its layers.
 */
package org.rcnn.cnn.network;
