package org.rcnn.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.stream.Stream;
import org.rcnn.cli.options.Output;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Runs a command so that {@code --json -} gives JSON alone on standard output: whatever the command
 * or a library prints meanwhile goes to standard error. It is done here, once, so that it holds for
 * every command.
 */
final class JsonAlone implements IExecutionStrategy {

  @Override
  public int execute(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    Optional<Output> output = outputs(last.commandSpec()).filter(Output::isStandardOut).findFirst();
    return output.isPresent()
        ? aside(parsed, last.commandSpec(), output.get())
        : new RunLast().execute(parsed);
  }

  /** The outputs among a command's options, also within groups of options. */
  private static Stream<Output> outputs(CommandSpec spec) {
    return spec.mixins().values().stream()
        .flatMap(
            mixin ->
                mixin.userObject() instanceof Output output ? Stream.of(output) : outputs(mixin));
  }

  private static int aside(ParseResult parsed, CommandSpec command, Output output) {
    PrintStream standard = System.out;
    output.standardOut(standard);
    System.setOut(PrintableOutput.stream(System.err));
    command.commandLine().setOut(PrintableOutput.writer(new PrintWriter(System.err, true)));
    try {
      return new RunLast().execute(parsed);
    } finally {
      command.commandLine().getOut().flush();
      System.setOut(standard);
    }
  }
}
