/**
 * From a region of any shape to a square of pixels (appendix A of the paper).
 *
 * <p>The network's fully connected layers need an input of one size, so every region is stretched
 * to it, whatever its shape, with a little of its surroundings. {@link
 * org.rcnn.cnn.warp.WarpGeometry} says which pixels go where; {@link
 * org.rcnn.cnn.warp.RegionWarper} moves them, with {@link org.rcnn.cnn.warp.SummedAreas} where many
 * regions of an image are shrunk. In: an RGB image and a box in its pixels. Out: {@code size x size
 * x 3} floats, mean subtracted, in the network's channel order.
 */
package org.rcnn.cnn.warp;
