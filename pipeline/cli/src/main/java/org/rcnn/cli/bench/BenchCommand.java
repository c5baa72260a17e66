package org.rcnn.cli.bench;

import picocli.CommandLine.Command;

/** {@code rcnn bench}: our speed beside that of others, in one run. */
@Command(
    name = "bench",
    description = "Measures speed, ours beside that of well-known peers, in one run.",
    subcommands = {
      BenchProposalsCommand.class,
      BenchCnnCommand.class,
      BenchImageCommand.class,
      BenchSvmCommand.class
    })
public final class BenchCommand {}
