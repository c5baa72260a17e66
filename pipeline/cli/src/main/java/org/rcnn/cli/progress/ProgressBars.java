package org.rcnn.cli.progress;

import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import org.rcnn.pipeline.run.Progress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows tasks as bars with rate and time left: redrawn in a terminal, otherwise a log line every
 * twenty seconds.
 */
public final class ProgressBars implements Progress.Monitor {

  private static final Logger LOG = LoggerFactory.getLogger(ProgressBars.class);
  private static final int LOG_INTERVAL_MS = 20_000;
  private static final int TERMINAL_INTERVAL_MS = 250;

  /** Characters of a log line, enough for a bar and its status. */
  private static final int LOG_WIDTH = 160;

  @Override
  public Progress start(String task, long total, String unit) {
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(total)
            .setUnit(" " + unit, 1)
            .setStyle(ProgressBarStyle.ASCII)
            .showSpeed()
            .setEtaFunction(ProgressBars::timeLeft);
    if (System.console() == null) {
      builder
          .setUpdateIntervalMillis(LOG_INTERVAL_MS)
          .setConsumer(new DelegatingProgressBarConsumer(LOG::info, LOG_WIDTH));
    } else {
      builder.setUpdateIntervalMillis(TERMINAL_INTERVAL_MS);
    }
    return new Bar(builder.build());
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

  private record Bar(ProgressBar bar) implements Progress {
    @Override
    public void step() {
      bar.step();
    }

    @Override
    public void at(long done, String word) {
      bar.stepTo(done);
      bar.setExtraMessage(" " + word);
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
