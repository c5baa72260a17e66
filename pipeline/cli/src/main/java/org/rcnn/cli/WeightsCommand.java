package org.rcnn.cli;

import picocli.CommandLine.Command;

/** {@code rcnn weights}: what weight files contain, and which layers of a network it fits. */
@Command(
    name = "weights",
    description = "Inspects weight files and initialises networks from them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {WeightsInspectCommand.class, WeightsImportCommand.class})
final class WeightsCommand {}
