package org.rcnn.cli.progress;

import java.io.PrintStream;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.RunStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows tasks with rate and time left, on standard error: in a terminal as bars that are redrawn,
 * otherwise as lines of the log, of which a short task has none. Where the log is quiet, nothing is
 * shown.
 */
public final class ProgressBars implements Progress.Monitor {

  private static final Logger LOG = LoggerFactory.getLogger(ProgressBars.class);
  private static final int TERMINAL_INTERVAL_MS = 250;

  private Optional<RunStage> stage = Optional.empty();

  /** Whether bars are drawn, so that other lines must make room for them. */
  public static boolean areDrawn() {
    return LOG.isInfoEnabled() && Terminal.isStandardError();
  }

  @Override
  public void stage(RunStage begun) {
    stage = Optional.of(begun);
  }

  @Override
  public void stageEnded() {
    stage = Optional.empty();
  }

  @Override
  public Progress start(String task, long total, String unit) {
    if (!LOG.isInfoEnabled()) {
      return new Progress.Unseen();
    }
    Task begun = new Task(task, total, unit, stage, System::nanoTime);
    return Terminal.isStandardError()
        ? new Bar(begun, drawn(begun))
        : new Lines(begun, System::nanoTime, LOG::info);
  }

  private static ProgressBar drawn(Task task) {
    return new ProgressBarBuilder()
        .setRenderer((state, columns) -> task.bar(columns))
        .setConsumer(new UntilTheEnd(System.err))
        .setUpdateIntervalMillis(TERMINAL_INTERVAL_MS)
        .continuousUpdate()
        .build();
  }

  /** Draws nothing over the last words of a process that is being stopped. */
  private static final class UntilTheEnd extends ConsoleProgressBarConsumer {
    UntilTheEnd(PrintStream err) {
      super(err);
    }

    @Override
    public void accept(String line) {
      if (!Ending.begun()) {
        super.accept(line);
      }
    }

    @Override
    public void close() {
      if (!Ending.begun()) {
        super.close();
      }
    }
  }

  private record Bar(Task task, ProgressBar bar) implements Progress {
    @Override
    public void step() {
      task.step();
    }

    @Override
    public void at(long done, String word) {
      task.at(done, word);
    }

    @Override
    public void resume(long done) {
      task.resume(done);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /**
   * Lines of a log, the more apart the longer a task takes: one every twenty seconds at first,
   * later one for each tenth of the time.
   */
  static final class Lines implements Progress {
    private static final long LEAST_NANOS = 20_000_000_000L;
    private static final int SHARE = 10;

    private final Task task;
    private final LongSupplier nanos;
    private final Consumer<String> log;
    private final long begin;
    private long last;

    Lines(Task task, LongSupplier nanos, Consumer<String> log) {
      this.task = task;
      this.nanos = nanos;
      this.log = log;
      this.begin = nanos.getAsLong();
      this.last = begin;
    }

    @Override
    public void step() {
      task.step();
      show();
    }

    @Override
    public void at(long done, String word) {
      task.at(done, word);
      show();
    }

    @Override
    public void resume(long done) {
      task.resume(done);
    }

    private void show() {
      long now = nanos.getAsLong();
      synchronized (task) {
        if (now - last < Math.max(LEAST_NANOS, (now - begin) / SHARE)) {
          return;
        }
        last = now;
      }
      if (!Ending.begun()) {
        log.accept(task.line());
      }
    }

    @Override
    public void close() {
      // The stage, or the command's result, says that it is done.
    }
  }
}
