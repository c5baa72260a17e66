package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.Network;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;

/** Regions whose values at a tap are kept. */
final class KeptInputs implements PhaseInputs {

  private final NetworkDefinition definition;
  private final KeptRegions kept;
  private final HeldOutWarps heldOut;

  /** The values at the tap of the regions of other images, which do not change in the phase. */
  private final Map<Integer, float[]> validationValues = new HashMap<>();

  KeptInputs(NetworkDefinition definition, KeptRegions kept, HeldOutWarps heldOut) {
    this.definition = definition;
    this.kept = kept;
    this.heldOut = heldOut;
  }

  @Override
  public RegionPool pool() {
    return kept.pool();
  }

  @Override
  public int perRegion() {
    return definition.tapDimensions().get(kept.tap());
  }

  @Override
  public int checkpointEvery() {
    return 500;
  }

  @Override
  public void put(int region, boolean mirror, float[] values, int offset) throws IOException {
    kept.values().copy(region, values, offset);
  }

  @Override
  public NDArray train(Network network, BatchFeeder.Batch batch, NDManager scratch) {
    return network.forwardTrainingFrom(kept.tap(), batch.rows(scratch));
  }

  @Override
  public boolean areKept() {
    return true;
  }

  @Override
  public NDArray validate(Network network, int number, int[] regions, NDManager scratch)
      throws IOException {
    float[] values = validationValues.get(number);
    if (values == null) {
      Tap tap = kept.tap();
      values = network.forward(heldOut.of(regions, scratch), Set.of(tap)).get(tap).toFloatArray();
      validationValues.put(number, values);
    }
    NDArray rows = scratch.create(values, new Shape(values.length / perRegion(), perRegion()));
    return network.forwardFrom(kept.tap(), rows, Set.of(Tap.SCORES)).get(Tap.SCORES);
  }
}
