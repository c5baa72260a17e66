package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.rcnn.cli.bench.Contest.Stopwatch;
import org.rcnn.cli.options.ExecutionOption;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.Detector;
import org.rcnn.pipeline.Detector.Cut;
import org.rcnn.pipeline.Detector.Step;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.svm.LinearModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code rcnn bench image}: times the steps from a photo's file to its detections, first in a fresh
 * process and then repeatedly.
 *
 * <p>Without a trained detector it uses a synthetic one: random weights, and twenty linear SVMs
 * whose scores all go into the suppression. Warping and the network run in all threads at once;
 * their rows have the sum over the threads, divided by the number of threads. The whole has the
 * elapsed time.
 */
@Command(
    name = "image",
    description = "Times the steps from one photo to its detections, cold and warm.",
    mixinStandardHelpOptions = true)
final class BenchImageCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(BenchImageCommand.class);
  private static final int CLASSES = 20;

  /** The smallest size of a generated scene. */
  private static final int TILE_WIDTH = 240;

  private static final int TILE_HEIGHT = 180;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "The photo. Default: a generated scene.")
  private Path image;

  @Option(
      names = "--model",
      paramLabel = "M",
      description = "A run's folder or its detector.rcnn. Default: a synthetic detector.")
  private Path model;

  @Option(
      names = "--architecture",
      description = "The synthetic detector's network (default alexnet64).")
  private String architecture = "alexnet64";

  @Option(
      names = "--max-boxes",
      description = "Boxes that the synthetic detector classifies (default 2000).")
  private int maxBoxes = 2000;

  @Option(names = "--repeats", description = "Repetitions after the first (default 3).")
  private int repeats = 3;

  @Option(names = "--threads", description = "Threads (default: one per core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--seed", description = "Seed of the synthetic detector and scene (default 1).")
  private long seed = 1;

  @Mixin private ExecutionOption execution;

  @Mixin private BenchOutput output;

  private int detections;

  @Override
  public Integer call() throws IOException {
    if (maxBoxes < 1 || repeats < 1 || threads < 1) {
      throw new ConfigException("--max-boxes, --repeats and --threads must be at least 1.");
    }
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    Path made = image == null ? photo() : null;
    try {
      measure(made == null ? image : made);
    } finally {
      if (made != null) {
        Files.delete(made);
      }
    }
    return 0;
  }

  private void measure(Path photo) throws IOException {
    List<Measurement> rows = new ArrayList<>();
    DetectorFile file = model == null ? madeUp() : DetectorFile.read(model);
    Detector.Options options = execution.on(ComputeDevice.CPU).withThreads(threads);
    long start = System.nanoTime();
    try (Detector detector = new Detector(file, options)) {
      double ready = (System.nanoTime() - start) * 1e-9;
      rows.add(new Measurement("network made ready, cold", threads, ready, false, Map.of()));
      addSteps(rows, "cold", detector, photo, 1);
      addSteps(rows, "warm", detector, photo, repeats);
    }
    RgbImage size = ImageFiles.read(photo);
    String way = options.execution().on(options.device(), file.network()).label();
    output.printf(
        "%s, %d x %d pixels, network %s, %s, %d detections; warm: median of %d%n%n",
        photo.getFileName(),
        size.width(),
        size.height(),
        file.network().name(),
        way,
        detections,
        repeats);
    ObjectNode about = Json.object();
    about.put("architecture", file.network().name());
    about.put("execution", way);
    about.put("boxes", file.description().proposals().maxBoxes());
    about.put("detections", detections);
    output.publish(about, List.of(rows));
  }

  /** A row for each step, and one for the whole. */
  private void addSteps(
      List<Measurement> rows, String state, Detector detector, Path photo, int rounds)
      throws IOException {
    Contest contest = new Contest(output.err()::println);
    contest.enter("whole", threads, () -> watch -> detect(detector, photo, watch));
    Measurement whole = contest.run(rounds).get(0);
    Map<String, Double> steps = new LinkedHashMap<>(whole.figures());
    steps.put("whole", whole.medianSeconds());
    steps.forEach(
        (step, seconds) -> {
          Map<String, Double> share = Map.of("share", seconds / whole.medianSeconds());
          rows.add(new Measurement(step + ", " + state, threads, seconds, false, share));
        });
  }

  private void detect(Detector detector, Path photo, Stopwatch watch) throws IOException {
    Map<Step, AtomicLong> spent = new EnumMap<>(Step.class);
    for (Step step : Step.values()) {
      spent.put(step, new AtomicLong());
    }
    long start = System.nanoTime();
    RgbImage decoded = ImageFiles.read(photo);
    long begin = System.nanoTime();
    detections =
        detector.detect(decoded, Cut.NONE, (step, time) -> spent.get(step).addAndGet(time)).size();
    watch.seconds((System.nanoTime() - start) * 1e-9);
    watch.put("decode", (begin - start) * 1e-9);
    spent.forEach(
        (step, nanoseconds) -> {
          boolean shared = step == Step.WARP || step == Step.FORWARD;
          watch.put(
              step.name().toLowerCase(Locale.ROOT),
              nanoseconds.get() * 1e-9 / (shared ? threads : 1));
        });
  }

  /** Four scenes, two by two, as a JPEG file: as large and as rich as a photo. */
  private Path photo() throws IOException {
    SceneGenerator scenes = new SceneGenerator(seed);
    byte[] rgb = new byte[3 * 4 * TILE_WIDTH * TILE_HEIGHT];
    for (int i = 0; i < 4; i++) {
      RgbImage scene = scenes.scene(i).image();
      for (int y = 0; y < TILE_HEIGHT; y++) {
        int row = i / 2 * TILE_HEIGHT + y;
        int to = 3 * (row * 2 * TILE_WIDTH + i % 2 * TILE_WIDTH);
        System.arraycopy(scene.rgb(), 3 * y * scene.width(), rgb, to, 3 * TILE_WIDTH);
      }
    }
    Path file = Files.createTempFile("rcnn-bench", ".jpg");
    Files.write(file, Picture.of(new RgbImage(2 * TILE_WIDTH, 2 * TILE_HEIGHT, rgb)).jpeg(0.9f));
    return file;
  }

  /** A detector with random weights and no lowest score, which makes the most work. */
  private DetectorFile madeUp() throws IOException {
    NetworkDefinition network = BenchOutput.network(architecture, CLASSES + 1);
    List<Tap> taps = network.featureTaps();
    Tap layer = taps.get(taps.size() - 1);
    PipelineConfig config =
        new ConfigLoader()
            .preset(
                "voc2007",
                Map.of(
                    "proposals.max-boxes",
                    Integer.toString(maxBoxes),
                    "detection.min-score",
                    "-1000"));
    List<String> classes = IntStream.range(0, CLASSES).mapToObj(c -> "class" + c).toList();
    DetectorFile.Description description =
        new DetectorFile.Description(
            0,
            architecture,
            classes,
            layer,
            "svm",
            false,
            DetectorFile.SELECTIVE_SEARCH,
            config.proposals(),
            seed,
            DetectorFile.SingleImage.of(config.detection()),
            List.of());
    LinearModel svms = svms(classes, network.tapDimensions().get(layer));
    return new DetectorFile(
        description, network, Weights.initial(network, seed), Heads.SVM, svms, null);
  }

  private LinearModel svms(List<String> classes, int dimension) {
    Random random = new Random(seed);
    float[] weights = new float[classes.size() * dimension];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() / Math.sqrt(dimension));
    }
    return new LinearModel(classes, dimension, weights, new float[classes.size()], 1);
  }
}
