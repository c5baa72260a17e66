package org.rcnn.cli;

import java.util.Locale;
import org.rcnn.cli.options.LabelConverter;
import org.rcnn.cli.progress.Ending;
import org.rcnn.cli.progress.LogLines;
import org.rcnn.cli.progress.Resumable;
import org.rcnn.pipeline.config.ProgramVersion;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line: {@code rcnn COMMAND}. */
@Command(
    name = "rcnn",
    description =
        "Trains, evaluates and analyses an R-CNN object detector on a folder of annotated images.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CommandLine.HelpCommand.class, AutoComplete.GenerateCompletion.class})
public final class Main {

  @Mixin private final Failures failures = new Failures();

  /** What {@code --version} prints. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"rcnn " + ProgramVersion.current()};
    }
  }

  private Main() {}

  /** Runs a command and exits with its status: 0 done, 1 a failure, 2 wrong usage. */
  public static void main(String[] arguments) {
    // Some locales have digits of their own, which other programs could not read in our files.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(true, arguments));
  }

  /** What to say when the command is stopped. */
  private static String whenStopped(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last.commandSpec().userObject() instanceof Resumable command
        ? "Stopped; the same command resumes from here: %s.".formatted(command.kept())
        : "Stopped.";
  }

  /**
   * Runs a command.
   *
   * @return 0 done, 1 a failure, reported in one line, 2 wrong usage
   */
  public static int run(String... arguments) {
    return run(false, arguments);
  }

  /** Runs a command; tells how to resume if the process is stopped, in case it is the process's. */
  private static int run(boolean ownsProcess, String... arguments) {
    LogLines.install(false);
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    Commands.addTo(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    LabelConverter.addTo(line);
    line.setExecutionExceptionHandler(main.failures);
    line.setParameterExceptionHandler(main.failures);
    PrintableOutput strategy = new PrintableOutput(new JsonAlone());
    line.setExecutionStrategy(
        parsed -> {
          LogLines.install(main.failures.isQuiet());
          if (!ownsProcess) {
            return strategy.execute(parsed);
          }
          Ending ending = Ending.announce(whenStopped(parsed), System.err);
          try {
            return strategy.execute(parsed);
          } finally {
            ending.close();
          }
        });
    if (arguments.length == 0) {
      line.usage(System.out);
      return CommandLine.ExitCode.USAGE;
    }
    try {
      int status = line.execute(arguments);
      line.getOut().flush();
      // A stream for printing tells of a full disk or a closed pipe only if asked.
      if (System.out.checkError() && status == 0) {
        line.getErr().println("Standard output could not be written to the end; is its disk full?");
        return CommandLine.ExitCode.SOFTWARE;
      }
      return status;
    } catch (Error e) {
      main.failures.report(e, line.getErr());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }
}
