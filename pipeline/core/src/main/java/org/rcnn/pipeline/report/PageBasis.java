package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.pipeline.config.FlatSettings;
import org.rcnn.pipeline.run.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the figures of a page stand on: images and settings. Commands write into one folder at
 * different times, and nothing makes them agree in either.
 *
 * @param file the JSON file beside the page, in the form of {@link Manifest}; missing if there is
 *     none
 */
record PageBasis(JsonNode file) {

  private static final Logger LOG = LoggerFactory.getLogger(PageBasis.class);

  /** So many settings are named; of the others there is the number. */
  private static final int NAMED = 4;

  private static final String SEED = "finetune.seed";

  /** Where a missing key says something. Other keys are missing in files of older programs. */
  private static final Set<String> OPEN = Set.of("finetune.phases", "finetune.layer-rates");

  /** The basis that a file states; one of nothing if the file is missing or damaged. */
  static PageBasis of(Path file) {
    try {
      if (Files.exists(file)) {
        return new PageBasis(Json.read(file));
      }
    } catch (IOException e) {
      LOG.warn("{} The pages do not say what its figures stand on.", e.getMessage());
    }
    return new PageBasis(MissingNode.getInstance());
  }

  /** Whether both are known to have the same training and test images. */
  boolean hasTheImagesOf(PageBasis other) {
    return List.of("train", "test").stream()
        .allMatch(
            split ->
                !fingerprint(split).isEmpty()
                    && fingerprint(split).equals(other.fingerprint(split)));
  }

  private String fingerprint(String split) {
    return file.path("data").path(split + "_fingerprint").asText();
  }

  /**
   * The images and settings that are not those of another page, such as {@code 100 test images, not
   * 500; finetune.seed 0, not 3}; empty if there are none. Settings that this page's own points
   * vary are left out.
   */
  Optional<String> unlike(PageBasis other) {
    List<String> parts = new ArrayList<>();
    images("test", "test image", other).ifPresent(parts::add);
    images("train", "training image", other).ifPresent(parts::add);
    List<String> settings = settings(other);
    parts.addAll(settings.subList(0, Math.min(NAMED, settings.size())));
    int more = settings.size() - NAMED;
    if (more > 0) {
      parts.add(
          "other values of %s".formatted(more == 1 ? "1 more setting" : more + " more settings"));
    }
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", parts));
  }

  private Optional<String> images(String split, String name, PageBasis other) {
    String mine = fingerprint(split);
    String theirs = other.fingerprint(split);
    if (mine.isEmpty() || theirs.isEmpty() || mine.equals(theirs)) {
      return Optional.empty();
    }
    int count = file.path("data").path(split + "_images").asInt();
    String named = count == 1 ? name : name + "s";
    int otherCount = other.file.path("data").path(split + "_images").asInt();
    return Optional.of(
        count == otherCount
            ? "%s other %s".formatted(Numbers.count(count), named)
            : "%s %s, not %s".formatted(Numbers.count(count), named, Numbers.count(otherCount)));
  }

  private List<String> settings(PageBasis other) {
    Map<String, String> mine = RowSettings.of(file.path("configuration"));
    Map<String, String> theirs = RowSettings.of(other.file.path("configuration"));
    if (mine.isEmpty() || theirs.isEmpty()) {
      return List.of();
    }
    Set<String> varied = varied();
    List<String> differing = new ArrayList<>();
    RunFacts.differing(List.of(mine, theirs))
        .forEach(
            (key, values) -> {
              boolean told =
                  mine.containsKey(key) && theirs.containsKey(key)
                      || RowSettings.isAmong(OPEN, key);
              boolean equal = key.equals(SEED) && tuningSeed().equals(other.tuningSeed());
              if (told && !equal && !RowSettings.isAmong(varied, key)) {
                differing.add(
                    "%s %s, not %s".formatted(key, shown(values.get(0)), shown(values.get(1))));
              }
            });
    return differing;
  }

  private static String shown(String value) {
    return FlatSettings.isEmpty(value) || value.equals(RunFacts.NONE) ? "none" : value;
  }

  /** The seed of fine-tuning, for which 0 stands for the run's. */
  private String tuningSeed() {
    JsonNode configuration = file.path("configuration");
    String own = configuration.path("finetune").path("seed").asText("0");
    return own.equals("0") ? configuration.path("seed").asText() : own;
  }

  /** The settings that a study's points vary. */
  private Set<String> varied() {
    Set<String> varied = new HashSet<>();
    file.path("result")
        .path("rows")
        .forEach(row -> row.path("settings").fieldNames().forEachRemaining(varied::add));
    return varied;
  }
}
