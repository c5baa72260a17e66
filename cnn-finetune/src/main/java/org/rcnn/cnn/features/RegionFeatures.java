package org.rcnn.cnn.features;

import java.util.Map;
import org.rcnn.cnn.network.Tap;

/**
 * The features of an image's regions.
 *
 * @param rows number of regions
 * @param values for each tap, {@code rows x dimension} values row by row, in the regions' order
 */
public record RegionFeatures(int rows, Map<Tap, float[]> values) {

  /** Keeps its own copy of the map; the arrays are shared. */
  public RegionFeatures {
    values = Map.copyOf(values);
  }

  /** The values at a tap. */
  public float[] at(Tap tap) {
    return values.get(tap);
  }
}
