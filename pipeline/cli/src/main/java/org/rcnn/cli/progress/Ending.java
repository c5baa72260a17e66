package org.rcnn.cli.progress;

import java.io.PrintStream;

/**
 * The end of the process by Ctrl-C or SIGTERM: while an announcement is open, its sentence is
 * printed then. What fails because of the end need not be reported.
 */
public final class Ending implements AutoCloseable {

  private final Thread hook;

  private Ending(Thread hook) {
    this.hook = hook;
  }

  /**
   * Announces what to say if the process is stopped before the announcement is closed.
   *
   * @param sentence without a line break at its end
   */
  public static Ending announce(String sentence, PrintStream err) {
    String line = (Terminal.isStandardError() ? Terminal.CLEAR_LINE : "") + sentence;
    Thread hook = new Thread(() -> err.println(line), "ending");
    Runtime.getRuntime().addShutdownHook(hook);
    return new Ending(hook);
  }

  /** Whether the process is ending. */
  public static boolean begun() {
    try {
      Thread nothing = new Thread(() -> {}, "nothing");
      Runtime.getRuntime().removeShutdownHook(nothing);
      return false;
    } catch (IllegalStateException e) {
      // Java says it in no other way.
      return true;
    }
  }

  @Override
  public void close() {
    if (!begun()) {
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
