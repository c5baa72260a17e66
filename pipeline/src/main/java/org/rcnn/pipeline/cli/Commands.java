package org.rcnn.pipeline.cli;

import java.util.ArrayList;
import java.util.List;

/** The list of commands. */
final class Commands {

  private Commands() {}

  static List<Object> all() {
    List<Object> commands = new ArrayList<>();
    commands.add(new RunCommand());
    commands.add(new AblateCommand());
    commands.add(new PretrainCommand());
    commands.add(new DetectCommand());
    return commands;
  }
}
