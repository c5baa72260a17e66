package org.rcnn.data;

import java.util.Objects;

/**
 * One annotated object.
 *
 * @param className the object's class, as the annotation spells it
 * @param box its box, in the convention of {@link Box}
 * @param difficult marked as hard to recognise: the VOC protocol neither rewards nor punishes
 *     detecting it
 * @param truncated marked as reaching beyond the image or being cut off
 */
public record GroundTruth(String className, Box box, boolean difficult, boolean truncated) {

  /** Refuses missing parts. */
  public GroundTruth {
    Objects.requireNonNull(className, "className");
    Objects.requireNonNull(box, "box");
  }

  /** An object that is neither difficult nor truncated. */
  public GroundTruth(String className, Box box) {
    this(className, box, false, false);
  }
}
