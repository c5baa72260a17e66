package org.rcnn.pipeline.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.rcnn.data.AtomicFile;
import org.rcnn.pipeline.config.LabelModule;

/**
 * A run's JSON files. Records are read back strictly: a component that the file lacks, or a key
 * that the record lacks, is a damaged file and not a silent zero.
 */
public final class Json {

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .registerModule(new LabelModule())
          .enable(SerializationFeature.INDENT_OUTPUT)
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

  /** A tree as a file has it. */
  public static String text(JsonNode tree) throws IOException {
    return MAPPER.writeValueAsString(tree) + "\n";
  }

  /** Writes a file aside and renames it into place. */
  public static void write(Path file, JsonNode tree) throws IOException {
    AtomicFile.writeText(file, text(tree));
  }

  /** The tree in a file. */
  public static JsonNode read(Path file) throws IOException {
    try {
      return MAPPER.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    }
  }

  /**
   * A record that {@link #write} wrote.
   *
   * @throws IOException if the file cannot be read, or is not what the record says
   */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    return read(file, read(file), type);
  }

  /** The same from a tree of the file that the caller has completed. */
  public static <T> T read(Path file, JsonNode tree, Class<T> type) throws IOException {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw damaged(file, e);
    }
  }

  private static IOException damaged(Path file, JsonProcessingException e) {
    return new IOException(
        "%s is damaged or of another version (%s); delete it, and what lies beside it under the same name, to make it anew."
            .formatted(file, e.getOriginalMessage()),
        e);
  }

  /** A figure as JSON has it, which knows no NaN: null then. */
  public static Double orNull(double figure) {
    return Double.isNaN(figure) ? null : figure;
  }
}
