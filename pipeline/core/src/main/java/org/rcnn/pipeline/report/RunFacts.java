package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.pipeline.config.FlatSettings;
import org.rcnn.pipeline.stage.RecordedRun;

/**
 * What a run's manifest says that it stood on, flat, so that runs can be compared.
 *
 * @param manifest what {@code manifest.json} says
 */
record RunFacts(JsonNode manifest) {

  /** What a run does not have is written so. */
  static final String NONE = "-";

  /** The settings by their dotted keys; those of a list count from 1. */
  Map<String, String> settings() {
    return FlatSettings.of(manifest.path("configuration"));
  }

  /** What the run stood on beside its settings, by name. */
  Map<String, String> provenance() {
    JsonNode data = manifest.path("data");
    JsonNode versions = manifest.path("versions");
    JsonNode processor = manifest.path("processor");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("row", manifest.path("result").path("row").asText());
    facts.put("data", data.path("source").asText());
    if (manifest.has(RecordedRun.PROPOSAL_SOURCE)) {
      facts.put("boxes", manifest.path(RecordedRun.PROPOSAL_SOURCE).asText());
    }
    facts.put("training images", data.path("train_images").asText());
    facts.put("training data", data.path("train_fingerprint").asText());
    facts.put("test images", data.path("test_images").asText());
    facts.put("test data", data.path("test_fingerprint").asText());
    facts.put("network and its start", manifest.path("backbone_fingerprint").asText());
    facts.put("execution", RunFindings.execution(manifest.path("execution")));
    facts.put("program", versions.path("rcnn").asText());
    facts.put("engine", versions.path("engine").asText());
    if (versions.has("onnxruntime")) {
      facts.put("ONNX Runtime", versions.path("onnxruntime").asText());
    }
    facts.put("OpenCV", versions.path("opencv").asText());
    facts.put("LIBSVM", versions.path("libsvm").asText());
    facts.put("java", versions.path("java").asText());
    facts.put("machine", machine());
    facts.put("processor", processor.path("model").asText());
    facts.put("native kernels", processor.path("kernels").asText());
    facts.put("vector instructions", processor.path("instructions").asText());
    facts.put("variables of the kernels", variables(processor.path("overrides")));
    facts.put("threads", manifest.path("threads").asText());
    return facts;
  }

  private static String variables(JsonNode overrides) {
    List<String> all = new ArrayList<>();
    overrides
        .properties()
        .forEach(entry -> all.add(entry.getKey() + "=" + entry.getValue().asText()));
    return String.join(" ", all);
  }

  String machine() {
    return manifest.path("versions").path("machine").asText();
  }

  /**
   * The facts that are not the same everywhere.
   *
   * @param all the facts of each run, by name
   * @return name to the value of each run in their order
   */
  static Map<String, List<String>> differing(List<Map<String, String>> all) {
    Set<String> keys = new LinkedHashSet<>();
    all.forEach(one -> keys.addAll(one.keySet()));
    Map<String, List<String>> differing = new LinkedHashMap<>();
    for (String key : keys) {
      List<String> values = all.stream().map(one -> one.getOrDefault(key, NONE)).toList();
      if (values.stream().distinct().count() > 1) {
        differing.put(key, values);
      }
    }
    return differing;
  }
}
