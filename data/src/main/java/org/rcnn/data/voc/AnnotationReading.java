package org.rcnn.data.voc;

import java.util.List;
import java.util.Objects;
import org.rcnn.data.Annotation;

/**
 * What an annotation file gave, and what in it was wrong.
 *
 * @param annotation the usable objects
 * @param problems one sentence each, naming the file; empty for a clean file
 */
public record AnnotationReading(Annotation annotation, List<String> problems) {

  /** Keeps its own copy of the list. */
  public AnnotationReading {
    Objects.requireNonNull(annotation, "annotation");
    problems = List.copyOf(problems);
  }
}
