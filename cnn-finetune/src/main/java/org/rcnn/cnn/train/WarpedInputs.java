package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.Set;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.warp.RegionWarper;

/** Regions warped from their images for every batch. */
record WarpedInputs(
    NetworkDefinition definition, RegionPool pool, ImageCache images, HeldOutWarps heldOut)
    implements PhaseInputs {

  @Override
  public int perRegion() {
    return 3 * definition.inputSize() * definition.inputSize();
  }

  @Override
  public int checkpointEvery() {
    return 100;
  }

  @Override
  public void put(int region, boolean mirror, float[] values, int offset) throws IOException {
    try (RegionWarper warper = new RegionWarper(images.get(pool.image(region)), definition)) {
      warper.warp(warper.geometry(pool.box(region)), mirror, values, offset);
    }
  }

  @Override
  public NDArray train(Network network, BatchFeeder.Batch batch, NDManager scratch) {
    return network.forwardTraining(batch.images(scratch, definition.inputSize()));
  }

  @Override
  public boolean areKept() {
    return false;
  }

  @Override
  public NDArray validate(Network network, int number, int[] regions, NDManager scratch)
      throws IOException {
    return network.forward(heldOut.of(regions, scratch), Set.of(Tap.SCORES)).get(Tap.SCORES);
  }
}
