/**
 * A trained detector as an ONNX model: {@link org.rcnn.pipeline.onnx.OnnxExport}.
 *
 * <p>A detector is three things after the proposals: a network, a head that scores its features,
 * and a box regression. All three are arithmetic on one region at a time, so they fit into one
 * graph of standard operators. Proposals, warping and non-maximum suppression stay outside; the
 * model's notes say what they need.
 *
 * <p>In: a {@link org.rcnn.pipeline.stage.DetectorFile}, or a network with its weights. Out: an
 * {@link org.rcnn.cnn.onnx.OnnxGraph}, to be written to a file.
 */
package org.rcnn.pipeline.onnx;
