package org.rcnn.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rcnn.pipeline.run.Json;

/**
 * A JSON array that is written item by item, so that what took hours is there if the program ends
 * before its time; then only the closing bracket is missing. Close it.
 */
public final class JsonList implements Closeable {

  private final Writer out;
  private final boolean owned;
  private boolean empty = true;

  private JsonList(Writer out, boolean owned) {
    this.out = out;
    this.owned = owned;
  }

  /** A list that goes nowhere. */
  static JsonList unwritten() {
    return new JsonList(Writer.nullWriter(), true);
  }

  /** A list in a stream, which stays open. */
  static JsonList to(PrintStream stream) {
    return new JsonList(new PrintWriter(stream, false, StandardCharsets.UTF_8), false);
  }

  /**
   * A list in a file; its folder is created if missing, and an older file is replaced at once.
   *
   * @throws IOException if the file cannot be opened for writing
   */
  static JsonList to(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    // Checked first, because Java 17 cannot "create" a folder that exists as a link to a folder.
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    return new JsonList(Files.newBufferedWriter(file, StandardCharsets.UTF_8), true);
  }

  /**
   * Adds an item.
   *
   * @throws IOException if it cannot be written
   */
  public void add(JsonNode item) throws IOException {
    out.write(empty ? "[\n" : ",\n");
    out.write(Json.text(item).stripTrailing());
    out.flush();
    empty = false;
  }

  /** Ends the array. */
  @Override
  public void close() throws IOException {
    out.write(empty ? "[]\n" : "\n]\n");
    out.flush();
    if (owned) {
      out.close();
    }
  }
}
