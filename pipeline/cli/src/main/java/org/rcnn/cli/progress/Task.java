package org.rcnn.cli.progress;

import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.rcnn.data.Printable;
import org.rcnn.pipeline.run.RunStage;
import org.rcnn.pipeline.run.TimeLeft;

/**
 * How far a task is and how fast it is, in words. The rate counts what was done since the task
 * began, not what it resumed from.
 */
final class Task {

  private static final double NANOS = 1e9;

  /** Columns of a bar that is worth drawing. */
  private static final int LEAST_BAR = 10;

  private static final int MOST_BAR = 40;

  private final String name;
  private final long total;
  private final String unit;
  private final Optional<RunStage> stage;
  private final LongSupplier nanos;

  private long done;
  private long base;
  private long since;
  private String word = "";

  /**
   * A task that begins now.
   *
   * @param total how many steps it has; -1 if unknown
   * @param unit what a step is, in the plural
   * @param stage the stage of a run that it belongs to
   * @param nanos the time in nanoseconds
   */
  Task(String name, long total, String unit, Optional<RunStage> stage, LongSupplier nanos) {
    this.name = name;
    this.total = total;
    this.unit = unit;
    this.stage = stage;
    this.nanos = nanos;
    this.since = nanos.getAsLong();
  }

  synchronized void step() {
    done++;
  }

  synchronized void at(long steps, String status) {
    if (steps < done) {
      // Another pass.
      base = 0;
      since = nanos.getAsLong();
    }
    done = steps;
    word = status;
  }

  synchronized void resume(long steps) {
    done = steps;
    base = steps;
    since = nanos.getAsLong();
  }

  /** Steps a second; NaN before the first. */
  private double rate() {
    double seconds = (nanos.getAsLong() - since) / NANOS;
    return done > base && seconds > 0 ? (done - base) / seconds : Double.NaN;
  }

  /** Seconds to the end; NaN if unknown. */
  private double left() {
    return total < 0 ? Double.NaN : Math.max(0, total - done) / rate();
  }

  /** The time to the end of the run; empty if it is unknown, or there is no run. */
  private Optional<TimeLeft> toTheEnd() {
    double left = left();
    return Double.isNaN(left)
        ? Optional.empty()
        : stage.filter(RunStage::oneTask).map(its -> its.toTheEnd(left, total / rate()));
  }

  /** The line of a log. */
  synchronized String line() {
    StringBuilder line = new StringBuilder();
    stage.ifPresent(its -> line.append(its.place()).append(": "));
    line.append(name).append(", ").append(count(done));
    if (total >= 0) {
      line.append(" of ").append(count(total));
    }
    line.append(' ').append(unit).append(speed());
    if (!word.isBlank()) {
      line.append(", ").append(word);
    }
    toTheEnd().flatMap(TimeLeft::words).ifPresent(run -> line.append("; ").append(run));
    return Printable.line(line.toString());
  }

  /** Rate and time left, each behind a comma, as far as they are known. */
  private String speed() {
    double rate = rate();
    if (Double.isNaN(rate)) {
      return "";
    }
    String left = left() > 0 ? ", " + TimeLeft.duration(left()) + " left" : "";
    return ", " + rateWords(rate, unit) + left;
  }

  /** A rate with two or three digits, such as {@code "4.1 images/s"} or {@code "12.5 s each"}. */
  static String rateWords(double rate, String unit) {
    if (rate < 0.1) {
      return String.format(Locale.ROOT, "%.1f s each", 1 / rate);
    }
    String format = rate < 1 ? "%.2f %s/s" : rate < 100 ? "%.1f %s/s" : "%.0f %s/s";
    return String.format(Locale.ROOT, format, rate, unit);
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** The line of a terminal, of at most so many columns: a bar as long as there is room. */
  synchronized String bar(int columns) {
    StringBuilder head = new StringBuilder();
    stage.ifPresent(its -> head.append(its.number()).append('/').append(its.of()).append(' '));
    head.append(name).append(' ');
    StringBuilder tail = new StringBuilder(count(done));
    if (total >= 0) {
      tail.append('/').append(count(total));
    }
    tail.append(' ').append(unit).append(speed());
    toTheEnd()
        .filter(run -> run.words().isPresent())
        .ifPresent(
            run ->
                tail.append(run.unmeasured().isEmpty() ? ", run " : ", run over ")
                    .append(TimeLeft.duration(run.seconds())));
    if (!word.isBlank()) {
      tail.append(", ").append(word);
    }
    String line = Printable.line(head + drawn(columns - head.length() - tail.length() - 3) + tail);
    // Filled up, to cover what stood there before.
    return (line + " ".repeat(Math.max(0, columns - line.length())))
        .substring(0, Math.max(0, columns));
  }

  private String drawn(int room) {
    if (total <= 0 || room < LEAST_BAR) {
      return "";
    }
    int length = Math.min(room, MOST_BAR);
    int full = (int) Math.min(length, length * done / total);
    String tip = full < length ? ">" : "";
    return "[%s%s%s] ".formatted("=".repeat(full), tip, " ".repeat(length - full - tip.length()));
  }
}
