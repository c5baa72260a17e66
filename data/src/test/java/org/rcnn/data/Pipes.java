package org.rcnn.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** Named pipes, which no one writes into: reading one waits for ever. */
public final class Pipes {

  private Pipes() {}

  /** Makes a pipe; where the system cannot, the test is skipped. */
  public static void make(Path place) throws InterruptedException {
    boolean made;
    try {
      made = new ProcessBuilder("mkfifo", place.toString()).start().waitFor() == 0;
    } catch (IOException e) {
      made = false;
    }
    assumeTrue(made, "There are no named pipes here.");
  }
}
