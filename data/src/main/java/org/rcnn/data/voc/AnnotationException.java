package org.rcnn.data.voc;

import java.io.IOException;

/** An annotation file that cannot be used at all: missing, not XML, or no VOC annotation. */
public final class AnnotationException extends IOException {

  private static final long serialVersionUID = 1;

  AnnotationException(String file, String problem, Throwable cause) {
    super("The annotation %s %s.".formatted(file, problem), cause);
  }
}
