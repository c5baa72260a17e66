package org.rcnn.cli;

import org.rcnn.cli.bench.BenchCommand;
import picocli.CommandLine;

/** The list of commands. */
final class Commands {

  private Commands() {}

  static void addTo(CommandLine line) {
    line.addSubcommand(new RunCommand());
    line.addSubcommand(StudyHelp.addTo(new CommandLine(new AblateCommand())));
    line.addSubcommand(new ReportCommand());
    line.addSubcommand(new DiffCommand());
    line.addSubcommand(new ReproduceCommand());
    line.addSubcommand(new PretrainCommand());
    for (StageCommand.Stage stage : StageCommand.Stage.values()) {
      CommandLine command = new CommandLine(new StageCommand(stage));
      command.getCommandSpec().usageMessage().description(stage.description());
      line.addSubcommand(stage.label(), command);
    }
    line.addSubcommand(new DetectCommand());
    line.addSubcommand(new ExportCommand());
    line.addSubcommand(new EvalCommand());
    line.addSubcommand(new ProposalsCommand());
    line.addSubcommand(new CleanCommand());
    line.addSubcommand(new ConfigCommand());
    line.addSubcommand(new DataCommand());
    line.addSubcommand(new WeightsCommand());
    line.addSubcommand(new BenchCommand());
  }
}
