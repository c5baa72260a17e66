package org.rcnn.pipeline.expected;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.StreamSupport;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.ParsedLine;
import org.rcnn.data.RegularFile;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.LabelModule;

/**
 * Reads and writes files of {@link ExpectedResults}. Reading is strict: an unknown or missing key,
 * or a value out of range, is refused with the file and the key.
 */
public final class ExpectedFile {

  /** The project's own, which lie beside this class in the resources. */
  private static final List<String> NAMES =
      List.of(
          "demo",
          "voc2007-small",
          "voc2007-bvlc_alexnet",
          "voc2007-resnet50v2",
          "voc2007-studies",
          "voc2007-layers",
          "negative-iou",
          "resampling");

  private static final String ENDING = ".json";

  /** The most bytes of a file that is read. */
  private static final long MOST_BYTES = 4L << 20;

  /** Rows, claims and commands stand in one line each, at this level of the file. */
  private static final int DEPTH = 2;

  /** So do the lines of tables. */
  private static final int TABLE_DEPTH = 4;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new LabelModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private ExpectedFile() {}

  /** The names of the project's own expected results. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * Expected results of the project.
   *
   * @param name one of {@link #names()}
   * @throws ConfigException if there are none of that name
   * @throws IOException if they are not in this build, or invalid
   */
  public static ExpectedResults packaged(String name) throws IOException {
    if (!NAMES.contains(name)) {
      throw new ConfigException(
          "There are no expected results '%s'; choose one of %s, or name a %s file."
              .formatted(name, String.join(", ", NAMES), ENDING));
    }
    try (InputStream in = ExpectedFile.class.getResourceAsStream(name + ENDING)) {
      if (in == null) {
        throw new IOException("The expected results " + name + " are missing from this build.");
      }
      return parse("The expected results " + name, in.readAllBytes());
    }
  }

  /**
   * Expected results by name, or from a file if the name ends like one.
   *
   * @throws ConfigException if there are none of that name
   * @throws IOException if they cannot be read, or are invalid
   */
  public static ExpectedResults of(String nameOrFile) throws IOException {
    return nameOrFile.endsWith(ENDING) ? read(Path.of(nameOrFile)) : packaged(nameOrFile);
  }

  /**
   * Expected results from a file.
   *
   * @throws IOException if the file cannot be read, or is invalid
   */
  public static ExpectedResults read(Path file) throws IOException {
    return parse(file.toString(), RegularFile.bytes(file, MOST_BYTES));
  }

  /**
   * Writes a file aside and renames it into place: a line for each row, claim and line of a table.
   *
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, ExpectedResults expected) throws IOException {
    ObjectNode tree = MAPPER.valueToTree(expected);
    if (expected.backboneFingerprint() == null) {
      tree.remove(ExpectedResults.BACKBONE);
    }
    StringBuilder text = new StringBuilder();
    append(text, tree, 0, DEPTH);
    AtomicFile.writeText(file, text.append('\n').toString());
  }

  private static ExpectedResults parse(String source, byte[] json) throws IOException {
    try {
      JsonNode tree = MAPPER.readTree(new String(json, StandardCharsets.UTF_8));
      if (tree instanceof ObjectNode keys) {
        keys.putIfAbsent(ExpectedResults.BACKBONE, keys.nullNode());
      }
      ExpectedResults expected = MAPPER.treeToValue(tree, ExpectedResults.class);
      if (expected == null) {
        throw new IOException(source + ": the file is empty.");
      }
      return expected;
    } catch (JsonMappingException e) {
      throw new IOException(source + ": " + objection(e), e);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "%s is not valid JSON: %s%s"
              .formatted(source, ParsedLine.prefix(e), e.getOriginalMessage()),
          e);
    }
  }

  private static String objection(JsonMappingException e) {
    StringBuilder key = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        key.append('[').append(step.getIndex()).append(']');
      } else {
        key.append(key.length() == 0 ? "" : ".").append(step.getFieldName());
      }
    }
    if (e instanceof UnrecognizedPropertyException) {
      return "there is no key '%s'.".formatted(key);
    }
    if (e.getOriginalMessage().startsWith("Missing")) {
      return "the key '%s' is missing.".formatted(key);
    }
    String reason =
        e.getCause() instanceof IllegalArgumentException refusal
            ? refusal.getMessage()
            : e.getOriginalMessage();
    return key.length() == 0 ? reason : key + ": " + reason;
  }

  /**
   * Appends a tree as JSON.
   *
   * @param level how deep it lies
   * @param depth the level from which on parts stand in one line
   */
  private static void append(StringBuilder text, JsonNode tree, int level, int depth) {
    if (!tree.isContainerNode()) {
      text.append(tree);
      return;
    }
    boolean nested =
        StreamSupport.stream(tree.spliterator(), false).anyMatch(JsonNode::isContainerNode);
    boolean breaks = level < depth && (nested || tree.isObject() && level < 2) && !tree.isEmpty();
    String before = breaks ? "\n" + "  ".repeat(level + 1) : "";
    String separator = "";
    text.append(tree.isObject() ? '{' : '[');
    Iterator<String> names = tree.fieldNames();
    for (JsonNode part : tree) {
      text.append(separator).append(before);
      String name = names.hasNext() ? names.next() : "";
      if (tree.isObject()) {
        text.append(TextNode.valueOf(name)).append(": ");
      }
      append(text, part, level + 1, level == 0 && name.equals("tables") ? TABLE_DEPTH : depth);
      separator = breaks ? "," : ", ";
    }
    text.append(breaks ? "\n" + "  ".repeat(level) : "").append(tree.isObject() ? '}' : ']');
  }
}
