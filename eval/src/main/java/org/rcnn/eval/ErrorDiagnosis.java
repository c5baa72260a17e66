package org.rcnn.eval;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a detector's errors are, class by class.
 *
 * @param metric how each AP was computed
 * @param iou the overlap from which a detection matches an object
 * @param classes the classes in the order they were asked for
 */
public record ErrorDiagnosis(ApMetric metric, double iou, List<ClassErrors> classes) {

  /** Keeps its own copy of the list. */
  public ErrorDiagnosis {
    Objects.requireNonNull(metric, "metric");
    classes = List.copyOf(classes);
  }

  /** The examined false positives of each kind over all classes. */
  public Map<ErrorKind, Integer> topFalsePositives() {
    Map<ErrorKind, Integer> totals = new EnumMap<>(ErrorKind.class);
    for (ErrorKind kind : ErrorKind.values()) {
      totals.put(
          kind, classes.stream().mapToInt(errors -> errors.topFalsePositives().get(kind)).sum());
    }
    return Collections.unmodifiableMap(totals);
  }

  /** Objects of all classes that no detection found at any score. */
  public int missed() {
    return classes.stream().mapToInt(ClassErrors::missed).sum();
  }
}
