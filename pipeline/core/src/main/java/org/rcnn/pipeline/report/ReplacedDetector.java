package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.FlatSettings;
import org.rcnn.pipeline.run.FinishedFolder;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a run's detector differs in from the one that stands in its folder and will be replaced. */
public final class ReplacedDetector {

  private static final Logger LOG = LoggerFactory.getLogger(ReplacedDetector.class);

  /** Differences that a warning names. */
  private static final int NAMED = 5;

  /** A longer value is not shown. */
  private static final int SHOWN = 60;

  private static final Set<String> NOT_LEARNED =
      Set.of("proposals", "features", "later-features", "detections");

  private ReplacedDetector() {}

  /**
   * A warning before a row's detector replaces another, with what differs.
   *
   * @return empty if the folder has no detector, or one that was made from the same artifacts: the
   *     new one will be the same
   */
  public static Optional<String> warning(Experiment experiment, Row row) {
    Run run = experiment.run();
    Path root = run.folder().root();
    Path manifest = root.resolve(FinishedFolder.MANIFEST);
    if (!Files.exists(root.resolve(DetectorFile.NAME)) || !Files.exists(manifest)) {
      return Optional.empty();
    }
    JsonNode before;
    try {
      before = Json.read(manifest);
    } catch (IOException e) {
      LOG.debug("The manifest says nothing of the detector.", e);
      return Optional.empty();
    }
    JsonNode now = Json.tree(run.folder().places(experiment.artifacts(row).values()));
    if (trained(before.path(RunFolder.NEEDED_ARTIFACTS)).equals(trained(now))
        && before
            .at("/configuration/detection")
            .equals(new ConfigLoader().toTree(run.config()).path("detection"))) {
      return Optional.empty();
    }
    List<String> differences = differences(run, before);
    if (differences.isEmpty() && before.path(RunFolder.NEEDED_ARTIFACTS).isMissingNode()) {
      // By an earlier version, with these settings.
      return Optional.empty();
    }
    return Optional.of(
        "%s has another detector, which this run will replace (%s); name another folder to keep it."
            .formatted(
                root, differences.isEmpty() ? "made by another version" : joined(differences)));
  }

  /** What was learned; its keys hold all that a detector depends on, and nothing of test images. */
  private static Set<String> trained(JsonNode places) {
    Set<String> trained = new TreeSet<>();
    for (JsonNode place : places) {
      if (!NOT_LEARNED.contains(place.asText().replaceFirst("/.*", ""))) {
        trained.add(place.asText());
      }
    }
    return trained;
  }

  private static List<String> differences(Run run, JsonNode before) {
    List<String> differences = new ArrayList<>();
    JsonNode data = before.path("data");
    if (!data.path("train_fingerprint").asText().equals(run.train().fingerprint())) {
      differences.add("other training images");
    }
    Map<String, String> old = FlatSettings.of(before.path("configuration"));
    Map<String, String> now = FlatSettings.of(new ConfigLoader().toTree(run.config()));
    TreeSet<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(now.keySet());
    for (String key : keys) {
      String was = old.getOrDefault(key, "-");
      String is = now.getOrDefault(key, "-");
      if (!was.equals(is)) {
        differences.add(
            was.length() + is.length() > SHOWN ? key : "%s was %s, is %s".formatted(key, was, is));
      }
    }
    return differences;
  }

  private static String joined(List<String> differences) {
    int more = differences.size() - NAMED;
    String named = String.join("; ", differences.subList(0, Math.min(NAMED, differences.size())));
    return more > 0 ? "%s; and %d more".formatted(named, more) : named;
  }
}
