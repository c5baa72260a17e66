package org.rcnn.cli.options;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
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
   * A result that is a list and grows. Without the option its items go nowhere.
   *
   * @throws IOException if the file cannot be opened for writing
   */
  public Items items() throws IOException {
    if (file == null) {
      return new Items("", Writer.nullWriter(), true);
    }
    if (isStandardOut()) {
      return new Items("standard output", new PrintWriter(standardOut, false), false);
    }
    if (isStandardError()) {
      return new Items("standard error", new PrintWriter(System.err, false), false);
    }
    Path folder = file.toAbsolutePath().getParent();
    // Checked first, because Java 17 cannot "create" a folder that exists as a link to a folder.
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
    }
    return new Items(file.toString(), Files.newBufferedWriter(file, UTF_8), true);
  }

  /**
   * A JSON array that is written item by item, so that what took hours is there if the program ends
   * before its time; then only the closing bracket is missing. An older file is replaced at once.
   */
  public static final class Items implements Closeable {

    private final String name;
    private final Writer out;
    private final boolean owned;
    private boolean empty = true;

    private Items(String name, Writer out, boolean owned) {
      this.name = name;
      this.out = out;
      this.owned = owned;
    }

    /**
     * Adds an item.
     *
     * @throws IOException if it cannot be written
     */
    public void add(JsonNode item) throws IOException {
      write((empty ? "[\n" : ",\n") + Json.text(item).stripTrailing());
      empty = false;
    }

    private void write(String text) throws IOException {
      try {
        out.write(text);
        out.flush();
      } catch (IOException e) {
        throw new IOException("%s cannot be written: %s.".formatted(name, e.getMessage()), e);
      }
    }

    /** Ends the array. */
    @Override
    public void close() throws IOException {
      write(empty ? "[]\n" : "\n]\n");
      if (owned) {
        out.close();
      }
    }
  }
}
