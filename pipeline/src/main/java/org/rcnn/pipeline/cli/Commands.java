package org.rcnn.pipeline.cli;

import java.util.List;

/** The list of commands. */
final class Commands {

  private Commands() {}

  static List<Object> all() {
    return List.of(
        new DataCommand(), new EvalCommand(), new ProposalsCommand(), new WeightsCommand());
  }
}
