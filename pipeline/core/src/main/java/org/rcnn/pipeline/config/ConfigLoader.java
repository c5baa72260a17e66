package org.rcnn.pipeline.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.rcnn.data.ParsedLine;
import org.rcnn.data.dataset.TextFile;

/**
 * Reads configurations. A preset or a file replaces defaults; single settings replace both.
 *
 * <p>The whole result is checked. An error names the key that does not exist, or whose value is out
 * of range.
 */
public final class ConfigLoader {

  private static final List<String> PRESETS = List.of("demo", "voc2007-small", "voc2007", "paper");
  private static final String DEFAULTS = "defaults";
  private static final ValueType.Section TYPE = ValueType.of(PipelineConfig.class);

  /** The most bytes of a file that is read: the time of the parser grows with a text's square. */
  private static final long MOST_BYTES = 1L << 19;

  private final YAMLMapper yaml =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(new LabelModule())
          .build();

  private static final Pattern TWICE =
      Pattern.compile("[Dd]uplicate (?:field|key) ['\"]?([^'\" ]+)");

  /** The names of the presets. */
  public static List<String> presets() {
    return PRESETS;
  }

  /**
   * The defaults, changed by a preset and then by single settings.
   *
   * @param name one of {@link #presets()}
   * @param settings dotted key to value, such as {@code svm.negative-iou} to {@code 0.3}
   * @throws ConfigException if there is no such preset or key, or a value is invalid
   */
  public PipelineConfig preset(String name, Map<String, String> settings) {
    if (!PRESETS.contains(name)) {
      throw new ConfigException(
          "There is no preset '%s'; choose one of %s.".formatted(name, String.join(", ", PRESETS)));
    }
    return assemble(resource(name), "preset " + name, settings);
  }

