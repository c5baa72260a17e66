package org.rcnn.data.scenes;

import java.util.Objects;
import org.rcnn.data.Annotation;
import org.rcnn.data.RgbImage;

/**
 * A drawn picture and its annotation.
 *
 * @param image the picture before it is compressed
 * @param annotation the objects, with boxes around their visible parts
 */
public record Scene(RgbImage image, Annotation annotation) {

  /** Refuses missing parts. */
  public Scene {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(annotation, "annotation");
  }
}
