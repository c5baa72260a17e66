/**
 * Where a network's numbers come from, and what is taken of them.
 *
 * <p>A target task has other classes than the set a network was trained on, so the last layer does
 * not fit; everything else does. {@link org.rcnn.cnn.weights.Transfer} copies the layers whose
 * name, kind and shapes match, makes the others new and says which is which. {@link
 * org.rcnn.cnn.weights.WeightFile} reads and writes weights in the safetensors format.
 */
package org.rcnn.cnn.weights;
