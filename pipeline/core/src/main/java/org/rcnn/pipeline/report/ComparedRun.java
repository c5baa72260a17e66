package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.stage.LearningCurve;

/**
 * One of several runs that are compared.
 *
 * @param name the run's folder, as short as tells it from the others
 * @param folder the run's folder
 * @param row the row that its result is of, in words
 * @param manifest what its {@code manifest.json} says
 * @param scores on resamples of its test images, the same for every run that has the same
 * @param sameImages whether its test images are those of the first run, so that both see the same
 *     resamples
 * @param curve of its fine-tuning; empty without one
 */
record ComparedRun(
    String name,
    Path folder,
    String row,
    JsonNode manifest,
    BootstrapResult scores,
    boolean sameImages,
    Optional<LearningCurve> curve) {

  ComparedRun {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(scores, "scores");
  }

  EvaluationResult result() {
    return scores.result();
  }

  double meanAp() {
    return result().meanAp();
  }

  /** The AP of a class, a fraction; NaN for a class without one. */
  double ap(String className) {
    return result().apByClass().getOrDefault(className, Double.NaN);
  }

  /** The result of a class; null for a class that the run does not know. */
  ClassResult ofClass(String className) {
    return result().classes().stream()
        .filter(one -> one.className().equals(className))
        .findFirst()
        .orElse(null);
  }

  /** The mean AP and its range. */
  Interval meanRange() {
    return Ranges.over(result(), scores.meanAp());
  }

  /** The AP of a class and its range. */
  Interval range(String className) {
    return Ranges.over(result(), scores.ap(className));
  }

  /** By how much the mean AP is higher than another's; empty if the images are not the same. */
  Optional<Interval> over(ComparedRun first) {
    return sameImages
        ? Optional.of(Ranges.over(result(), scores.differenceOfMeans(first.scores)))
        : Optional.empty();
  }

  /** The same for the AP of a class. */
  Optional<Interval> over(ComparedRun first, String className) {
    return sameImages
        ? Optional.of(Ranges.over(result(), scores.difference(first.scores, className)))
        : Optional.empty();
  }

  /** What the run stood on. */
  RunFacts facts() {
    return new RunFacts(manifest);
  }

  String machine() {
    return facts().machine();
  }

  /** Seconds by the name of the stage's folder, in the order of the method. */
  Map<String, Double> seconds() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    manifest
        .path("result")
        .path("seconds")
        .properties()
        .forEach(entry -> seconds.put(entry.getKey(), entry.getValue().asDouble(Double.NaN)));
    return seconds;
  }

  /** The most memory that the run has had; NaN if unknown. */
  double peakMemory() {
    return manifest.path("result").path("peak_memory_bytes").asDouble(Double.NaN);
  }
}
