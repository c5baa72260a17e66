package org.rcnn.cnn.train;

import java.io.IOException;
import java.util.Locale;

/**
 * A training whose loss or weights are no longer numbers. It cannot recover: every later loss would
 * be none either.
 */
public final class DivergedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int iteration;
  private final double rate;

  /**
   * A diverged training.
   *
   * @param iteration the first iteration whose loss, or whose step's weights, are no numbers,
   *     counted from 1
   * @param rate the learning rate there
   * @param advice what to do, a sentence
   */
  public DivergedException(int iteration, double rate, String advice) {
    super(
        String.format(
            Locale.ROOT,
            "Training stopped at iteration %d, where the loss is no number any more: the learning"
                + " rate, %s, is too high. %s",
            iteration,
            Double.toString(rate).replaceAll("\\.0$", ""),
            advice));
    this.iteration = iteration;
    this.rate = rate;
  }

  /** The first iteration whose loss, or whose step's weights, are no numbers, from 1. */
  public int iteration() {
    return iteration;
  }

  /** The learning rate there. */
  public double rate() {
    return rate;
  }
}
