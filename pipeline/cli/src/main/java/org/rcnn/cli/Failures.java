package org.rcnn.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.rcnn.cli.progress.Ending;
import org.rcnn.data.Printable;
import org.rcnn.pipeline.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/**
 * Reports a failure in one sentence; the status is 1 for a failure, 2 for wrong usage. It also has
 * the options that say how much is reported, which every command takes.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show a failure's stack trace.")
  private boolean debug;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Show only results and warnings: no progress, no log.")
  private boolean quiet;

  /** Whether only results and warnings are wanted. */
  boolean isQuiet() {
    return quiet;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    report(failure, command.getErr());
    return failure instanceof ConfigException ? ExitCode.USAGE : ExitCode.SOFTWARE;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    command.getErr().println(Printable.line(UsageSentence.of(failure)));
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().printf("`%s --help` lists its options.%n", name);
    return ExitCode.USAGE;
  }

  /** Prints a failure, unless it is the process's end that made the command fail. */
  void report(Throwable failure, PrintWriter err) {
    if (Ending.begun()) {
      return;
    }
    if (debug) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace, true));
      err.print(Printable.text(trace.toString()));
    }
    err.println(Printable.line(sentence(failure)));
  }

  static String sentence(Throwable failure) {
    if (failure instanceof NoSuchFileException missing) {
      return "There is no file or folder " + missing.getFile() + ".";
    } else if (failure instanceof AccessDeniedException denied) {
      return "Access to " + denied.getFile() + " is denied.";
    } else if (failure instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " already exists.";
    } else if (failure instanceof FileSystemException other) {
      // Its own message may be a bare path.
      String reason = other.getReason() == null ? "the system gives no reason" : other.getReason();
      return "%s cannot be used: %s.%s".formatted(other.getFile(), reason, wayOut(reason));
    } else if (failure instanceof OutOfMemoryError) {
      return ("Memory ran out (%s); give the JVM more with RCNN_JAVA_OPTS=-Xmx8g, or use fewer"
              + " threads. If SVMs were being trained, lower svm.max-positives, svm.max-objects and"
              + " svm.negative-cache.")
          .formatted(failure.getMessage());
    }
    if (failure instanceof ExceptionInInitializerError && failure.getCause() != null) {
      return sentence(failure.getCause());
    }
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName() + "; --debug shows the stack trace."
        : message.lines().findFirst().orElse(message);
  }

  /** What to do about a reason that the system gives; empty, or with a space before it. */
  private static String wayOut(String reason) {
    return switch (reason) {
      case "No space left on device", "Disk quota exceeded" ->
          " Make room there, and give the same command again.";
      case "Read-only file system" -> " Choose a place that can be written.";
      case "Is a directory", "Not a directory", "File exists" ->
          " Move away what is there, and give the same command again.";
      default -> "";
    };
  }
}
