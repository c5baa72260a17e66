package org.rcnn.cnn.train;

/**
 * How stochastic gradient descent steps, in Caffe's terms.
 *
 * @param rate the base learning rate
 * @param schedule how the rate changes with the iterations
 * @param momentum the share of the previous step that is repeated
 * @param weightDecay the pull of every weight towards zero; biases are not decayed
 */
public record Solver(float rate, Schedule schedule, float momentum, float weightDecay) {

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
   * The paper's schedule: the rate is multiplied by a factor every so many iterations.
   *
   * @param every iterations between drops
   * @param drop the factor of each drop
   */
  public record Steps(int every, double drop) implements Schedule {
    @Override
    public double factor(int iteration, int total) {
      return Math.pow(drop, iteration / every);
    }
  }

  /**
   * A linear rise and then half a cosine down to zero; reaches more in a fixed time than steps do.
   *
   * @param warmup iterations of the rise
   */
  public record Cosine(int warmup) implements Schedule {
    @Override
    public double factor(int iteration, int total) {
      if (iteration < warmup) {
        return (iteration + 1.0) / warmup;
      }
      double progress = (double) (iteration - warmup) / Math.max(1, total - warmup);
      return 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  }

  /** Refuses values that cannot train. */
  public Solver {
    if (!(rate > 0) || momentum < 0 || momentum >= 1 || weightDecay < 0) {
      throw new IllegalArgumentException(
          "A solver needs rate > 0, 0 <= momentum < 1 and weight decay >= 0; it was given %s, %s, %s."
              .formatted(rate, momentum, weightDecay));
    }
  }
}
