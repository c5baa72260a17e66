package org.rcnn.cli.progress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether people watch, or a file or another program takes what is printed. */
public final class Terminal {

  /** Moves to the beginning of the line and clears it: a progress bar may stand there. */
  static final String CLEAR_LINE = "\r\u001b[K";

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** Whether standard error is a terminal. */
  public static boolean isStandardError() {
    // Java 17 only tells whether standard input and output are terminals, both together.
    if (Files.isSymbolicLink(STANDARD_ERROR)) {
      try {
        return isTerminal(Files.readSymbolicLink(STANDARD_ERROR).toString());
      } catch (IOException e) {
        return false;
      }
    }
    return System.console() != null;
  }

  /** Whether a device's name on Linux is that of a terminal. */
  static boolean isTerminal(String device) {
    return device.startsWith("/dev/pts/")
        || device.startsWith("/dev/tty")
        || device.equals("/dev/console");
  }
}
