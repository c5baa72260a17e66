package org.rcnn.eval;

import org.rcnn.data.GroundTruth;

/**
 * How large an object is among those of its class: by the percentile of its box's area, so that a
 * large bottle may be smaller than a small bus.
 */
public enum ObjectSize {
  /** The smallest tenth. */
  XS("extra small"),
  /** From the 10th to the 30th percentile. */
  S("small"),
  /** From the 30th to the 70th percentile. */
  M("medium"),
  /** From the 70th to the 90th percentile. */
  L("large"),
  /** The largest tenth. */
  XL("extra large");

  private final String title;

  ObjectSize(String title) {
    this.title = title;
  }

  /** The name used in tables and legends. */
  public String title() {
    return title;
  }

  /**
   * The size of each object that is not difficult, null for the others. Objects of equal area keep
   * their order, so that each bucket has its share whatever the areas.
   */
  static ObjectSize[] ofObjects(GroundTruth[] objects) {
    int[] shares = Percentiles.shares(objects, object -> object.box().area());
    ObjectSize[] sizes = new ObjectSize[objects.length];
    for (int o = 0; o < shares.length; o++) {
      sizes[o] = shares[o] < 0 ? null : values()[shares[o]];
    }
    return sizes;
  }
}
