package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** One call of the command line, with what it printed. */
public record Session(int status, String out, String err) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Runs a command as {@code main} would; paths and numbers may be given as they are. */
  public static Session of(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream standardOut = System.out;
    PrintStream standardErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int status = Main.run(words);
      System.out.flush();
      return new Session(
          status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(standardOut);
      System.setErr(standardErr);
    }
  }

  /** Fails the test if the command did not end well. */
  public Session done() {
    assertEquals(0, status, () -> "standard error: " + err);
    return this;
  }

  /** Fails the test unless the command ended so, telling this on standard error. */
  public void refused(int expectedStatus, String expectedWords) {
    assertEquals(expectedStatus, status, () -> "standard error: " + err);
    assertTrue(err.contains(expectedWords), () -> "standard error: " + err);
    assertTrue(!err.contains("\tat "), () -> "a stack trace without --debug: " + err);
  }

  public static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }
}
