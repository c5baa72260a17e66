package org.rcnn.pipeline;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.stage.ClassThreshold;
import org.rcnn.pipeline.stage.DetectionAssembly;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.DetectorFile.Description;
import org.rcnn.proposals.ProposalSource;
import org.rcnn.proposals.SelectiveSearch;
import org.rcnn.proposals.SelectiveSearchConfig;
import org.rcnn.proposals.WholePixelProposals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trained detector, ready to find objects in images.
 *
 * <pre>{@code
 * try (Detector detector = Detector.load(Path.of("runs/demo"))) {
 *   for (Detection found : detector.detect(photo)) { ... }
 * }
 * }</pre>
 *
 * <p>A detection counts from a score that training chose for its class ({@link #thresholds}); a
 * {@link Cut} asks for others.
 *
 * <p><b>Threads.</b> Several threads may use one detector, and each gets what it would get alone.
 * They share its {@link Options#threads} worker threads, so a second image waits for the first: one
 * detector serves a whole program. A second one costs its weights again and is no faster.
 *
 * <p><b>Memory.</b> A detector holds its weights twice, in the heap and in native memory, and for
 * each image at work its boxes and their features, {@code boxes × (dimension of the layer + of
 * pool5) × 4} bytes of heap, and a batch of 64 regions with the network's maps for each worker
 * thread in native memory. Nothing of an image is kept.
 *
 * <p><b>Closing.</b> A detector owns native memory and threads: close it. Detections that run when
 * it is closed end as usual, and the last of them frees both; later ones are refused. On Linux, a
 * warning is logged if glibc's malloc would slow the network down.
 */
public final class Detector implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Detector.class);

  private static final int BATCH = 64;

  private static final Clock SILENT = (step, nanoseconds) -> {};

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

  /** No limit on the number of detections of an image. */
  public static final int NO_LIMIT = Integer.MAX_VALUE;

  /** Receives how long the steps of a detection took, from any thread. */
  public interface Clock {
    /** Adds time to a step; a step may be reported in several parts. */
    void spent(Step step, long nanoseconds);
  }

  /** Which detections are returned. */
  @FunctionalInterface
  public interface Cut {

    /** All, down to the lowest score that the detector keeps. */
    Cut NONE = detection -> true;

    /** Whether a detection is returned. */
    boolean keeps(Detection detection);

    /** Those with at least a score, the same for all classes. */
    static Cut score(double least) {
      return detection -> detection.score() >= least;
    }

    /**
     * Those that are right with at least a probability; none if the detector is not calibrated
     * ({@link Detector#isCalibrated}).
     */
    static Cut probability(double least) {
      return detection -> detection.probability() >= least;
    }

    /** Those that this cut and another keep. */
    default Cut and(Cut other) {
      return detection -> keeps(detection) && other.keeps(detection);
    }
  }

  private final Description description;
  private final DetectorFile file;
  private final Boxes boxes;
  private final FeatureExtractor extractor;
  private final DetectionAssembly assembly;

  /** Empty if the detector is not calibrated. */
  private final Map<String, ClassThreshold> calibration;

  private final Map<String, Double> thresholds;
  private final Cut ownCut;
  private final Comparator<Detection> bestFirst;
  private final ExecutorService pool;
  private final int threads;

  /** Guards {@link #running} and {@link #closed}. */
  private final Object use = new Object();

  private int running;
  private boolean closed;

  /**
   * How a detector runs.
   *
   * @param threads threads that share an image's regions
   * @param device where the network runs
   * @param execution how the network runs; a GPU runs {@link Execution#AUTO} and {@link
   *     Execution#PLAIN}, which are the same there
   * @param maxBoxes the most regions of an image that are classified, the best ranked; 0 for as
   *     many as in training, which is the most at any rate
   * @param proposals where the regions come from, if not from selective search
   */
  public record Options(
      int threads,
      ComputeDevice device,
      Execution execution,
      int maxBoxes,
      Optional<ProposalSource> proposals) {

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if there is no thread, or a GPU is asked for a fused network
     *     or one in bfloat16
     */
    public Options {
      Objects.requireNonNull(device, "device");
      Objects.requireNonNull(execution, "execution");
      Objects.requireNonNull(proposals, "proposals");
      if (threads < 1) {
        throw new IllegalArgumentException(
            "A detector needs at least one thread, not " + threads + ".");
      }
      if (maxBoxes < 0) {
        throw new IllegalArgumentException(
            "A detector classifies at least one box, or 0 for all; not " + maxBoxes + ".");
      }
      if (!execution.runsOn(device)) {
        throw new IllegalArgumentException(
            "On a GPU the execution must be auto or plain, not " + execution.label() + ".");
      }
    }

    /** Options with selective search. */
    public Options(int threads, ComputeDevice device, Execution execution, int maxBoxes) {
      this(threads, device, execution, maxBoxes, Optional.empty());
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
      return new Options(Runtime.getRuntime().availableProcessors(), device, Execution.AUTO, 0);
    }

    /** The same with another number of threads. */
    public Options withThreads(int others) {
      return new Options(others, device, execution, maxBoxes, proposals);
    }

    /** The same with another execution. */
    public Options withExecution(Execution other) {
      return new Options(threads, device, other, maxBoxes, proposals);
    }

    /** The same with another maximum of regions. */
    public Options withMaxBoxes(int most) {
      return new Options(threads, device, execution, most, proposals);
    }

    /** The same with the boxes of another source than selective search. */
    public Options withProposals(ProposalSource source) {
      return new Options(threads, device, execution, maxBoxes, Optional.of(source));
    }
  }

  /** Gives the boxes of an image, with the detector's threads if it can use them. */
  @FunctionalInterface
  private interface Boxes {
    List<Box> of(String imageId, RgbImage image);
  }

  /**
   * A detector from a file that has been read.
   *
   * @throws IllegalArgumentException if it was trained on a program's own boxes, and the options
   *     have no source of boxes
   * @throws IllegalStateException if there is no such device, or ONNX Runtime is asked for and is
   *     not there
   */
  public Detector(DetectorFile file, Options options) {
    this.file = file;
    this.threads = options.threads();
    this.description = file.description();
    this.pool = Executors.newFixedThreadPool(threads, Detector::worker);
    this.boxes = boxes(options);
    this.calibration =
        description.thresholds().stream()
            .collect(Collectors.toUnmodifiableMap(ClassThreshold::className, Function.identity()));
    this.thresholds = thresholds(file);
    this.ownCut = detection -> detection.score() >= thresholds.get(detection.className());
    this.bestFirst = bestFirst(isCalibrated());
    this.assembly = new DetectionAssembly(description.detection().settings(), file.head());
    Set<Tap> taps = EnumSet.of(description.layer());
    if (file.regressor() != null) {
      taps.add(Tap.POOL5);
    }
    if (options.device() == ComputeDevice.CPU) {
      TorchEngine.mallocWarning(
              System.getenv(), System.getProperty("os.name"), file.network(), BATCH)
          .ifPresent(LOG::warn);
    }
    this.extractor =
        new FeatureExtractor(
            file.network(), file.weights(), taps, BATCH, options.device(), options.execution());
  }

  private Boxes boxes(Options options) {
    if (options.proposals().isPresent()) {
      ProposalSource source = new WholePixelProposals(options.proposals().get());
      int trained = description.proposals().classified();
      int most = options.maxBoxes() == 0 ? trained : Math.min(options.maxBoxes(), trained);
      return (imageId, image) -> {
        List<Box> all = source.propose(imageId, image);
        return all.subList(0, Math.min(most, all.size()));
      };
    }
    String source = description.proposalSource();
    if (!source.equals(DetectorFile.SELECTIVE_SEARCH)) {
      throw new IllegalArgumentException(
          "The detector was trained on boxes of a program's own source ('%s'); give it that source with Options.withProposals."
              .formatted(source));
    }
    SelectiveSearch search = new SelectiveSearch(search(description, options.maxBoxes()));
    return (imageId, image) -> search.propose(image, pool);
  }

  /** By probability, which classes have in common, where it is known; equals by class. */
  private static Comparator<Detection> bestFirst(boolean calibrated) {
    Comparator<Detection> byScore = Comparator.comparingDouble(Detection::score);
    return calibrated
        ? Comparator.comparingDouble(Detection::probability).thenComparing(byScore).reversed()
        : byScore.reversed();
  }

  private static SelectiveSearchConfig search(Description description, int most) {
    SelectiveSearchConfig trained = description.proposals().settings(description.seed());
    return most == 0
        ? trained
        : trained.toBuilder().maxBoxes(Math.min(most, trained.maxBoxes())).build();
  }

  private static Map<String, Double> thresholds(DetectorFile file) {
    Map<String, Double> all = new LinkedHashMap<>();
    file.description().classes().forEach(name -> all.put(name, file.head().evenOdds()));
    file.description().thresholds().forEach(each -> all.put(each.className(), each.score()));
    return Collections.unmodifiableMap(all);
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
   * @throws IllegalArgumentException if it was trained on a program's own boxes, and the options
   *     have no source of boxes
   * @throws IllegalStateException if there is no such device
   */
  public static Detector load(Path path, Options options) throws IOException {
    return new Detector(DetectorFile.read(path), options);
  }

  /**
   * Loads a detector from a stream, such as a resource of the program, with {@link
   * Options#standard()}.
   *
   * @param file the bytes of a detector file; read to the end, and left open
   * @throws IOException as {@link #load(Path)}, or if there is no place for a temporary file
   */
  public static Detector load(InputStream file) throws IOException {
    return load(file, Options.standard());
  }

  /** As {@link #load(InputStream)} and {@link #load(Path, Options)}. */
  public static Detector load(InputStream file, Options options) throws IOException {
    return new Detector(DetectorFile.read(file, "The stream"), options);
  }

  /**
   * Loads a detector from the bytes of its file, with {@link Options#standard()}.
   *
   * @throws IOException as {@link #load(Path)}, or if there is no place for a temporary file
   */
  public static Detector load(byte[] file) throws IOException {
    return load(file, Options.standard());
  }

  /** As {@link #load(byte[])} and {@link #load(Path, Options)}. */
  public static Detector load(byte[] file, Options options) throws IOException {
    return new Detector(DetectorFile.read(file, "The array of bytes"), options);
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
   * The score from which a detection counts, by class, in the order of {@link #classes}. It was
   * chosen on training images that the judged head had not seen, by default for the highest F1. A
   * detector that is not calibrated has {@link #evenOdds} for every class.
   */
  public Map<String, Double> thresholds() {
    return thresholds;
  }

  /**
   * Whether the detector has thresholds of its own and knows probabilities. One that was trained
   * without ({@code thresholds.enabled}), or by a version that had none, has not.
   */
  public boolean isCalibrated() {
    return !calibration.isEmpty();
  }

  /**
   * The score at which a region lies on the head's own boundary: 0 for SVMs, 0.5 for softmax. It
   * weighs regions, most of which are background, and is a poor threshold for detections.
   */
  public double evenOdds() {
    return file.head().evenOdds();
  }

  /**
   * The default cut: the detections that score their class's own threshold or better ({@link
   * #thresholds}).
   */
  public Cut ownCut() {
    return ownCut;
  }

  /**
   * Finds objects in an image: the detections at {@link #thresholds} or better.
   *
   * @return detections of all classes, best first: by probability, or by score if the detector is
   *     not calibrated. Boxes are in the image's pixels, 0-based, with exclusive right and lower
   *     edges. SVM scores are decision values, softmax scores its own probabilities for the region.
   *     A detection's probability is that of being right (IoU of at least 0.5 with an object that
   *     no better detection found)
   * @throws IllegalStateException if the detector is closed
   */
  public List<Detection> detect(RgbImage image) {
    return detect(image, ownCut);
  }

  /**
   * The same with another cut. Scores go down to the lowest that the detector keeps: −1.1 for SVMs
   * unless {@code detection.min-score} was set.
   */
  public List<Detection> detect(RgbImage image, Cut cut) {
    return detect(image, cut, NO_LIMIT);
  }

  /**
   * The same with a limit.
   *
   * @param limit the most detections that are returned, the best of all classes together
   * @throws IllegalArgumentException if the limit is negative
   */
  public List<Detection> detect(RgbImage image, Cut cut, int limit) {
    return detect("", image, cut, limit, SILENT);
  }

  /** As {@link #detect(RgbImage, Cut)}, and reports the time of each step to a clock. */
  public List<Detection> detect(RgbImage image, Cut cut, Clock clock) {
    return detect("", image, cut, NO_LIMIT, clock);
  }

  /**
   * Finds objects in an image file, turned upright as {@link ImageFiles} says.
   *
   * @throws IOException if the file cannot be read or decoded
   */
  public List<Detection> detect(Path image) throws IOException {
    return detect(image, ownCut, NO_LIMIT);
  }

  /** As {@link #detect(Path)} and {@link #detect(RgbImage, Cut, int)}. */
  public List<Detection> detect(Path image, Cut cut, int limit) throws IOException {
    return detect(imageId(image), ImageFiles.read(image), cut, limit, SILENT);
  }

  /**
   * Finds objects in the bytes of an image file, such as an upload.
   *
   * @throws IOException if they cannot be decoded
   */
  public List<Detection> detect(byte[] image) throws IOException {
    return detect(image, ownCut, NO_LIMIT);
  }

  /** As {@link #detect(byte[])} and {@link #detect(RgbImage, Cut, int)}. */
  public List<Detection> detect(byte[] image, Cut cut, int limit) throws IOException {
    return detect(ImageFiles.read(image, "given as bytes"), cut, limit);
  }

  /** Finds objects in a picture; {@link ImageFiles#toRgb} says what becomes of its colours. */
  public List<Detection> detect(BufferedImage image) {
    return detect(image, ownCut, NO_LIMIT);
  }

  /** As {@link #detect(BufferedImage)} and {@link #detect(RgbImage, Cut, int)}. */
  public List<Detection> detect(BufferedImage image, Cut cut, int limit) {
    return detect(ImageFiles.toRgb(image), cut, limit);
  }

  /**
   * Finds objects in several images, one after the other: the regions of one keep all threads busy.
   *
   * @return the detections of each image, in the order of the images
   */
  public List<List<Detection>> detectAll(List<RgbImage> images, Cut cut, int limit) {
    return detectAll(images.stream(), cut, limit).toList();
  }

  /**
   * Finds objects in a stream of images of any length. An image is taken from the stream when its
   * detections are asked for, and not kept.
   *
   * @return the detections of each image, in the order of the images
   */
  public Stream<List<Detection>> detectAll(Stream<RgbImage> images, Cut cut, int limit) {
    return images.map(image -> detect(image, cut, limit));
  }

  private static String imageId(Path image) {
    Path name = image.getFileName();
    return name == null ? "" : name.toString().replaceFirst("\\.[^.]*$", "");
  }

  private List<Detection> detect(String imageId, RgbImage image, Cut cut, int limit, Clock clock) {
    if (limit < 0) {
      throw new IllegalArgumentException(
          "At least 0 detections can be asked for, not " + limit + ".");
    }
    synchronized (use) {
      if (closed) {
        throw new IllegalStateException("The detector is closed.");
      }
      running++;
    }
    try {
      return detectOpen(imageId, image, cut, limit, clock);
    } finally {
      boolean last;
      synchronized (use) {
        running--;
        last = closed && running == 0;
      }
      if (last) {
        free();
      }
    }
  }

  private List<Detection> detectOpen(
      String imageId, RgbImage image, Cut cut, int limit, Clock clock) {
    long start = System.nanoTime();
    List<Box> regions = boxes.of(imageId, image);
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
    List<Detection> kept =
        found.stream()
            .map(this::calibrated)
            .filter(cut::keeps)
            .sorted(bestFirst)
            .limit(limit)
            .toList();
    clock.spent(Step.SUPPRESS, System.nanoTime() - scored);
    return kept;
  }

  private Detection calibrated(Detection detection) {
    ClassThreshold known = calibration.get(detection.className());
    return known == null
        ? detection
        : detection.withProbability(known.probability(file.head(), detection.score()));
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

  /**
   * Refuses further detections, and frees the native memory, or has the last running detection do
   * so. Closing twice does nothing more.
   */
  @Override
  public void close() {
    boolean unused;
    synchronized (use) {
      unused = !closed && running == 0;
      closed = true;
    }
    if (unused) {
      free();
    }
  }

  private void free() {
    pool.shutdown();
    extractor.close();
  }
}
