package org.rcnn.spark;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.rcnn.data.SeedMix;
import org.rcnn.spark.ClusterModel.Stage;

/**
 * A stage on a cluster, event by event: what {@link ClusterModel} leaves out is that no two tasks
 * take the same time and that some machines are slow.
 *
 * <p>The driver dispatches tasks one after the other to free cores. A task takes its launch and its
 * images, times a log-normal factor, times more on a slow machine. Its commit waits for the file
 * system, which renames one file at a time. The driver collects parts in their order, each when it
 * is there and the one before is done. With speculation, once three quarters of the tasks have
 * ended, a free core takes the task that runs longest beyond half again the median; the first of
 * both to end counts.
 *
 * @param model the rates
 * @param spread the standard deviation of the logarithm of a task's factor
 * @param slowShare the share of machines that are slow
 * @param slowFactor how many times longer their tasks take
 * @param speculation whether late tasks are started again elsewhere
 */
public record ClusterSimulation(
    ClusterModel model, double spread, double slowShare, double slowFactor, boolean speculation) {

  /** From then on late tasks are started again: {@code spark.speculation.quantile}. */
  private static final double QUANTILE = 0.75;

  /** How late a task must be: {@code spark.speculation.multiplier}. */
  private static final double MULTIPLIER = 1.5;

  /**
   * How a stage went.
   *
   * @param seconds until the last part is in the run's stores
   * @param computed until the last part was committed
   * @param speculative tasks that were started again
   */
  public record Outcome(double seconds, double computed, int speculative) {}

  /** An attempt that ends at a time. */
  private record Attempt(double end, int part, int core) implements Comparable<Attempt> {
    @Override
    public int compareTo(Attempt other) {
      int order = Double.compare(end, other.end);
      return order != 0 ? order : Integer.compare(core, other.core);
    }
  }

  /**
   * Runs a stage.
   *
   * @param executors machines
   * @param coresEach cores of a machine
   * @param seed of the tasks' times
   */
  public Outcome run(Stage stage, int executors, int coresEach, long seed) {
    return new Course(stage, executors, coresEach, seed).run();
  }

  /** The course of one stage. */
  private final class Course {
    private final Stage stage;
    private final int coresEach;
    private final int cores;
    private final long seed;
    private final boolean[] slow;
    private final double[] committed;
    private final double[] begun;
    private final int[] attempts;
    private final PriorityQueue<Attempt> running = new PriorityQueue<>();
    private final double[] durations;
    private final Deque<Integer> idle = new ArrayDeque<>();
    private int ended;
    private int next;
    private double dispatcher;
    private double renamer;
    private int speculative;
    private int oldest;
    private int counted;
    private double median;

    Course(Stage stage, int executors, int coresEach, long seed) {
      this.stage = stage;
      this.coresEach = coresEach;
      this.cores = executors * coresEach;
      this.seed = seed;
      this.slow = new boolean[executors];
      SplittableRandom random = new SplittableRandom(SeedMix.mix(seed, -1));
      for (int i = 0; i < executors; i++) {
        slow[i] = random.nextDouble() < slowShare;
      }
      this.committed = new double[stage.parts()];
      Arrays.fill(committed, Double.POSITIVE_INFINITY);
      this.begun = new double[stage.parts()];
      this.attempts = new int[stage.parts()];
      this.durations = new double[stage.parts()];
    }

    Outcome run() {
      for (int core = 0; core < cores; core++) {
        idle.add(core);
      }
      double now = 0;
      while (ended < committed.length) {
        while (!idle.isEmpty() && next < committed.length) {
          begin(next++, idle.poll(), now);
        }
        double late = speculation && !idle.isEmpty() ? startLate(now) : Double.POSITIVE_INFINITY;
        if (late < running.peek().end()) {
          now = late;
        } else {
          Attempt attempt = running.poll();
          end(attempt);
          now = attempt.end();
          idle.add(attempt.core());
        }
      }
      double computed = Arrays.stream(committed).max().orElse(0);
      return new Outcome(collected() + stage.serialSeconds(), computed, speculative);
    }

    private void begin(int part, int core, double now) {
      dispatcher = Math.max(dispatcher, now) + model.dispatchSeconds();
      double taken = seconds(part, core);
      begun[part] = dispatcher;
      attempts[part]++;
      running.add(new Attempt(dispatcher + taken, part, core));
    }

    private double seconds(int part, int core) {
      SplittableRandom random = new SplittableRandom(SeedMix.mix(seed, part, attempts[part]));
      int images = Math.min(SparkRunner.IMAGES, stage.images() - part * SparkRunner.IMAGES);
      // So that the mean of the factors is 1.
      double factor = Math.exp(spread * gaussian(random) - spread * spread / 2);
      double plain = model.launchSeconds() + images * stage.secondsPerImage() * factor;
      return slow[core / coresEach] ? plain * slowFactor : plain;
    }

    private double gaussian(SplittableRandom random) {
      double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
      return radius * Math.cos(2 * Math.PI * random.nextDouble());
    }

    private void end(Attempt attempt) {
      if (committed[attempt.part()] != Double.POSITIVE_INFINITY) {
        return;
      }
      renamer = Math.max(renamer, attempt.end()) + model.commitSeconds();
      committed[attempt.part()] = renamer;
      durations[ended++] = attempt.end() - begun[attempt.part()];
    }

    /**
     * Starts tasks again that are late, on idle cores.
     *
     * @return when the next one will be late; infinite if none will
     */
    private double startLate(double now) {
      if (ended < QUANTILE * committed.length) {
        return Double.POSITIVE_INFINITY;
      }
      double bound = MULTIPLIER * median();
      while (true) {
        // Parts begin in their order, so the first that is open has run longest.
        while (oldest < next
            && (committed[oldest] < Double.POSITIVE_INFINITY || attempts[oldest] > 1)) {
          oldest++;
        }
        if (oldest == next || idle.isEmpty()) {
          return Double.POSITIVE_INFINITY;
        }
        double late = begun[oldest] + bound;
        if (late > now) {
          return late;
        }
        speculative++;
        begin(oldest, idle.poll(), now);
      }
    }

    /** The median of the tasks that have ended, renewed with every hundredth of the parts. */
    private double median() {
      if (counted == 0 || ended - counted > committed.length / 100) {
        double[] sorted = Arrays.copyOf(durations, ended);
        Arrays.sort(sorted);
        median = sorted[ended / 2];
        counted = ended;
      }
      return median;
    }

    private double collected() {
      double at = 0;
      for (int part = 0; part < committed.length; part++) {
        int images = Math.min(SparkRunner.IMAGES, stage.images() - part * SparkRunner.IMAGES);
        at =
            Math.max(at, committed[part])
                + images * stage.bytesPerImage() / model.collectBytesPerSecond();
      }
      return at;
    }
  }
}
