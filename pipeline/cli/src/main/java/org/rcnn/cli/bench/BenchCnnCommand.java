package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.rcnn.cli.bench.Contest.Contestant;
import org.rcnn.cli.bench.Contest.Stopwatch;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.speed.ForwardPass;
import org.rcnn.cnn.speed.ForwardPeer;
import org.rcnn.cnn.speed.ForwardTask;
import org.rcnn.cnn.speed.MatrixPeak;
import org.rcnn.cnn.speed.OwnForward;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;
import org.rcnn.data.SideBySide;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code rcnn bench cnn}: runs one batch through one network with random weights, up to the deepest
 * layer with features, with our code and every available peer.
 *
 * <p>All are opened and run once, untimed. Then they take turns, so that other load on the machine
 * affects all of them equally. A row's time is for one batch. "A batch for each core" is how the
 * pipeline works: each thread runs its own batch with single-threaded operations, and the time is
 * the elapsed time divided by the number of batches. "Photo to features" is the same, but also
 * warps the regions of a photo and sorts the results into rows. Plain, fused and bf16 are values of
 * {@link Execution}.
 */
@Command(
    name = "cnn",
    description =
        "Times a network's forward pass, alone and with warping, and that of ONNX Runtime, OpenCV"
            + " and Python's torch.",
    mixinStandardHelpOptions = true)
