package org.rcnn.pipeline.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.rcnn.pipeline.run.RunFolder;
import picocli.CommandLine.Option;

/** The option {@code --json FILE} of every command. */
final class JsonOutput {

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the result for programs to this file; - is standard output.")
  private Path file;

  /** A figure as JSON has it, which knows no NaN: null then. */
  static Double orNull(double figure) {
    return Double.isNaN(figure) ? null : figure;
  }

  /** Writes the result if the option was given. */
  void write(JsonNode result) throws IOException {
    if (file == null) {
      return;
    }
    // By their names: a file that standard output goes to must grow, not be replaced.
    switch (file.toString()) {
      case "-", "/dev/stdout", "/dev/fd/1" -> System.out.print(RunFolder.text(result));
      case "/dev/stderr", "/dev/fd/2" -> System.err.print(RunFolder.text(result));
      default -> RunFolder.writeJson(file, result);
    }
  }
}
