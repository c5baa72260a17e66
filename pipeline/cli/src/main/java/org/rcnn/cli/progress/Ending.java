package org.rcnn.cli.progress;

import java.io.PrintStream;
import java.util.Optional;

/**
 * The end of the process by Ctrl-C or SIGTERM: while an announcement is open, its sentence is
 * printed then, and the process is gone at once ({@link StopSignals}). Where that cannot be had, it
 * ends as Java does it; what fails because of the end need not be reported.
 */
public final class Ending implements AutoCloseable {

  private final Runnable withdraw;

  private Ending(Runnable withdraw) {
    this.withdraw = withdraw;
  }

  /**
   * Announces what to say if the process is stopped before the announcement is closed.
   *
   * @param sentence without a line break at its end
   */
  public static Ending announce(String sentence, PrintStream err) {
    String line = (Terminal.isStandardError() ? Terminal.CLEAR_LINE : "") + sentence;
    Runnable lastWords =
        () -> {
          err.println(line);
          err.flush();
        };
    Optional<StopSignals> signals = StopSignals.handle(lastWords);
    if (signals.isPresent()) {
      return new Ending(signals.get()::close);
    }
    Thread hook = new Thread(lastWords, "ending");
    Runtime.getRuntime().addShutdownHook(hook);
    return new Ending(
        () -> {
          if (!begun()) {
            Runtime.getRuntime().removeShutdownHook(hook);
          }
        });
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
    withdraw.run();
  }
}
