package org.rcnn.data.dataset;

import java.util.List;
import java.util.Objects;
import org.rcnn.data.Annotation;

/**
 * What is known of an image, and what in its annotation is wrong.
 *
 * @param annotation the usable objects
 * @param problems one sentence each, naming the file; empty if nothing is wrong
 */
public record AnnotationReading(Annotation annotation, List<String> problems) {

  /** Keeps its own copy of the list. */
  public AnnotationReading {
    Objects.requireNonNull(annotation, "annotation");
    problems = List.copyOf(problems);
  }
}
