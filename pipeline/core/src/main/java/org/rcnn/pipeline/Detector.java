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
 * <p>Safe for use by several threads, which share {@link Options#threads} of its own: the second
 * image waits for the first. Owns native memory: close it.
 */
public final class Detector implements AutoCloseable {

  private static final int BATCH = 64;

  /** The steps from an image to its detections. */
  public enum Step {
    /** Boxes that may hold an object. */
    PROPOSE,
    /**
     * Warping the boxes; summed over the threads, with what one of them does beforehand for all.
     */
    WARP,
    /** The network; summed over the threads. */
    FORWARD,
    /** The head's scores. */
    SCORE,
    /** Box regression and non-maximum suppression. */
    SUPPRESS
  }

  /** Hears how long the steps of a detection took, in any thread. */
  public interface Clock {
    /** Part of a step, or all of it, is done. */
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
   * @param execution how; a GPU only runs plain
   */
  public record Options(int threads, ComputeDevice device, Execution execution) {

    /** Refuses what cannot be. */
    public Options {
      Objects.requireNonNull(device, "device");
      Objects.requireNonNull(execution, "execution");
      if (threads < 1) {
        throw new IllegalArgumentException("A detector needs at least one thread.");
      }
      if (device == ComputeDevice.GPU && execution != Execution.PLAIN) {
        throw new IllegalArgumentException("On a GPU networks run plain.");
      }
    }

    /** All cores, and the fastest way through the network in single precision. */
    public static Options standard() {
      return on(ComputeDevice.CPU);
    }

    /** The same with the network on a device. */
    public static Options on(ComputeDevice device) {
      return new Options(
          Runtime.getRuntime().availableProcessors(),
          device,
          Execution.inSinglePrecision(device, System.getProperty("os.arch")));
    }

    /** The same with another number of threads. */
    public Options withThreads(int others) {
      return new Options(others, device, execution);
    }

    /** The same with another way through the network. */
    public Options withExecution(Execution other) {
      return new Options(threads, device, other);
    }
  }

  /**
   * A detector in memory.
   *
   * @throws IllegalStateException if there is no such device
   */
  public Detector(DetectorFile file, Options options) {
    this.file = file;
    this.threads = options.threads();
    this.pool = Executors.newFixedThreadPool(threads, Detector::worker);
    this.description = file.description();
    this.search = new SelectiveSearch(description.proposals().settings(description.seed()));
    this.assembly = new DetectionAssembly(description.detection(), file.head());
    Set<Tap> taps = EnumSet.of(description.layer());
    if (file.regressor() != null) {
      taps.add(Tap.POOL5);
    }
    this.extractor =
        new FeatureExtractor(
            file.network(), file.weights(), taps, BATCH, options.device(), options.execution());
  }

  /**
   * Loads a detector.
   *
   * @param path a detector file, or the folder of the run that made it
   * @throws IOException if there is none, or it is damaged
   */
  public static Detector load(Path path) throws IOException {
    return load(path, Options.standard());
  }

  /**
   * Loads a detector to run in a way of one's own.
   *
   * @param path a detector file, or the folder of the run that made it
   * @throws IOException if there is none, or it is damaged
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

  /** The score from which an object is rather there than not: 0 for SVMs, 0.5 for probabilities. */
  public double evenOdds() {
    return file.head().evenOdds();
  }

  /**
   * Finds objects in an image.
   *
   * @return detections class by class, best first within a class; boxes in the image's pixels. SVM
   *     scores are signed distances to the margin (above 0: rather yes than no), softmax scores are
   *     probabilities; low scores are included, down to the trained setting, for the caller to cut
   */
  public List<Detection> detect(RgbImage image) {
    return detect(image, (step, nanoseconds) -> {});
  }

  /** As {@link #detect(RgbImage)}, telling a clock what took how long. */
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

  /** Passes on what the extraction tells. */
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
