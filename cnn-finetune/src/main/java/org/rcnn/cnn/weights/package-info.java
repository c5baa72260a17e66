/**
 * Where a network's weights come from, and which of them are used.
 *
 * <p>A target task has other classes than the set a network was trained on, so the last layer does
 * not fit; everything else does. {@link org.rcnn.cnn.weights.WeightSource} opens a file of any
 * known format and says what it holds. {@link org.rcnn.cnn.weights.Transfer} copies the layers
 * whose name, kind and shapes match, initialises the others, and reports both. {@link
 * org.rcnn.cnn.weights.WeightFile} reads and writes the project's own files, which are safetensors.
 *
 * <p>In: a file. Out: {@link org.rcnn.cnn.network.Weights}, a tensor for each parameter of the
 * network.
 */
package org.rcnn.cnn.weights;
