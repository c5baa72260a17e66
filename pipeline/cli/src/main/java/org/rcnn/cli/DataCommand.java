package org.rcnn.cli;

import picocli.CommandLine.Command;

/** {@code rcnn data}: audits, converts, cuts, generates and downloads data sets. */
@Command(
    name = "data",
    description =
        "Audits folders of annotated images, converts them, cuts out their objects, draws synthetic"
            + " scenes, downloads VOC2007.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DataCheckCommand.class,
      DataConvertCommand.class,
      DataCropsCommand.class,
      DataGenerateCommand.class,
      DataDownloadCommand.class
    })
final class DataCommand {}
