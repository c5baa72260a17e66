package org.rcnn.cli;

import picocli.CommandLine.Command;

/** What weight files hold and where it would go. */
@Command(
    name = "weights",
    description = "Looks into weight files and initialises networks from them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {WeightsInspectCommand.class, WeightsImportCommand.class})
final class WeightsCommand {}
