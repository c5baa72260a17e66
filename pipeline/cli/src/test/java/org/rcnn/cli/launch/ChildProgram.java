package org.rcnn.cli.launch;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;

/** Runs its arguments as a command in a {@link Child}, with a variable, as the launcher does. */
public final class ChildProgram {

  private ChildProgram() {}

  public static void main(String[] arguments) throws IOException {
    System.exit(Child.run(Arrays.asList(arguments), Collections.singletonMap("GIVEN", "here")));
  }
}
