package org.rcnn.eval;

import org.rcnn.data.GroundTruth;

/**
 * How wide an object is for its height among those of its class: by the percentile of its box's
 * width divided by its height, in the shares of {@link ObjectSize}.
 */
public enum ObjectAspect {
  /** The tallest tenth. */
  XT("extra tall"),
  /** From the 10th to the 30th percentile. */
  T("tall"),
  /** From the 30th to the 70th percentile. */
  M("medium"),
  /** From the 70th to the 90th percentile. */
  W("wide"),
  /** The widest tenth. */
  XW("extra wide");

  private final String title;

  ObjectAspect(String title) {
    this.title = title;
  }

  /** The name used in tables and legends. */
  public String title() {
    return title;
  }

  /** The aspect of each object that is not difficult, null for the others. */
  static ObjectAspect[] ofObjects(GroundTruth[] objects) {
    int[] shares =
        Percentiles.shares(objects, object -> object.box().width() / object.box().height());
    ObjectAspect[] aspects = new ObjectAspect[objects.length];
    for (int o = 0; o < shares.length; o++) {
      aspects[o] = shares[o] < 0 ? null : values()[shares[o]];
    }
    return aspects;
  }
}
