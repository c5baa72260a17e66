package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.warp.RegionWarper;

/**
 * Warps the regions held out.
 *
 * @param pool the regions; null without any, and then none is asked for
 * @param images the images that they lie in
 */
record HeldOutWarps(NetworkDefinition definition, RegionPool pool, ImageSource images) {

  /** Regions by number, not mirrored, {@code N x 3 x size x size}. */
  NDArray of(int[] regions, NDManager scratch) throws IOException {
    int side = definition.inputSize();
    float[] values = new float[regions.length * 3 * side * side];
    for (int i = 0; i < regions.length; i++) {
      int image = pool.image(regions[i]);
      try (RegionWarper warper = new RegionWarper(images.read(image), definition)) {
        warper.warp(warper.geometry(pool.box(regions[i])), false, values, i * 3 * side * side);
      }
    }
    NDArray stored = scratch.create(values, new Shape(regions.length, side, side, 3));
    NDArray view = stored.transpose(0, 3, 1, 2);
    view.attach(scratch);
    return view;
  }
}
