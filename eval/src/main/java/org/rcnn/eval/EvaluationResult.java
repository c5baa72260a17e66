package org.rcnn.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The score of a detector on a split.
 *
 * @param metric how AP was computed
 * @param iou the overlap from which a detection matches an object; for {@link ApMetric#COCO} the
 *     overlap of the counts and curves, while the AP averages ten
 * @param images number of images scored
 * @param classes the classes in the order they were asked for
 */
public record EvaluationResult(ApMetric metric, double iou, int images, List<ClassResult> classes) {

  /** Keeps its own copy of the list. */
  public EvaluationResult {
    Objects.requireNonNull(metric, "metric");
    classes = List.copyOf(classes);
  }

  /**
   * Mean AP over the classes that have one: a class without ground truth in the split is left out
   * ({@link #unscoredClasses} names it). NaN if no class has one.
   */
  public double meanAp() {
    return classes.stream()
        .filter(ClassResult::isScored)
        .mapToDouble(ClassResult::ap)
        .average()
        .orElse(Double.NaN);
  }

  /** How many classes {@link #meanAp} is over. */
  public int classesInMean() {
    return (int) classes.stream().filter(ClassResult::isScored).count();
  }

  /** AP of each class that has one, in order. */
  public Map<String, Double> apByClass() {
    Map<String, Double> aps = new LinkedHashMap<>();
    for (ClassResult result : classes) {
      if (result.isScored()) {
        aps.put(result.className(), result.ap());
      }
    }
    return Collections.unmodifiableMap(aps);
  }

  /** The classes without an object that counts, which {@link #meanAp} leaves out. */
  public List<String> unscoredClasses() {
    return classes.stream()
        .filter(result -> !result.isScored())
        .map(ClassResult::className)
        .toList();
  }

  /**
   * The result of one class.
   *
   * @throws IllegalArgumentException if the class was not evaluated
   */
  public ClassResult of(String className) {
    return classes.stream()
        .filter(result -> result.className().equals(className))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The class \"%s\" was not evaluated.".formatted(className)));
  }
}
