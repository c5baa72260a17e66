package org.rcnn.pipeline.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.FlatSettings;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult;
import org.rcnn.pipeline.run.Json;

/**
 * The settings that a study starts from: what a reader is told of them, and in which file a study
 * with them is kept. A study crosses with any setting, so a name alone does not say what was
 * measured.
 */
final class StudySettings {

  /** Settings that do not change what a study finds; its detectors have no box regression. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("threads", "finetune.image-cache", "bbox.enabled");

  /** Settings of a stage that no study has. */
  private static final String UNUSED = "thresholds.";

  /** Sections whose keys differ from run to run, so that a missing one says something. */
  private static final List<String> OPEN = List.of("finetune.phases.", "finetune.layer-rates.");

  /** A longer value is not repeated in a sentence. */
  private static final int LONG = 60;

  private final Map<String, String> settings;

  StudySettings(PipelineConfig config) {
    this.settings = FlatSettings.of(new ConfigLoader().toTree(config));
  }

  /** All settings, value by key. */
  Map<String, String> byKey() {
    return new TreeMap<>(settings);
  }

  /**
   * The preset that is nearest, and what differs from it: {@code settings of preset demo, but
   * proposals.mode=quality}.
   *
   * @param varied settings that the study changes itself, which are told of each point
   */
  String described(Set<String> varied) {
    String nearest = "";
    List<String> fewest = null;
    for (String preset : ConfigLoader.presets()) {
      PipelineConfig config = new ConfigLoader().preset(preset, Map.of());
      List<String> differing = differing(new StudySettings(config).settings);
      differing.removeAll(varied);
      if (fewest == null || differing.size() < fewest.size()) {
        nearest = preset;
        fewest = differing;
      }
    }
    return "settings of preset %s%s"
        .formatted(
            nearest,
            fewest.isEmpty()
                ? ""
                : ", but " + String.join(", ", fewest.stream().map(this::shown).toList()));
  }

  private String shown(String key) {
    String value = settings.getOrDefault(key, "none");
    return value.length() > LONG ? "another " + key : key + "=" + value;
  }

  /** The keys with other values that a study may show. */
  private List<String> differing(Map<String, String> others) {
    Set<String> keys = new TreeSet<>(settings.keySet());
    keys.addAll(others.keySet());
    keys.removeIf(
        key -> {
          String mine = settings.get(key);
          String other = others.get(key);
          // Other keys are missing in files of older programs.
          boolean unknown =
              (mine == null || other == null) && OPEN.stream().noneMatch(key::startsWith);
          return WITHOUT_EFFECT.contains(key)
              || key.startsWith(UNUSED)
              || unknown
              || Objects.equals(mine, other);
        });
    return new ArrayList<>(keys);
  }

  /**
   * The name of a study's files in a run's folder: of those that it may have, the first that is
   * free or of a study with these settings and images. So a study given again replaces itself and,
   * crossed with another setting, stands beside.
   *
   * @param folder the run's folder
   * @param study the study's name
   * @param images the fingerprints of its images, by the name that they have in its file
   */
  String fileName(Path folder, String study, Map<String, String> images) {
    for (int number = 1; ; number++) {
      String name = StudyResult.fileName(study, number);
      Path file = folder.resolve(name + ".json");
      if (!Files.exists(file) || isOfTheSame(file, study, images)) {
        return name;
      }
    }
  }

  private boolean isOfTheSame(Path file, String study, Map<String, String> images) {
    try {
      JsonNode tree = Json.read(file);
      Map<String, String> others = FlatSettings.of(tree.path("configuration"));
      return tree.path("result").path("study").asText(study).equals(study)
          && images.entrySet().stream()
              .allMatch(
                  one ->
                      tree.path("data")
                          .path(one.getKey())
                          .asText(one.getValue())
                          .equals(one.getValue()))
          && differing(others).isEmpty();
    } catch (IOException e) {
      // Nobody can read it, so it may be replaced.
      return true;
    }
  }
}
