package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.rcnn.eval.BootstrapResult;
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

  /** By how much the mean AP is higher than another's; empty if the images are not the same. */
  Optional<Interval> over(ComparedRun first) {
    return sameImages ? Optional.of(scores.differenceOfMeans(first.scores)) : Optional.empty();
  }

  /** The same for the AP of a class. */
  Optional<Interval> over(ComparedRun first, String className) {
    return sameImages ? Optional.of(scores.difference(first.scores, className)) : Optional.empty();
  }

  /** The settings by their dotted keys; items of a list count from 1. */
  Map<String, String> settings() {
    Map<String, String> flat = new LinkedHashMap<>();
    flatten("", manifest.path("configuration"), flat);
    return flat;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                      entry.getValue(),
                      into));
    } else if (node.isArray() && node.path(0).isObject()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "." + (i + 1), node.get(i), into);
      }
    } else if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(item.asText()));
      into.put(path, String.join(", ", items));
    } else {
      into.put(path, node.asText());
    }
  }

  /** What the run stood on beside its settings, by name. */
  Map<String, String> provenance() {
    JsonNode data = manifest.path("data");
    JsonNode versions = manifest.path("versions");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("row", row);
    facts.put("data", data.path("source").asText());
    facts.put("training images", data.path("train_images").asText());
    facts.put("training data", data.path("train_fingerprint").asText());
    facts.put("test images", data.path("test_images").asText());
    facts.put("test data", data.path("test_fingerprint").asText());
    facts.put("network and its start", manifest.path("backbone_fingerprint").asText());
    facts.put("execution", RunFindings.execution(manifest.path("execution")));
    facts.put("program", versions.path("rcnn").asText());
    facts.put("engine", versions.path("engine").asText());
    facts.put("java", versions.path("java").asText());
    facts.put("machine", machine());
    facts.put("threads", manifest.path("threads").asText());
    return facts;
  }

  String machine() {
    return manifest.path("versions").path("machine").asText();
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
