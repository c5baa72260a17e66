package org.rcnn.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where a command says its result: the terminal, and for programs the file of {@code --json}. If
 * that is standard output, the terminal's text goes to standard error.
 */
public final class Output {

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Write the result as JSON to this file; - is standard output, and text then goes to"
              + " standard error.")
  private Path file;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  private PrintStream standardOut = System.out;

  /** The terminal. */
  public PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Whether the JSON goes to standard output, which must then have nothing else. */
  public boolean isStandardOut() {
    // By name, because a file that standard output is redirected to must grow, not be replaced.
    return file != null
        && switch (file.toString()) {
          case "-", "/dev/stdout", "/dev/fd/1" -> true;
          default -> false;
        };
  }

  /** Sends JSON for standard output to a stream, whatever {@code System.out} is by then. */
  public void standardOut(PrintStream stream) {
    standardOut = stream;
  }

  /**
   * Writes the result if the option was given.
   *
   * @throws IOException if the file cannot be written
   */
  public void write(JsonNode result) throws IOException {
    if (file == null) {
      return;
    }
    if (isStandardOut()) {
      standardOut.print(Json.text(result));
    } else if (isStandardError()) {
      System.err.print(Json.text(result));
    } else {
      Json.write(file, result);
    }
  }

  private boolean isStandardError() {
    return switch (file.toString()) {
      case "/dev/stderr", "/dev/fd/2" -> true;
      default -> false;
    };
  }

  /**
   * A result that is a list and grows: each item is written as soon as it is there. Without the
   * option items go nowhere.
   *
   * @throws IOException if the file cannot be written
   */
  public JsonList list() throws IOException {
    if (file == null) {
      return JsonList.unwritten();
    }
    if (isStandardOut()) {
      return JsonList.to(standardOut);
    }
    return isStandardError() ? JsonList.to(System.err) : JsonList.to(file);
  }
}
