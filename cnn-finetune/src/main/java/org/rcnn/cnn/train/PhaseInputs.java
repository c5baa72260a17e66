package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import org.rcnn.cnn.network.Network;

/** What the network gets in a phase of fine-tuning: where it comes from, and how it is run. */
sealed interface PhaseInputs permits WarpedInputs, KeptInputs {

  /** The regions that batches are drawn from. */
  RegionPool pool();

  /** Values that the network gets for each region. */
  int perRegion();

  /** Iterations from one checkpoint to the next. */
  int checkpointEvery();

  /** Puts a region's values into a batch. */
  void put(int region, boolean mirror, float[] values, int offset) throws IOException;

  /** The scores of a batch, in training mode. */
  NDArray train(Network network, BatchFeeder.Batch batch, NDManager scratch);

  /** Whether they are kept values. */
  boolean areKept();

  /**
   * The scores of regions held out, as after training.
   *
   * @param number the batch's number; a batch has the same regions each time
   */
  NDArray validate(Network network, int number, int[] regions, NDManager scratch)
      throws IOException;
}
