package org.rcnn.pipeline.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Printable;
import org.rcnn.data.RegularFile;
import org.rcnn.pipeline.config.LabelModule;

/**
 * Reads and writes a run's JSON files. Reading a record is strict: a file that lacks a component,
 * or has a key that the record lacks, is reported as damaged, so that nothing becomes a silent
 * zero.
 */
public final class Json {

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .registerModule(new LabelModule())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  private Json() {}

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Records, collections and numbers as a tree, records by the names of their components. */
  public static <T extends JsonNode> T tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** A tree as indented text that ends with a line break, with codes for control characters. */
  public static String text(JsonNode tree) throws IOException {
    return Printable.json(MAPPER.writeValueAsString(tree)) + "\n";
  }

  /** The tree of a text that {@link #text} gave. */
  public static JsonNode parse(String text) throws IOException {
    return MAPPER.readTree(text);
  }

  /**
   * Writes a file aside and renames it into place.
   *
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, JsonNode tree) throws IOException {
    AtomicFile.writeText(file, text(tree));
  }

  /**
   * The tree in a file.
   *
   * @throws IOException if the file cannot be read or is not JSON
   */
  public static JsonNode read(Path file) throws IOException {
    RegularFile.require(file);
    try (InputStream in = Files.newInputStream(file)) {
      return MAPPER.readTree(in);
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    } catch (CharConversionException e) {
      throw damaged(file, "it is not text");
    }
  }

  /**
   * A record that {@link #write} wrote.
   *
   * @throws IOException if the file cannot be read, or its keys are not the record's components
   */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    return read(file, read(file), type);
  }

  /**
   * A record from the tree of a file, to which the caller has added what the file leaves out.
   *
   * @throws IOException if the tree's keys are not the record's components
   */
  public static <T> T read(Path file, JsonNode tree, Class<T> type) throws IOException {
    if (tree.isNull() || tree.isMissingNode()) {
      throw damaged(file, "it is empty");
    }
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    }
  }

  private static IOException damaged(Path file, JsonProcessingException e) {
    IOException damaged = damaged(file, e.getOriginalMessage());
    damaged.initCause(e);
    return damaged;
  }

  private static IOException damaged(Path file, String reason) {
    return new IOException(
        "%s is damaged or of another version (%s); delete it and the files beside it with the same name, and run again."
            .formatted(file, reason));
  }

  /** A figure for JSON: null in place of NaN, which JSON does not have. */
  public static Double orNull(double figure) {
    return Double.isNaN(figure) ? null : figure;
  }
}
