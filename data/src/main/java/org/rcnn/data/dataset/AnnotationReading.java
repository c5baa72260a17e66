package org.rcnn.data.dataset;

import java.util.List;
import java.util.Objects;
import org.rcnn.data.Annotation;

/**
 * An image's annotation and the problems found in it.
 *
 * @param annotation the usable objects
 * @param problems one sentence each, naming the file; empty if nothing is wrong
 */
public record AnnotationReading(Annotation annotation, List<String> problems) {

  /** Copies the list. */
  public AnnotationReading {
    Objects.requireNonNull(annotation, "annotation");
    problems = List.copyOf(problems);
  }
}
