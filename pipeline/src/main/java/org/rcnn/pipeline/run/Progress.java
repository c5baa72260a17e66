package org.rcnn.pipeline.run;

import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's progress with rate and time left: a bar in a terminal, a line of the log every twenty
 * seconds elsewhere.
 */
public final class Progress implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
  private static final int LOG_INTERVAL_MS = 20_000;

  /** Room in a line of the log for a bar and a word about how it stands. */
  private static final int LOG_WIDTH = 160;

  private final ProgressBar bar;

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Starts a task.
   *
   * @param task its name
   * @param total how many steps it has
   * @param unit what a step is, such as {@code "images"}
   */
  public static Progress start(String task, long total, String unit) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(" " + unit, 1)
            .setStyle(ProgressBarStyle.ASCII)
            .showSpeed()
            .setEtaFunction(Progress::timeLeft);
    if (System.console() == null) {
      builder
          .setUpdateIntervalMillis(LOG_INTERVAL_MS)
          .setConsumer(new DelegatingProgressBarConsumer(LOG::info, LOG_WIDTH));
    } else {
      builder.setUpdateIntervalMillis(250);
    }
    return new Progress(builder.build());
  }

  private static Optional<Duration> timeLeft(ProgressState state) {
    long done = state.getCurrent() - state.getStart();
    if (done <= 0 || state.getMax() <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        state
            .getElapsedAfterStart()
            .dividedBy(done)
            .multipliedBy(state.getMax() - state.getCurrent()));
  }

  /** One step further. */
  public void step() {
    bar.step();
  }

  /** At a step, with a word about how it stands. */
  public void at(long done, String word) {
    bar.stepTo(done);
    bar.setExtraMessage(" " + word);
  }

  @Override
  public void close() {
    bar.close();
  }
}
