package org.rcnn.cnn.train;

import java.io.IOException;
import org.rcnn.cnn.network.Tap;

/**
 * Regions whose values at a tap were computed before. A phase of {@link FineTuning} in which no
 * layer up to that tap learns draws its batches from them and runs only the layers after the tap.
 * That is the same mathematics as warping each region and running all layers, at a small part of
 * the time. Kept regions are not mirrored.
 *
 * @param tap where the values were taken
 * @param pool the regions
 * @param values their values
 */
public record KeptRegions(Tap tap, RegionPool pool, Values values) {

  /** The values of regions at a tap. */
  @FunctionalInterface
  public interface Values {
    /**
     * Copies a region's values. Called by one thread at a time.
     *
     * @param region the region's number in the pool
     * @param into receives the values, as many as the tap has
     * @param offset where the first one goes
     * @throws IOException if they cannot be read
     */
    void copy(int region, float[] into, int offset) throws IOException;
  }
}
