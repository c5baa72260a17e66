package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.rcnn.pipeline.config.FlatSettings;

/**
 * The settings that the figures of an ablation's rows depend on, given the images. Left out are
 * those that decide how fast a result comes, which row a single run is of, or which images there
 * are, of which the images' own fingerprints say more.
 */
final class RowSettings {

  private static final Set<String> OTHERS =
      Set.of(
          "threads",
          "data",
          "finetune.enabled",
          "finetune.image-cache",
          "features.layer",
          "svm.head",
          "bbox.enabled",
          "thresholds");

  private RowSettings() {}

  /**
   * The settings by their dotted keys, sorted.
   *
   * @param configuration as in a manifest; of a missing one there are none
   */
  static Map<String, String> of(JsonNode configuration) {
    if (!configuration.isObject()) {
      return Map.of();
    }
    Map<String, String> settings = new TreeMap<>(FlatSettings.of(configuration));
    settings.keySet().removeIf(key -> isAmong(OTHERS, key));
    return settings;
  }

  /** Whether a key is one of some, or within a section or list of theirs. */
  static boolean isAmong(Set<String> keys, String key) {
    return keys.stream().anyMatch(one -> key.equals(one) || key.startsWith(one + "."));
  }
}
