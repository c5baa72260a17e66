package org.rcnn.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command says its result: the terminal, and for programs the file of {@code --json}. */
public final class Output {

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the result as JSON to this file; - is standard output.")
  private Path file;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** The terminal. */
  public PrintWriter out() {
    return spec.commandLine().getOut();
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
    // By name, because a file that standard output is redirected to must grow, not be replaced.
    switch (file.toString()) {
      case "-", "/dev/stdout", "/dev/fd/1" -> System.out.print(Json.text(result));
      case "/dev/stderr", "/dev/fd/2" -> System.err.print(Json.text(result));
      default -> Json.write(file, result);
    }
  }
}
