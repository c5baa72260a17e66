package org.rcnn.eval;

import java.util.List;
import java.util.Objects;

/**
 * Errors of one class that are worth looking at, chosen by {@link ErrorExampleFinder}.
 *
 * @param className the class
 * @param falsePositives the worst false positives, the most confident first
 * @param missed the objects that should have been the easiest to find, the largest first
 * @param labelDoubts detections that may be right where the annotation is wrong, the most confident
 *     first
 */
public record ClassExamples(
    String className,
    List<ErrorExample> falsePositives,
    List<ErrorExample> missed,
    List<ErrorExample> labelDoubts) {

  /** Keeps its own copies. */
  public ClassExamples {
    Objects.requireNonNull(className, "className");
    falsePositives = List.copyOf(falsePositives);
    missed = List.copyOf(missed);
    labelDoubts = List.copyOf(labelDoubts);
  }

  /** Whether there is nothing to look at. */
  public boolean isEmpty() {
    return falsePositives.isEmpty() && missed.isEmpty() && labelDoubts.isEmpty();
  }
}
