package org.rcnn.cli;

import picocli.CommandLine.Command;

/** {@code rcnn weights}: fetches weight files, and tells what they contain and which layers fit. */
@Command(
    name = "weights",
    description =
        "Fetches published weights, inspects weight files, initialises networks from them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      WeightsDownloadCommand.class,
      WeightsInspectCommand.class,
      WeightsImportCommand.class
    })
final class WeightsCommand {}
