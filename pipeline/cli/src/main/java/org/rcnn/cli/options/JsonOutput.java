package org.rcnn.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.rcnn.pipeline.run.Json;
import picocli.CommandLine.Option;

/** The option {@code --json FILE} of every command. */
public final class JsonOutput {

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the result for programs to this file; - is standard output.")
  private Path file;

  /** Writes the result if the option was given. */
  public void write(JsonNode result) throws IOException {
    if (file == null) {
      return;
    }
    // By their names: a file that standard output goes to must grow, not be replaced.
    switch (file.toString()) {
      case "-", "/dev/stdout", "/dev/fd/1" -> System.out.print(Json.text(result));
      case "/dev/stderr", "/dev/fd/2" -> System.err.print(Json.text(result));
      default -> Json.write(file, result);
    }
  }
}
