package org.rcnn.data;

import java.util.List;
import java.util.Objects;

/**
 * The annotation of one image: its size and the objects in it.
 *
 * @param imageId the image's name without folder and ending, as split files list it
 * @param width width in pixels
 * @param height height in pixels
 * @param objects the annotated objects in file order
 */
public record Annotation(String imageId, int width, int height, List<GroundTruth> objects) {

  /** Copies the list. */
  public Annotation {
    Objects.requireNonNull(imageId, "imageId");
    objects = List.copyOf(objects);
  }
}
