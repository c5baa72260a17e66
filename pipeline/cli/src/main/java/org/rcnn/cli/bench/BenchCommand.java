package org.rcnn.cli.bench;

import picocli.CommandLine.Command;

/** {@code rcnn bench}: measures our speed and that of others in one run. */
@Command(
    name = "bench",
    description = "Measures our speed and that of well-known peers in one run, and how work grows.",
    subcommands = {
      BenchProposalsCommand.class,
      BenchCnnCommand.class,
      BenchImageCommand.class,
      BenchTrainCommand.class,
      BenchSvmCommand.class,
      BenchGrowthCommand.class
    })
public final class BenchCommand {}
