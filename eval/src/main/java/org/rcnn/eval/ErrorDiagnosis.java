package org.rcnn.eval;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;

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

  /**
   * The results by size over all classes: objects added up, the normalised AP averaged over the
   * classes that have objects of the size. Smallest first.
   */
  public List<SizeResult> sizes() {
    return Arrays.stream(ObjectSize.values()).map(this::over).toList();
  }

  private SizeResult over(ObjectSize size) {
    List<SizeResult> results =
        classes.stream()
            .flatMap(errors -> errors.sizes().stream())
            .filter(result -> result.size() == size)
            .toList();
    return new SizeResult(
        size,
        results.stream().mapToInt(SizeResult::positives).sum(),
        results.stream().mapToInt(SizeResult::found).sum(),
        mean(results.stream().mapToDouble(SizeResult::normalisedAp)));
  }

  /** The results by aspect ratio over all classes, as for {@link #sizes}. Tallest first. */
  public List<AspectResult> aspects() {
    return Arrays.stream(ObjectAspect.values()).map(this::over).toList();
  }

  private AspectResult over(ObjectAspect aspect) {
    List<AspectResult> results =
        classes.stream()
            .flatMap(errors -> errors.aspects().stream())
            .filter(result -> result.aspect() == aspect)
            .toList();
    return new AspectResult(
        aspect,
        results.stream().mapToInt(AspectResult::positives).sum(),
        results.stream().mapToInt(AspectResult::found).sum(),
        mean(results.stream().mapToDouble(AspectResult::normalisedAp)));
  }

  /** The mean AP over the classes that have objects; NaN if none has. */
  public double meanAp() {
    return mean(classes.stream().mapToDouble(ClassErrors::ap));
  }

  private static double mean(DoubleStream values) {
    return values.filter(value -> !Double.isNaN(value)).average().orElse(Double.NaN);
  }
}
