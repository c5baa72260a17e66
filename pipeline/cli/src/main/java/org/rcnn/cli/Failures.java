package org.rcnn.cli;

import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.rcnn.pipeline.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** Says of a failure what it is, in one sentence: 1 a failure, 2 wrong usage. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show a failure's stack trace.")
  private boolean debug;

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    report(failure, command.getErr());
    return failure instanceof ConfigException ? ExitCode.USAGE : ExitCode.SOFTWARE;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    command.getErr().println(usageSentence(failure));
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().printf("`%s --help` lists what it takes.%n", name);
    return ExitCode.USAGE;
  }

  /** What was wrong; of a label that an option does not know, as the configuration says it. */
  private static String usageSentence(ParameterException failure) {
    return failure.getArgSpec() instanceof OptionSpec option
            && failure.getCause() instanceof TypeConversionException unknown
            && unknown.getMessage().startsWith("must be")
        ? option.longestName() + " " + unknown.getMessage()
        : sentence(failure);
  }

  /** Prints a failure. */
  void report(Throwable failure, PrintWriter err) {
    if (debug) {
      failure.printStackTrace(err);
    }
    err.println(sentence(failure));
  }

  static String sentence(Throwable failure) {
    if (failure instanceof NoSuchFileException missing) {
      return "There is no file or folder " + missing.getFile() + ".";
    } else if (failure instanceof AccessDeniedException denied) {
      return "Access to " + denied.getFile() + " is denied.";
    } else if (failure instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " exists already.";
    } else if (failure instanceof FileSystemException other) {
      // Its own message may be a bare path.
      String reason = other.getReason() == null ? "the system refuses" : other.getReason();
      return "%s cannot be used: %s.".formatted(other.getFile(), reason);
    } else if (failure instanceof OutOfMemoryError) {
      return ("Memory ran out (%s); give the JVM more with RCNN_JAVA_OPTS=-Xmx8g, use fewer threads, or,"
              + " if it was while SVMs were trained, lower svm.max-positives and svm.negative-cache.")
          .formatted(failure.getMessage());
    }
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName() + "; --debug shows where."
        : message.lines().findFirst().orElse(message);
  }
}
