package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.run.Json;

/** A comparison of runs as JSON: fractions and seconds, null for what does not exist. */
final class ComparisonJson {

  private ComparisonJson() {}

  static ObjectNode of(RunComparison comparison) {
    ObjectNode tree = Json.object();
    tree.put("against", comparison.first().name());
    tree.put("metric", comparison.metric().label());
    tree.put("resamples", Bootstrap.RESAMPLES);
    tree.put("percent", Interval.PERCENT);
    tree.set("findings", Json.tree(comparison.findings()));
    ArrayNode runs = tree.putArray("runs");
    comparison.runs().forEach(run -> runs.add(run(comparison, run)));
    tree.set("settings", values(comparison, comparison.differingSettings()));
    tree.set("provenance", values(comparison, comparison.differingProvenance()));
    tree.put("equal_settings", comparison.equalSettings());
    return tree;
  }

  private static ObjectNode run(RunComparison comparison, ComparedRun run) {
    ObjectNode tree = Json.object();
    tree.put("name", run.name());
    tree.put("run", run.folder().toString());
    tree.put("row", run.row());
    tree.put("images", run.result().images());
    tree.put("same_images", run.sameImages());
    ResultJson.putScores(tree, run.result());
    ResultJson.putRange(tree, run.meanRange());
    ObjectNode ranges = tree.putObject("ap_range");
    run.result()
        .apByClass()
        .keySet()
        .forEach(name -> ResultJson.putInterval(ranges.putObject(name), run.range(name)));
    if (run != comparison.first()) {
      ObjectNode difference = tree.putObject("difference");
      put(difference, "mAP", run.over(comparison.first()));
      ObjectNode classes = difference.putObject("ap");
      for (String name : comparison.classes()) {
        put(classes, name, run.over(comparison.first(), name));
      }
    }
    tree.set("seconds", Json.tree(run.seconds()));
    tree.put("peak_memory_bytes", Json.orNull(run.peakMemory()));
    return tree;
  }

  private static void put(ObjectNode tree, String name, Optional<Interval> interval) {
    if (interval.isPresent()) {
      ResultJson.putInterval(tree.putObject(name), interval.get());
    } else {
      tree.putNull(name);
    }
  }

  private static ObjectNode values(RunComparison comparison, Map<String, List<String>> differing) {
    ObjectNode tree = Json.object();
    differing.forEach(
        (key, values) -> {
          ObjectNode byRun = tree.putObject(key);
          for (int i = 0; i < values.size(); i++) {
            byRun.put(comparison.runs().get(i).name(), values.get(i));
          }
        });
    return tree;
  }
}