  /**
   * The defaults, changed by a file and then by single settings.
   *
   * @param file YAML with keys of {@code defaults.yaml}
   * @param settings dotted key to value
   * @throws IOException if the file cannot be read
   * @throws ConfigException if there is no such file, it is not YAML, there is no such key, or a
   *     value is invalid
   */
  public PipelineConfig file(Path file, Map<String, String> settings) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(
          "There is no configuration file " + file + "; name a YAML file with settings.");
    }
    try {
      return assemble(yaml.readTree(TextFile.text(file, MOST_BYTES)), file.toString(), settings);
    } catch (JsonProcessingException e) {
      throw new ConfigException("%s: %s%s".formatted(file, ParsedLine.prefix(e), mistake(e)));
    } catch (ConfigException e) {
      boolean named =
          e.getMessage().contains(file.toString())
              || settings.keySet().stream().anyMatch(e.getMessage()::contains);
      throw named ? e : new ConfigException(file + ": " + e.getMessage());
    }
  }

  /** What is wrong with a file that cannot be read, in our words where we know it. */
  private static String mistake(JsonProcessingException e) {
    Matcher twice = TWICE.matcher(e.getOriginalMessage());
    if (twice.find()) {
      return "the key '%s' stands twice; delete one of them.".formatted(twice.group(1));
    }
    return e.getOriginalMessage().startsWith("Trailing token")
        ? "a second document begins here; write all settings into one."
        : "this is not valid YAML: " + e.getOriginalMessage().lines().findFirst().orElse("");
  }

  /**
   * The defaults, changed by a tree that {@link #toTree} gave for a whole configuration.
   *
   * @param source where the tree is from, for messages
   * @throws ConfigException if there is no such key, or a value is invalid
   */
  public PipelineConfig tree(JsonNode tree, String source) {
    return assemble(tree, source, Map.of());
  }

  /**
   * A configuration with single settings changed.
   *
   * @param settings dotted key to value
   * @throws ConfigException if there is no such key, or a value is invalid
   */
  public PipelineConfig with(PipelineConfig config, Map<String, String> settings) {
    return assemble(yaml.valueToTree(config), "the configuration", settings);
  }

  /** The configuration as YAML with every key, which {@link #file} reads again. */
  public String toYaml(PipelineConfig config) {
    try {
      return yaml.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The configuration, or a section of it, as a JSON tree with the keys of the YAML file. */
  public JsonNode toTree(Object part) {
    return yaml.valueToTree(part);
  }

  private PipelineConfig assemble(JsonNode layer, String source, Map<String, String> settings) {
    ObjectNode defaults = (ObjectNode) resource(DEFAULTS);
    ObjectNode tree = defaults.deepCopy();
    if (layer.isObject()) {
      merge(tree, (ObjectNode) layer, "", source);
    } else if (!layer.isMissingNode() && !layer.isNull()) {
      throw new ConfigException(source + " must be a mapping of keys to values.");
    }
    settings.forEach((key, value) -> set(tree, defaults, key, value));
    try {
      return yaml.treeToValue(TYPE.checked("", tree), PipelineConfig.class);
    } catch (JsonProcessingException e) {
      throw refusal(e);
    }
  }

  /**
   * Whether a default is a section with settings. An empty mapping is one setting, whose value is a
   * mapping with keys of any name.
   */
  private static boolean isSection(JsonNode node) {
    return node.isObject() && !node.isEmpty();
  }

  private static void merge(ObjectNode base, ObjectNode over, String path, String source) {
    for (Map.Entry<String, JsonNode> entry : over.properties()) {
      String key = path + entry.getKey();
      JsonNode known = base.get(entry.getKey());
      if (known == null) {
        throw unknown(key, source, base);
      }
      if (entry.getValue().isNull()) {
        throw new ConfigException(
            "%s: %s has no value; write one, or delete the line.".formatted(source, key));
      }
      if (isSection(known)) {
        if (!entry.getValue().isObject()) {
          throw new ConfigException(
              "%s: %s is a section; write its settings below it.".formatted(source, key));
        }
        merge((ObjectNode) known, (ObjectNode) entry.getValue(), key + ".", source);
      } else {
        base.set(entry.getKey(), entry.getValue());
      }
    }
  }

  /**
   * Sets one value.
   *
   * @param defaults decides which keys are settings; in the tree, a setting whose value is a
   *     mapping looks like a section
   */
  private void set(ObjectNode tree, ObjectNode defaults, String key, String value) {
    ObjectNode at = tree;
    ObjectNode known = defaults;
    String[] parts = key.split("\\.");
    if (parts.length == 0) {
      throw unknown(key, "", known);
    }
    for (int i = 0; i < parts.length - 1; i++) {
      if (known.get(parts[i]) instanceof ArrayNode list && isListOfSections(list)) {
        setInList(at, list, key, parts, i, value);
        return;
      }
      if (!(known.get(parts[i]) instanceof ObjectNode next) || !isSection(next)) {
        throw unknown(key, "", known);
      }
      known = next;
      at = (ObjectNode) at.get(parts[i]);
    }
    String last = parts[parts.length - 1];
    if (known.get(last) == null) {
      throw unknown(key, "", known);
    }
    if (known.get(last) instanceof ObjectNode section && isSection(section)) {
      throw new ConfigException(
          "%s is a section; set one of its keys, such as %s.%s."
              .formatted(key, key, section.fieldNames().next()));
    }
    // YAML would make numbers and truth values of some names, unless they are quoted.
    boolean asTyped = typeOf(parts) instanceof ValueType.Text && value.matches("[^'\"\\s].*");
    at.set(last, asTyped ? TextNode.valueOf(value) : read(key, value));
  }

  private JsonNode read(String key, String value) {
    try {
      JsonNode read = yaml.readTree(value);
      if (read.isNull() || read.isMissingNode()) {
        throw new ConfigException("%s has no value; write %s=VALUE.".formatted(key, key));
      }
      return read;
    } catch (JsonProcessingException e) {
      throw new ConfigException("%s: '%s' is not valid YAML.".formatted(key, value));
    }
  }

  /** The type of a setting that exists. */
  private static ValueType typeOf(String[] parts) {
    ValueType type = TYPE;
    for (String part : parts) {
      type = ((ValueType.Section) type).settings().get(part);
    }
    return type;
  }

  private static boolean isListOfSections(ArrayNode list) {
    return list.size() > 0 && isSection(list.get(0));
  }

  /**
   * Sets a value of one item of a list, such as {@code finetune.phases.1.rate}; items count from 1.
   *
   * @param section holds the list
   * @param known the list's default, whose first item has every key
   * @param place where the list's name stands in the key
   */
  private void setInList(
      ObjectNode section, ArrayNode known, String key, String[] parts, int place, String value) {
    String name = String.join(".", List.of(parts).subList(0, place + 1));
    JsonNode list = section.get(parts[place]);
    if (parts.length != place + 3
        || !parts[place + 1].matches("[1-9][0-9]{0,3}")
        || !(list instanceof ArrayNode items)) {
      throw new ConfigException(
          "There is no setting '%s'; write %s.NUMBER.KEY for a key of one of them, such as %s.1.%s."
              .formatted(key, name, name, known.get(0).fieldNames().next()));
    }
    int number = Integer.parseInt(parts[place + 1]);
    if (number > items.size() || !(items.get(number - 1) instanceof ObjectNode item)) {
      throw new ConfigException(
          "There is no setting '%s': %s has %d of them.".formatted(key, name, items.size()));
    }
    String last = parts[place + 2];
    if (known.get(0).get(last) == null) {
      throw unknown(key, "", (ObjectNode) known.get(0));
    }
    item.set(last, read(key, value));
  }

  private static ConfigException unknown(String key, String source, ObjectNode siblings) {
    String known =
        siblings.properties().stream().map(Map.Entry::getKey).collect(Collectors.joining(", "));
    return new ConfigException(
        "%s '%s'; %s"
            .formatted(
                source.isEmpty() ? "There is no setting" : source + ": there is no setting",
                key,
                NearestName.to(key, keys("", TYPE))
                    .map("did you mean %s?"::formatted)
                    .orElse("choose one of %s.".formatted(known))));
  }

  /** The keys of a section and of those below it; of a list of sections, those of the first. */
  private static List<String> keys(String path, ValueType.Section section) {
    List<String> keys = new ArrayList<>();
    section
        .settings()
        .forEach(
            (name, type) -> {
              keys.add(path + name);
              if (type instanceof ValueType.Section below) {
                keys.addAll(keys(path + name + ".", below));
              } else if (type instanceof ValueType.ListOf list
                  && list.of() instanceof ValueType.Section item) {
                keys.addAll(keys(path + name + ".1.", item));
              }
            });
    return keys;
  }

  private static ConfigException refusal(JsonProcessingException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigException refusal) {
        return refusal;
      }
    }
    String key =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(
                    step ->
                        step.getFieldName() == null
                            ? Integer.toString(step.getIndex() + 1)
                            : step.getFieldName())
                .collect(Collectors.joining("."))
            : "";
    if (e instanceof UnrecognizedPropertyException unrecognized) {
      List<String> siblings =
          unrecognized.getKnownPropertyIds().stream().map(Object::toString).toList();
      return new ConfigException(
          "There is no setting '%s'; %s"
              .formatted(
                  key,
                  NearestName.to(unrecognized.getPropertyName(), siblings)
                      .map("did you mean %s?"::formatted)
                      .orElse("choose one of %s.".formatted(String.join(", ", siblings)))));
    }
    if (e.getCause() instanceof IllegalArgumentException refusal) {
      // A label is refused without its key, a value of a section with its own name.
      String between = refusal.getMessage().startsWith("must ") ? " " : ".";
      return new ConfigException(key + between + refusal.getMessage());
    }
    return new ConfigException(
        "%s has a value of the wrong kind: %s".formatted(key, e.getOriginalMessage()));
  }

  /** The defaults as a tree. */
  JsonNode defaults() {
    return resource(DEFAULTS);
  }

  private JsonNode resource(String name) {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(name + ".yaml")) {
      return yaml.readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException("The preset " + name + " is not in the jar.", e);
    }
  }
}
