package org.rcnn.cli.progress;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.rcnn.data.Printable;

/**
 * The program's log on standard error: time, level and message in a line. Of other libraries only
 * errors are shown.
 */
public final class LogLines extends Handler {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

  /** Held, because Java forgets the level of a logger that no one holds. */
  private final Logger ours = Logger.getLogger("org.rcnn");

  private LogLines() {}

  /**
   * Makes this the only log of the process.
   *
   * @param quiet whether only warnings and errors are shown
   */
  public static void install(boolean quiet) {
    Logger all = LogManager.getLogManager().getLogger("");
    for (Handler other : all.getHandlers()) {
      all.removeHandler(other);
    }
    LogLines lines = new LogLines();
    lines.ours.setLevel(quiet ? Level.WARNING : Level.INFO);
    all.setLevel(Level.SEVERE);
    all.addHandler(lines);
  }

  @Override
  public void publish(LogRecord message) {
    if (!isLoggable(message)) {
      return;
    }
    // Looked up for every line, because a test may have put another stream there.
    PrintStream err = System.err;
    String line = line(message);
    err.println(Terminal.isStandardError() ? Terminal.CLEAR_LINE + line : line);
    if (message.getThrown() != null) {
      StringWriter trace = new StringWriter();
      message.getThrown().printStackTrace(new PrintWriter(trace, true));
      err.print(Printable.text(trace.toString()));
    }
  }

  static String line(LogRecord message) {
    return "%s %s %s"
        .formatted(
            TIME.format(message.getInstant()),
            word(message.getLevel()),
            Printable.line(String.valueOf(message.getMessage())));
  }

  private static String word(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    return level.intValue() >= Level.WARNING.intValue() ? "WARN" : "INFO";
  }

  @Override
  public void flush() {
    System.err.flush();
  }

  @Override
  public void close() {
    // Standard error stays open.
  }
}
