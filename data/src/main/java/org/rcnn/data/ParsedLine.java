package org.rcnn.data;

import com.fasterxml.jackson.core.JsonProcessingException;

/** The line at which JSON or YAML cannot be read, for a message. */
public final class ParsedLine {

  private ParsedLine() {}

  /**
   * The line, counted from 1, as {@code line 7: }; empty where Jackson names none, as of values
   * that are nested too deeply.
   */
  public static String prefix(JsonProcessingException e) {
    int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
    return line > 0 ? "line %d: ".formatted(line) : "";
  }
}
