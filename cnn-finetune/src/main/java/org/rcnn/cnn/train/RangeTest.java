package org.rcnn.cnn.train;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A learning rate range test (Smith 2017, "Cyclical learning rates for training neural networks"):
 * a copy of the network trains for {@value #ITERATIONS} iterations while the rate grows
 * exponentially from {@value #LOWEST} to {@value #HIGHEST}. The loss stays at first, then falls,
 * then rises when the steps have become too large. A tenth ({@value #SHARE}) of the rate at which
 * it begins to rise is the candidate.
 *
 * <p>Unlike Smith's, the test then proves its candidate, because small rates prepare a network for
 * greater ones, which it does not bear from the start: with batches of 16, SqueezeNet's loss began
 * to rise at 0.01, and 0.001 alone ruined it within five iterations. Other copies train for {@value
 * #TRIAL} iterations each, at the candidate, at a third of it, and so on, until one stands it: no
 * loss is above {@value #TWICE} times the first smoothed one, and the mean over the second half is
 * below that. Its rate is the suggestion.
 *
 * <p>One wild batch decides nothing. The loss is smoothed: each value is the mean over the five
 * batches before and the five after, none counted above {@value #CAP} times the first. It begins to
 * rise where it is above its lowest value so far by a quarter ({@value #RISE}) of that, and by
 * twice the noise of the batches that led there.
 *
 * @param points rates and losses, rates ascending; the test ends before the first loss that is no
 *     number, and where a loss is above {@value #CAP} times the first
 * @param trials rates tried alone, descending
 */
public record RangeTest(List<Point> points, List<Trial> trials) {

  /** Iterations of a test that is not cut short. */
  public static final int ITERATIONS = 100;

  /** The rate of the first iteration. */
  public static final double LOWEST = 1e-6;

  /** The rate of the last iteration. */
  public static final double HIGHEST = 1;

  /** The first rate that is tried as a share of the one at which the loss begins to rise. */
  public static final double SHARE = 0.1;

  /** Iterations of a trial. */
  public static final int TRIAL = 24;

  private static final int REACH = 5;
  private static final double CAP = 4;
  private static final double RISE = 0.25;
  private static final double TWICE = 2;
  private static final double NEXT = 1 / 3.0;

  /**
   * An iteration.
   *
   * @param rate the learning rate of its step
   * @param loss the loss of its batch before the step
   */
  public record Point(double rate, double loss) {}

  /**
   * Iterations at one rate, from the start.
   *
   * @param losses of each iteration's batch before its step; a trial ends before one that the
   *     network is not to have
   */
  public record Trial(double rate, List<Double> losses) {
    /** Keeps its own copy. */
    public Trial {
      losses = List.copyOf(losses);
    }
  }

  /** Keeps its own copies. */
  public RangeTest {
    points = List.copyOf(points);
    trials = List.copyOf(trials);
  }

  /** A test before its trials. */
  RangeTest(List<Point> points) {
    this(points, List.of());
  }

  /** The test with another trial. */
  RangeTest with(Trial trial) {
    List<Trial> more = new ArrayList<>(trials);
    more.add(trial);
    return new RangeTest(points, more);
  }

  /** The rate to try next; empty if there is none to try, or the last trial has stood. */
  OptionalDouble next() {
    if (trials.isEmpty()) {
      OptionalDouble rises = risesAt();
      return rises.isPresent() ? OptionalDouble.of(SHARE * rises.getAsDouble()) : rises;
    }
    Trial last = trials.get(trials.size() - 1);
    double next = last.rate() * NEXT;
    return stands(last) || next < LOWEST ? OptionalDouble.empty() : OptionalDouble.of(next);
  }

  /** Whether a loss is one that a trial may have. */
  boolean isBearable(double loss) {
    return loss <= TWICE * smoothed().get(0);
  }

  private boolean stands(Trial trial) {
    return trial.losses().size() == TRIAL
        && trial.losses().subList(TRIAL / 2, TRIAL).stream()
                .mapToDouble(loss -> loss)
                .average()
                .orElseThrow()
            < smoothed().get(0);
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
    for (int i = 0; i < losses.size(); i++) {
      if (losses.get(i) <= losses.get(lowest)) {
        lowest = i;
      } else if (losses.get(i)
          > losses.get(lowest) + Math.max(RISE * losses.get(lowest), 2 * noise(lowest, losses))) {
        return OptionalDouble.of(points.get(i).rate());
      }
    }
    return OptionalDouble.empty();
  }

  /** The root mean square of the differences between the losses about a point and the smoothed. */
  private double noise(int at, List<Double> losses) {
    double squares = 0;
    int from = Math.max(0, at - 2 * REACH);
    for (int i = from; i <= at; i++) {
      squares += Math.pow(capped(i) - losses.get(i), 2);
    }
    return Math.sqrt(squares / (at - from + 1));
  }

  /** The suggested rate: that of the trial that stood; empty if none did. */
  public OptionalDouble suggestion() {
    return trials.stream().filter(this::stands).mapToDouble(Trial::rate).findFirst();
  }
}
