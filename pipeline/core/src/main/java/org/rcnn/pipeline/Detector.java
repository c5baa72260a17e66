package org.rcnn.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.stage.DetectionAssembly;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.DetectorFile.Description;
import org.rcnn.proposals.SelectiveSearch;

/**
 * A trained detector, ready to find objects in images.
 *
 * <pre>{@code
 * try (Detector detector = Detector.load(Path.of("runs/demo"))) {
 *   for (Detection found : detector.detect(ImageFiles.read(photo))) { ... }
 * }
 * }</pre>
 *
 * <p>Several threads may use one detector. They share its {@link Options#threads} worker threads,
 * so a second image waits for the first. Owns native memory: close it.
 */
public final class Detector implements AutoCloseable {

  private static final int BATCH = 64;

  /** The steps from an image to its detections. */
  public enum Step {
    /** Boxes that may hold an object. */
    PROPOSE,
    /**
     * Warping the boxes: the sum over the threads, including the preparation that one thread does
     * for all.
     */
    WARP,
    /** The network's forward pass: the sum over the threads. */
    FORWARD,
    /** The head's scores. */
    SCORE,
    /** Box regression and non-maximum suppression. */
    SUPPRESS
  }

  /** Receives how long the steps of a detection took, from any thread. */
  public interface Clock {
    /** Adds time to a step; a step may be reported in several parts. */
    void spent(Step step, long nanoseconds);
  }

  private final Description description;
  private final DetectorFile file;
  private final SelectiveSearch search;
  private final FeatureExtractor extractor;
  private final DetectionAssembly assembly;

  private final ExecutorService pool;
  private final int threads;

  /**
   * How a detector runs.
   *
   * @param threads threads that share an image's regions
   * @param device where the network runs
   * @param execution how the network runs; a GPU runs {@link Execution#AUTO} and {@link
   *     Execution#PLAIN}, which are the same there
   */
  public record Options(int threads, ComputeDevice device, Execution execution) {

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if there is no thread, or a GPU is asked for a fused network
     *     or one in bfloat16
     */
    public Options {
      Objects.requireNonNull(device, "device");
      Objects.requireNonNull(execution, "execution");
      if (threads < 1) {
        throw new IllegalArgumentException(
            "A detector needs at least one thread, not " + threads + ".");
      }
      if (!execution.runsOn(device)) {
        throw new IllegalArgumentException(
            "On a GPU the execution must be auto or plain, not " + execution.label() + ".");
      }
    }

    /** All cores of the CPU, and the fastest execution that is exact up to rounding. */
    public static Options standard() {
      return on(ComputeDevice.CPU);
    }

    /**
     * All cores, the network on a device, and the fastest execution there that is exact up to
     * rounding.
     */
    public static Options on(ComputeDevice device) {
      return new Options(Runtime.getRuntime().availableProcessors(), device, Execution.AUTO);
    }

    /** The same with another number of threads. */
    public Options withThreads(int others) {
      return new Options(others, device, execution);
    }

    /** The same with another execution. */
    public Options withExecution(Execution other) {
      return new Options(threads, device, other);
    }
  }

  /**
   * A detector from a file that has been read.
   *
   * @throws IllegalStateException if there is no such device
   */
  public Detector(DetectorFile file, Options options) {
    this.file = file;
    this.threads = options.threads();
    this.pool = Executors.newFixedThreadPool(threads, Detector::worker);
    this.description = file.description();
    this.search = new SelectiveSearch(description.proposals().settings(description.seed()));
    this.assembly = new DetectionAssembly(description.detection().settings(), file.head());
    Set<Tap> taps = EnumSet.of(description.layer());
    if (file.regressor() != null) {
      taps.add(Tap.POOL5);
    }
    this.extractor =
        new FeatureExtractor(
            file.network(), file.weights(), taps, BATCH, options.device(), options.execution());
  }

  /**
   * Loads a detector with {@link Options#standard()}.
   *
   * @param path a detector file, or the folder of the run that made it
   * @throws IOException if there is no detector, or it is damaged or of another version
   */
  public static Detector load(Path path) throws IOException {
    return load(path, Options.standard());
  }

  /**
   * Loads a detector.
   *
   * @param path a detector file, or the folder of the run that made it
   * @param options how it runs
   * @throws IOException if there is no detector, or it is damaged or of another version
   * @throws IllegalStateException if there is no such device
   */
  public static Detector load(Path path, Options options) throws IOException {
    return new Detector(DetectorFile.read(path), options);
  }

  private static Thread worker(Runnable work) {
    Thread thread = new Thread(work, "detector");
    thread.setDaemon(true);
    return thread;
  }

  /** The classes that the detector knows, sorted. */
  public List<String> classes() {
    return description.classes();
  }

  /**
   * The score from which an object is more likely present than absent: 0 for SVMs, 0.5 for
   * probabilities.
   */
  public double evenOdds() {
    return file.head().evenOdds();
  }

  /**
   * Finds objects in an image.
   *
   * @return detections class by class, best first within a class. Boxes are in the image's pixels,
   *     0-based, with exclusive right and lower edges. SVM scores are decision values (above 0:
   *     more likely present than absent); softmax scores are probabilities. Scores go down to the
   *     lowest that the detector keeps (−1.1 for SVMs unless {@code detection.min-score} was set),
   *     so callers choose their own threshold
   */
  public List<Detection> detect(RgbImage image) {
    return detect(image, (step, nanoseconds) -> {});
  }

  /** As {@link #detect(RgbImage)}, and reports the time of each step to a clock. */
  public List<Detection> detect(RgbImage image, Clock clock) {
    long start = System.nanoTime();
    List<Box> regions = search.propose(image, pool);
    clock.spent(Step.PROPOSE, System.nanoTime() - start);
    RegionFeatures features =
        extractor.extract(image, regions, pool, threads, new ExtractionClock(clock));
    long extracted = System.nanoTime();
    float[] scores = file.scorer().score(features.at(description.layer()), regions.size());
    long scored = System.nanoTime();
    clock.spent(Step.SCORE, scored - extracted);
    List<Detection> found =
        assembly.detections(
            regions,
            scores,
            description.classes(),
            file.regressor(),
            file.regressor() == null ? null : features.at(Tap.POOL5),
            image.width(),
            image.height());
    clock.spent(Step.SUPPRESS, System.nanoTime() - scored);
    return found;
  }

  /** Passes the extraction's times on. */
  private record ExtractionClock(Clock clock) implements FeatureExtractor.Clock {
    @Override
    public void warped(long nanoseconds) {
      clock.spent(Step.WARP, nanoseconds);
    }

    @Override
    public void forwarded(long nanoseconds) {
      clock.spent(Step.FORWARD, nanoseconds);
    }
  }

  /** Frees the native memory. */
  @Override
  public void close() {
    pool.shutdown();
    extractor.close();
  }
}
