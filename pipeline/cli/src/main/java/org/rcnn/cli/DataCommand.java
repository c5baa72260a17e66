package org.rcnn.cli;

import picocli.CommandLine.Command;

/** Data sets: audited, drawn, fetched. */
@Command(
    name = "data",
    description =
        "Audits VOC-style folders, cuts their objects out, draws synthetic scenes, fetches VOC2007.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DataCheckCommand.class,
      DataCropsCommand.class,
      DataGenerateCommand.class,
      DataDownloadCommand.class
    })
final class DataCommand {}