final class BenchCnnCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(BenchCnnCommand.class);
  private static final int PEAK_REPEATS = 3;

  @Option(names = "--architecture", description = "The network (default alexnet).")
  private String architecture = "alexnet";

  @Option(names = "--batch", description = "Images per pass (default 64).")
  private int batch = 64;

  @Option(names = "--passes", description = "Timed passes per contestant (default 5).")
  private int passes = 5;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "T",
      description = "Numbers of threads, each with its own rows (default: 1 and all cores).")
  private List<Integer> threads = List.of(1, Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "PEER",
      description = "Peers to leave out; the beginning of the name is enough.")
  private List<String> without = List.of();

  @Option(
      names = "--bf16",
      description = "Also run ours in bfloat16 if the processor has no instructions for it.")
  private boolean bf16;

  @Option(names = "--seed", description = "Seed of weights, images and regions (default 1).")
  private long seed = 1;

  @Mixin private BenchOutput output;

  @Override
  public Integer call() throws IOException {
    if (batch < 1 || passes < 1 || threads.stream().anyMatch(count -> count < 1)) {
      throw new ConfigException("--batch, --passes and --threads must be at least 1.");
    }
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    NetworkDefinition definition = BenchOutput.network(architecture, 21);
    ForwardTask task = ForwardTask.noise(definition, batch, 1, seed);
    double work = 2.0 * definition.multiplications(task.tap());
    PrintWriter out = output.out();
    output.printf(
        "%s to %s, batches of %d, %.2f GFLOP per image; median of %d passes%n",
        definition.name(), task.tap().label(), batch, work * 1e-9, passes);
    List<ForwardPeer> peers = BenchOutput.peersThatRun(ForwardPeer.class, without, out);
    List<Execution> executions = executions(out);
    List<Measurement> rows = new ArrayList<>();
    ObjectNode about = Json.object();
    ArrayNode machine = about.putArray("matrix_product");
    try (ScratchFolder folder = ScratchFolder.create()) {
      for (int count : threads.stream().distinct().toList()) {
        MatrixPeak peak = MatrixPeak.measure(count, PEAK_REPEATS);
        output.printf(
            "%d threads: product of matrices %.1f GFLOP/s, as a convolution %.1f%n",
            count, peak.product() * 1e-9, peak.convolution() * 1e-9);
        machine
            .addObject()
            .put("threads", count)
            .put("product_gflops", peak.product() * 1e-9)
            .put("convolution_gflops", peak.convolution() * 1e-9);
        rows.addAll(measure(task.withThreads(count), executions, peers, folder.path(), peak));
      }
    }
    out.println();
    about.put("architecture", definition.name());
    about.put("tap", task.tap().label());
    about.put("batch", batch);
    about.put("gflop_per_image", work * 1e-9);
    about.put("engine", TorchEngine.version());
    output.publish(about, List.of(rows));
    return 0;
  }

  /** Our executions that make sense on this machine. */
  private List<Execution> executions(PrintWriter out) {
    if (bf16 || Processor.hasBfloat16()) {
      return List.of(Execution.PLAIN, Execution.FUSED, Execution.BF16);
    }
    out.println(
        "Without ours, bf16: this processor is not known to have instructions for it; --bf16 runs"
            + " it anyway.");
    return List.of(Execution.PLAIN, Execution.FUSED);
  }

  private List<Measurement> measure(
      ForwardTask task,
      List<Execution> executions,
      List<ForwardPeer> peers,
      Path folder,
      MatrixPeak peak)
      throws IOException {
    Contest contest = new Contest(output.out()::println);
    Rating rating = new Rating(task, peak);
    int count = task.threads();
    for (Execution execution : executions) {
      String name = "ours, " + execution.name().toLowerCase(Locale.ROOT);
      contest.enter(name, count, () -> new Passing(OwnForward.open(task, execution), rating));
      if (count > 1) {
        String each = name + ", a batch for each core";
        contest.enter(each, count, () -> new Passing(perCore(task, execution), rating));
      }
      String photo = name + ", photo to features";
      contest.enter(photo, count, () -> new Passing(photoToFeatures(task, execution), rating));
    }
    for (ForwardPeer peer : peers) {
      contest.enterPeer(peer.name(), count, () -> new Passing(peer.open(task, folder), rating));
    }
    return contest.run(passes);
  }

  /** Rates passes against the machine's peak and the first contestant's result. */
  private static final class Rating {
    private final double images;
    private final double operations;
    private final double peak;
    private float[] reference;

    Rating(ForwardTask task, MatrixPeak peak) {
      this.images = task.batch();
      this.operations = 2.0 * task.definition().multiplications(task.tap()) * images;
      this.peak = peak.best();
    }

    void add(double seconds, float[] result, Map<String, Double> figures) {
      figures.put("crops_per_s", images / seconds);
      figures.put("gflop_per_s", operations / seconds * 1e-9);
      figures.put("share_of_peak", operations / seconds / peak);
      if (reference == null) {
        reference = result;
      } else if (result != null) {
        figures.put("difference", difference(reference, result));
      }
    }
  }

  private record Passing(ForwardPass pass, Rating rating) implements Contestant {
    @Override
    public void warmUp() throws IOException {
      pass.run();
    }

    @Override
    public void turn(Stopwatch watch) throws IOException {
      watch.seconds(pass.run());
    }

    @Override
    public void conclude(double medianSeconds, Map<String, Double> figures) throws IOException {
      rating.add(medianSeconds, pass.output(), figures);
    }

    @Override
    public void close() {
      pass.close();
    }
  }

  /** The largest difference as a share of the largest value. */
  static double difference(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new IllegalStateException(
          "%d values instead of %d.".formatted(actual.length, expected.length));
    }
    double largest = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((double) expected[i] - actual[i]));
      size = Math.max(size, Math.abs(expected[i]));
    }
    return largest / size;
  }

  /** Each thread runs its own batch. */
  private static ForwardPass perCore(ForwardTask task, Execution execution) {
    List<OwnForward> passes = new ArrayList<>();
    List<Supplier<Object>> work = new ArrayList<>();
    for (int i = 0; i < task.threads(); i++) {
      OwnForward pass = OwnForward.open(task.withThreads(1), execution);
      passes.add(pass);
      work.add(pass::run);
    }
    return new Together(work, passes.get(0), () -> passes.forEach(OwnForward::close));
  }

  /** Each thread extracts a photo's features, with as many regions as a batch has images. */
  private ForwardPass photoToFeatures(ForwardTask task, Execution execution) {
    FeatureExtractor extractor =
        FeatureExtractor.onCpu(
            task.definition(), task.weights(), Set.of(task.tap()), task.batch(), execution);
    Random random = new Random(seed);
    RgbImage photo = BenchPhotos.photo(random);
    List<Supplier<Object>> work = new ArrayList<>();
    for (int i = 0; i < task.threads(); i++) {
      List<Box> regions = BenchPhotos.regions(task.batch(), random);
      work.add(
          () -> {
            TorchEngine.useThreads(1);
            return extractor.extract(photo, regions);
          });
    }
    return new Together(work, null, extractor::close);
  }

  /**
   * Work in several threads at once; the time is divided by the number of threads.
   *
   * @param first gives the result; null if there is none for the task's images
   */
  private record Together(
      List<Supplier<Object>> work, OwnForward first, Runnable release, ExecutorService pool)
      implements ForwardPass {

    Together(List<Supplier<Object>> work, OwnForward first, Runnable release) {
      this(work, first, release, Executors.newFixedThreadPool(work.size()));
    }

    @Override
    public double run() {
      long start = System.nanoTime();
      SideBySide.run(work, pool);
      return (System.nanoTime() - start) * 1e-9 / work.size();
    }

    @Override
    public float[] output() {
      return first == null ? null : first.output();
    }

    @Override
    public void close() {
      pool.shutdown();
      release.run();
    }
  }
}
