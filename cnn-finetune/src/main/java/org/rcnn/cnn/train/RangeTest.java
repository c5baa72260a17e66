package org.rcnn.cnn.train;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A learning rate range test (Smith 2017, "Cyclical learning rates for training neural networks"):
 * a copy of the network trains for {@value #ITERATIONS} iterations while the rate grows
 * exponentially from {@value #LOWEST} to {@value #HIGHEST}. The loss stays at first, then falls,
 * then rises when the steps have become too large.
 *
 * <p>The suggested rate is a fixed share ({@value #SHARE}) of the rate at which the loss begins to
 * rise. Momentum lets a rate show its effect only about ten iterations later, where the rate has
 * grown fourfold, and a training has to bear its rate for longer than a test.
 *
 * <p>One wild batch decides nothing. The loss is smoothed: each value is the mean over the five
 * batches before and the five after, none counted above {@value #CAP} times the first. It begins to
 * rise where it is above its lowest value so far by a tenth ({@value #RISE}) of the first, and by
 * twice the noise of single batches about the smoothed loss.
 *
 * @param points rates and losses, rates ascending; a test ends before the first loss that is no
 *     number, and where a loss is above {@value #CAP} times the first
 */
public record RangeTest(List<Point> points) {

  /** Iterations of a test that is not cut short. */
  public static final int ITERATIONS = 100;

  /** The rate of the first iteration. */
  public static final double LOWEST = 1e-6;

  /** The rate of the last iteration. */
  public static final double HIGHEST = 1;

  /** The suggested rate as a share of the rate at which the loss begins to rise. */
  public static final double SHARE = 0.1;

  private static final int REACH = 5;
  private static final double CAP = 4;
  private static final double RISE = 0.1;

  /**
   * An iteration.
   *
   * @param rate the learning rate of its step
   * @param loss the loss of its batch before the step
   */
  public record Point(double rate, double loss) {}

  /** Keeps its own copy. */
  public RangeTest {
    points = List.copyOf(points);
  }

  /**
   * The rate of an iteration.
   *
   * @param iteration from 0
   */
  static double rate(int iteration) {
    return LOWEST * Math.pow(HIGHEST / LOWEST, iteration / (ITERATIONS - 1.0));
  }

  /** Whether a loss is so high that greater rates need not be tried. */
  static boolean isOver(double firstLoss, double loss) {
    return !(loss <= CAP * firstLoss);
  }

  /** The smoothed losses, one for each point. */
  public List<Double> smoothed() {
    List<Double> smoothed = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      // On both sides: the mean over those before alone would shift the curve along the rates.
      int from = Math.max(0, i - REACH);
      int to = Math.min(points.size() - 1, i + REACH);
      double sum = 0;
      for (int j = from; j <= to; j++) {
        sum += capped(j);
      }
      smoothed.add(sum / (to - from + 1));
    }
    return smoothed;
  }

  private double capped(int i) {
    return Math.min(points.get(i).loss(), CAP * points.get(0).loss());
  }

  /** The rate at which the loss begins to rise; empty if it never does. */
  public OptionalDouble risesAt() {
    List<Double> losses = smoothed();
    int lowest = 0;
    double squares = 0;
    double noise = 0;
    for (int i = 0; i < losses.size(); i++) {
      double difference = capped(i) - losses.get(i);
      squares += difference * difference;
      if (losses.get(i) <= losses.get(lowest)) {
        lowest = i;
        noise = Math.sqrt(squares / (i + 1));
      } else if (losses.get(i) > losses.get(lowest) + Math.max(RISE * losses.get(0), 2 * noise)) {
        return OptionalDouble.of(points.get(i).rate());
      }
    }
    return OptionalDouble.empty();
  }

  /** The suggested rate; empty if the loss never rises. */
  public OptionalDouble suggestion() {
    OptionalDouble rises = risesAt();
    return rises.isPresent()
        ? OptionalDouble.of(SHARE * rises.getAsDouble())
        : OptionalDouble.empty();
  }
}
