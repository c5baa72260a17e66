package org.rcnn.eval;

import java.util.Objects;
import java.util.Optional;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/**
 * One error that is worth looking at.
 *
 * @param imageId the image
 * @param reason what is wrong
 * @param detection the detection; for a missed object the one, of any class, that overlaps it most,
 *     empty if none does by 0.1
 * @param object the object that the error is about, or that the detection overlaps most; empty if
 *     the detection is on the background
 * @param overlap the IoU of the two, 0 if one is absent
 */
public record ErrorExample(
    String imageId,
    Reason reason,
    Optional<Detection> detection,
    Optional<GroundTruth> object,
    double overlap) {

  /** What is wrong. */
  public enum Reason {
    /** On an object of its class, but the box fits badly. */
    POOR_FIT,
    /** On an object of its class that a better detection found. */
    DUPLICATE,
    /** On an object of another class. */
    OTHER_CLASS,
    /** On no annotated object. */
    BACKGROUND,
    /** An object that no detection of its class found. */
    MISSED,
    /** On no annotated object, but so confident that one may have been forgotten. */
    LABEL_FORGOTTEN,
    /** On an object of another class, but so confident that its label may be wrong. */
    LABEL_WRONG
  }

  /** Refuses missing parts. */
  public ErrorExample {
    Objects.requireNonNull(imageId, "imageId");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detection, "detection");
    Objects.requireNonNull(object, "object");
  }
}
