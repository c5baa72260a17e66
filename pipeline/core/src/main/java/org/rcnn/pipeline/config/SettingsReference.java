package org.rcnn.pipeline.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.rcnn.data.Printable;

/**
 * All settings with default, range, meaning and the presets that change them, as Markdown, from
 * {@code defaults.yaml}. A range is what the configuration says when it refuses a value, so that it
 * cannot differ from what is checked.
 */
public final class SettingsReference {

  private static final Pattern BOUND = Pattern.compile(".*? must (.*?)[;.] it is .*");

  /** Values that are out of most ranges. */
  private static final List<String> EXTREMES = List.of("-1000000007", "1000000007");

  private static final int WIDTH = 96;

  private final ConfigLoader loader = new ConfigLoader();
  private final Map<String, JsonNode> presets = new LinkedHashMap<>();
  private final StringBuilder text = new StringBuilder();

  private SettingsReference() {
    for (String preset : ConfigLoader.presets()) {
      presets.put(preset, loader.toTree(loader.preset(preset, Map.of())));
    }
  }

  /** The reference: a section for each section of the YAML file, and in it one for each setting. */
  public static String markdown() {
    SettingsReference reference = new SettingsReference();
    reference.write();
    return reference.text.toString();
  }

  private void write() {
    List<Setting> all = new SettingCatalogue().all();
    paragraph("# Settings");
    paragraph(
        wrapped(
            "Every setting of [`defaults.yaml`](../../core/src/main/resources/org/rcnn/pipeline/config/defaults.yaml)."
                + " `--set KEY=VALUE` changes one, `--config FILE` several, `--preset NAME` chooses"
                + " a preset: "
                + String.join(", ", ConfigLoader.presets())
                + ". In brackets: where a value comes from, or the value there."));
    Map<String, List<Setting>> sections =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    SettingsReference::section, LinkedHashMap::new, Collectors.toList()));
    paragraph(
        sections.keySet().stream()
            .map(section -> "[%s](#%s)".formatted(section, section))
            .collect(Collectors.joining(" · ")));
    sections.forEach(
        (section, settings) -> {
          paragraph("## " + section);
          settings.forEach(this::setting);
        });
    text.setLength(text.length() - 1);
  }

  private static String section(Setting setting) {
    int end = setting.key().indexOf('.');
    return end < 0 ? "general" : setting.key().substring(0, end);
  }

  private void setting(Setting setting) {
    paragraph("### " + setting.key());
    List<String> facts = new ArrayList<>();
    facts.add("Default `%s`".formatted(setting.value()));
    facts.add(setting.type() + range(setting).map(bound -> ", which must " + bound).orElse(""));
    String changed = changed(setting);
    if (!changed.isEmpty()) {
      facts.add("presets: " + changed);
    }
    paragraph(wrapped(String.join("; ", facts) + "."));
    if (!setting.meaning().isEmpty()) {
      paragraph(wrapped(escaped(setting.meaning())));
    }
  }

  /** What a refusal says of the values that a number may have. */
  private Optional<String> range(Setting setting) {
    if (!setting.type().endsWith("number")) {
      return Optional.empty();
    }
    for (String extreme : EXTREMES) {
      try {
        loader.preset("demo", Map.of(setting.key(), extreme));
      } catch (ConfigException refusal) {
        Matcher bound = BOUND.matcher(refusal.getMessage());
        if (bound.matches()) {
          return Optional.of(bound.group(1));
        }
      }
    }
    return Optional.empty();
  }

  private String changed(Setting setting) {
    String pointer = "/" + setting.key().replace('.', '/');
    JsonNode usual = loader.toTree(loader.tree(loader.defaults(), "defaults")).at(pointer);
    return presets.entrySet().stream()
        .filter(preset -> !preset.getValue().at(pointer).equals(usual))
        .map(
            preset ->
                "%s `%s`"
                    .formatted(
                        preset.getKey(), SettingCatalogue.inLine(preset.getValue().at(pointer))))
        .collect(Collectors.joining(", "));
  }

  private static String escaped(String words) {
    return words.replaceAll("[\\\\*<>]", "\\\\$0");
  }

  private static String wrapped(String words) {
    return String.join("\n", Printable.lines(words, WIDTH));
  }

  private void paragraph(String words) {
    text.append(words).append("\n\n");
  }
}
