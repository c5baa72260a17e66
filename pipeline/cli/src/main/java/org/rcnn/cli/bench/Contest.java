package org.rcnn.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The measurement behind every bench.
 *
 * <p>All contestants are opened and warmed up. Then they take turns, round by round, so that other
 * load on the machine slows all of them equally. A contestant decides which part of its turn is
 * timed; the median of its turns counts. A peer that fails is reported and left out; a failure of
 * ours ends the bench.
 */
final class Contest {

  private final LongSupplier nanoseconds;
  private final Consumer<String> problems;
  private final Meter[] meters;
  private final List<Stopwatch> entries = new ArrayList<>();

  /** A piece of work. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /** An implementation that takes part. */
  @FunctionalInterface
  interface Contestant extends AutoCloseable {

    /** Does the work once. */
    void turn(Stopwatch watch) throws IOException;

    /** Runs before the first round, so that code is compiled; nothing for cold measurements. */
    default void warmUp() throws IOException {}

    /** Adds further figures by key, after the last round. */
    default void conclude(double medianSeconds, Map<String, Double> figures) throws IOException {}

    @Override
    default void close() {}
  }

  /**
   * A contest with the JVM's clock.
   *
   * @param problems receives a sentence for each peer that fails
   * @param meters read around every timed piece of work, the first one next to the clock
   */
  Contest(Consumer<String> problems, Meter... meters) {
    this(System::nanoTime, problems, meters);
  }

  /** A contest with another clock. */
  Contest(LongSupplier nanoseconds, Consumer<String> problems, Meter... meters) {
    this.nanoseconds = nanoseconds;
    this.problems = problems;
    this.meters = meters;
  }

  /** Adds one of our implementations. */
  void enter(String what, int threads, Work<Contestant> opening) {
    entries.add(new Stopwatch(what, threads, false, opening));
  }

  /** Adds another program, with which ours are compared. */
  void enterPeer(String what, int threads, Work<Contestant> opening) {
    entries.add(new Stopwatch(what, threads, true, opening));
  }

  /** Measures all contestants, each in every round. */
  List<Measurement> run(int rounds) throws IOException {
    return run(rounds, Double.POSITIVE_INFINITY, () -> {});
  }

  /**
   * Measures all contestants, and closes them.
   *
   * @param rounds turns of each contestant
   * @param enough seconds; a contestant whose turn takes longer gets no further turn
   * @param afterRound called after each round
   * @return a measurement of each that did not fail, in the order in which they entered
   * @throws IOException the failure of one of ours
   */
  List<Measurement> run(int rounds, double enough, Runnable afterRound) throws IOException {
    List<Measurement> measurements = new ArrayList<>();
    try {
      forEach(entry -> entry.contestant = entry.opening.run());
      forEach(entry -> entry.contestant.warmUp());
      for (int i = 0; i < rounds; i++) {
        int round = i;
        forEach(entry -> entry.takeTurn(round, enough));
        afterRound.run();
      }
      forEach(entry -> measurements.add(entry.conclude()));
      return measurements;
    } finally {
      entries.stream().filter(e -> e.contestant != null).forEach(e -> e.contestant.close());
    }
  }

  private interface Step {
    void on(Stopwatch entry) throws IOException;
  }

  private void forEach(Step step) throws IOException {
    for (Stopwatch entry : entries) {
      if (!entry.failed) {
        try {
          step.on(entry);
        } catch (IOException | RuntimeException | LinkageError e) {
          if (!entry.peer) {
            throw e;
          }
          entry.failed = true;
          problems.accept("%s fails and is left out: %s".formatted(entry.what, e.getMessage()));
        }
      }
    }
  }

  /** A contestant's watch: it times the work of each turn, and keeps all times. */
  final class Stopwatch {
    private final String what;
    private final int threads;
    private final boolean peer;
    private final Work<Contestant> opening;
    private final List<Double> taken = new ArrayList<>();
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();
    private Contestant contestant;
    private boolean failed;
    private int round;
    private double seconds;

    private Stopwatch(String what, int threads, boolean peer, Work<Contestant> opening) {
      this.what = what;
      this.threads = threads;
      this.peer = peer;
      this.opening = opening;
    }

    /** The number of the round, from 0. */
    int round() {
      return round;
    }

    /** Runs a piece of work; its time is the turn's time, and the meters read it too. */
    <T> T time(Work<T> work) throws IOException {
      double[] before = new double[meters.length];
      for (int m = meters.length - 1; m >= 0; m--) {
        before[m] = meters[m].before.getAsDouble();
      }
      long begin = nanoseconds.getAsLong();
      T result = work.run();
      seconds = (nanoseconds.getAsLong() - begin) / 1e9;
      for (int m = 0; m < meters.length; m++) {
        put(meters[m].key, meters[m].after.getAsDouble() - before[m]);
      }
      return result;
    }

    /** The time of this turn. */
    double seconds() {
      return seconds;
    }

    /** Sets the time, for a contestant with a clock of its own or with several items in a turn. */
    void seconds(double other) {
      seconds = other;
    }

    /** Adds a figure of this turn; the result has the median over the turns. */
    void put(String key, double value) {
      figures.computeIfAbsent(key, first -> new ArrayList<>()).add(value);
    }

    private void takeTurn(int next, double enough) throws IOException {
      if (next == 0 || seconds <= enough) {
        round = next;
        contestant.turn(this);
        taken.add(seconds);
      }
    }

    private Measurement conclude() throws IOException {
      double median = BenchTable.median(taken);
      Map<String, Double> summary = new LinkedHashMap<>();
      figures.forEach((key, values) -> summary.put(key, Meter.summary(key, values)));
      contestant.conclude(median, summary);
      return new Measurement(what, threads, median, peer, summary);
    }
  }
}
