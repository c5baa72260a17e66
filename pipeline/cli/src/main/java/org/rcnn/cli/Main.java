package org.rcnn.cli;

import java.util.Locale;
import org.rcnn.pipeline.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line: {@code rcnn COMMAND}. */
@Command(
    name = "rcnn",
    description = "Trains, evaluates and dissects an R-CNN object detector on VOC-style data.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    version = "rcnn 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CommandLine.HelpCommand.class})
public final class Main {

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show a failure's stack trace.")
  private boolean debug;

  private Main() {}

  /** Runs a command and exits with its status: 0 done, 1 a failure, 2 wrong usage. */
  public static void main(String[] arguments) {
    // Some languages have digits of their own, which are of no use in files and names.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(arguments));
  }

  /**
   * Runs a command.
   *
   * @return 0 done, 1 a failure told in one line, 2 wrong usage
   */
  public static int run(String... arguments) {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    Commands.addTo(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (main.debug) {
            failure.printStackTrace(command.getErr());
          }
          command.getErr().println(Failures.sentence(failure));
          return failure instanceof ConfigException
              ? CommandLine.ExitCode.USAGE
              : CommandLine.ExitCode.SOFTWARE;
        });
    line.setParameterExceptionHandler(
        (failure, parsed) -> {
          failure.getCommandLine().getErr().println(Failures.sentence(failure));
          failure
              .getCommandLine()
              .getErr()
              .printf(
                  "`%s --help` lists what it takes.%n",
                  failure.getCommandLine().getCommandSpec().qualifiedName());
          return CommandLine.ExitCode.USAGE;
        });
    if (arguments.length == 0) {
      line.usage(System.out);
      return CommandLine.ExitCode.USAGE;
    }
    try {
      return line.execute(arguments);
    } catch (Error e) {
      if (main.debug) {
        e.printStackTrace();
      }
      System.err.println(Failures.sentence(e));
      return CommandLine.ExitCode.SOFTWARE;
    }
  }
}
