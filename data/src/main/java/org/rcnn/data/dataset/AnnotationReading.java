package org.rcnn.data.dataset;

import java.util.List;
import java.util.Objects;
import org.rcnn.data.Annotation;

/**
 * An image's annotation and the problems found in it.
 *
 * @param annotation the usable objects
 * @param problems one sentence each, naming the file; empty if nothing is wrong
 * @param notes what is no problem but must be known, such as polygons of which only the bounding
 *     box is used; the same sentence for every image, so that it can be said once
 */
public record AnnotationReading(Annotation annotation, List<String> problems, List<String> notes) {

  /** Copies the lists. */
  public AnnotationReading {
    Objects.requireNonNull(annotation, "annotation");
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /** A reading without notes. */
  public AnnotationReading(Annotation annotation, List<String> problems) {
    this(annotation, problems, List.of());
  }
}
