package org.rcnn.cnn.train;

import org.rcnn.data.Check;

/**
 * How stochastic gradient descent steps, in Caffe's terms.
 *
 * @param rate the base learning rate
 * @param schedule how the rate changes with the iterations
 * @param momentum the share of the previous step that is repeated
 * @param weightDecay factor of the weights that is added to their gradient; biases do not decay
 */
public record Solver(double rate, Schedule schedule, double momentum, double weightDecay) {

  /** The factor on the base rate at each iteration. */
  public sealed interface Schedule {
    /**
     * The factor.
     *
     * @param iteration from 0
     * @param total the number of iterations of the whole training
     */
    double factor(int iteration, int total);
  }

  /**
   * The paper's schedule: the rate is multiplied by a factor at regular intervals.
   *
   * @param rateDropEvery iterations between drops
   * @param rateDrop the factor of each drop
   */
  public record Steps(int rateDropEvery, double rateDrop) implements Schedule {
    /** Refuses invalid values; the message names the setting. */
    public Steps {
      Check.atLeast("rate-drop-every", rateDropEvery, 1);
      Check.within("rate-drop", rateDrop, 1e-6, 1);
    }

    @Override
    public double factor(int iteration, int total) {
      return Math.pow(rateDrop, iteration / rateDropEvery);
    }
  }

  /**
   * A linear rise, then half a cosine down to zero. In a fixed time it trains a better network than
   * steps.
   *
   * @param warmup iterations of the rise
   */
  public record Cosine(int warmup) implements Schedule {
    /** Refuses a negative number of iterations. */
    public Cosine {
      Check.atLeast("warmup", warmup, 0);
    }

    @Override
    public double factor(int iteration, int total) {
      if (iteration < warmup) {
        return (iteration + 1.0) / warmup;
      }
      double progress = (double) (iteration - warmup) / Math.max(1, total - warmup);
      return 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }

  /** Refuses invalid values; the message names the setting. */
  public Solver {
    Check.within("rate", rate, 1e-9, 10);
    Check.given("schedule", schedule);
    Check.within("momentum", momentum, 0, 0.9999);
    Check.within("weight-decay", weightDecay, 0, 1);
  }
}
