/**
 * Networks as ONNX models, for programs that are not on the JVM or do not want PyTorch.
 *
 * <p>An ONNX model is a graph of standard operators with its weights in one file, which ONNX
 * Runtime, OpenCV and many others run. {@link org.rcnn.cnn.onnx.OnnxGraph} is such a graph while it
 * is written down; {@link org.rcnn.cnn.onnx.OnnxNetwork} adds a network to it from its own
 * description, layer by layer. What comes behind the features, such as a detector's head, is added
 * by those who know it.
 *
 * <p>In: a {@link org.rcnn.cnn.network.NetworkDefinition} and its {@link
 * org.rcnn.cnn.network.Weights}. Out: a file, whose input is float32 {@code N x 3 x size x size},
 * preprocessed, with any number of images N; and for each tap {@code N x dimension}. The way back,
 * the weights of an ONNX file by name, is {@link org.rcnn.cnn.weights.WeightSource}.
 */
package org.rcnn.cnn.onnx;
