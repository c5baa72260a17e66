package org.rcnn.pipeline.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All settings with default, type and meaning, in the order of {@code defaults.yaml}. */
public final class SettingCatalogue {

  private static final Pattern LINE = Pattern.compile("( *)([a-z-]+):.*");
  private static final Pattern COMMENT = Pattern.compile("( *)# ?(.*)");

  private final List<Setting> settings;

  /** The catalogue of this version. */
  public SettingCatalogue() {
    ConfigLoader loader = new ConfigLoader();
    Map<String, String> meanings = meanings();
    List<Setting> all = new ArrayList<>();
    collect("", ValueType.of(PipelineConfig.class), loader.defaults(), meanings, all);
    this.settings = List.copyOf(all);
  }

  private static void collect(
      String path,
      ValueType.Section section,
      JsonNode defaults,
      Map<String, String> meanings,
      List<Setting> into) {
    section
        .settings()
        .forEach(
            (name, type) -> {
              String key = path + name;
              JsonNode value = defaults.get(name);
              if (type instanceof ValueType.Section below) {
                collect(key + ".", below, value, meanings, into);
              } else {
                into.add(
                    new Setting(key, type.words(), inLine(value), meanings.getOrDefault(key, "")));
              }
            });
  }

  /** YAML's flow style, without quotes. */
  static String inLine(JsonNode value) {
    if (value.isValueNode()) {
      return value.asText();
    }
    return value.toString().replace("\"", "").replace(":", ": ").replace(",", ", ");
  }

  /** The comment above each key; a key without one shares that of the key before it. */
  private static Map<String, String> meanings() {
    Map<String, String> meanings = new LinkedHashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    ConfigLoader.class.getResourceAsStream("defaults.yaml"),
                    "The defaults are not in the jar."),
                StandardCharsets.UTF_8))) {
      StringBuilder comment = new StringBuilder();
      String shared = "";
      String section = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher commented = COMMENT.matcher(line);
        Matcher key = LINE.matcher(line);
        if (commented.matches()) {
          comment.append(comment.length() == 0 ? "" : " ").append(commented.group(2));
        } else if (key.matches() && key.group(1).length() <= 2) {
          boolean top = key.group(1).isEmpty();
          section = top ? key.group(2) + "." : section;
          shared = comment.length() == 0 && !top ? shared : comment.toString();
          meanings.put(top ? key.group(2) : section + key.group(2), shared);
          comment.setLength(0);
        } else if (line.isBlank()) {
          comment.setLength(0);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return meanings;
  }

  /** All settings. */
  public List<Setting> all() {
    return settings;
  }

  /**
   * The settings of a key: one, or those of a section.
   *
   * @throws ConfigException if there is no such key; the message has the nearest one
   */
  public List<Setting> named(String key) {
    List<Setting> found =
        settings.stream()
            .filter(setting -> setting.key().equals(key) || setting.key().startsWith(key + "."))
            .toList();
    if (found.isEmpty()) {
      throw new ConfigException(
          "There is no setting '%s'%s"
              .formatted(
                  key, nearest(key).map(near -> "; did you mean " + near + "?").orElse(".")));
    }
    return found;
  }

  private Optional<String> nearest(String key) {
    return NearestName.to(key, settings.stream().map(Setting::key).toList());
  }
}
