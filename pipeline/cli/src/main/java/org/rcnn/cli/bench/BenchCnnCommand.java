package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.rcnn.cli.options.JsonOutput;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.speed.ForwardPass;
import org.rcnn.cnn.speed.ForwardPeer;
import org.rcnn.cnn.speed.ForwardTask;
import org.rcnn.cnn.speed.MatrixPeak;
import org.rcnn.cnn.speed.OwnForward;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.stage.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rcnn bench cnn}: one batch through one network with fresh weights, up to the deepest layer
 * that features are taken from, by us and by every peer that is there.
 *
 * <p>Everyone is opened first and run once, untimed; then all take turns, so that what else the
 * machine does meets all alike. A row's time is for one batch. "A batch for each core" is how the
 * pipeline works: each thread brings a batch of its own through with single-threaded operations;
 * its time is the clock's, divided by the batches. "Photo to features" is the same with regions of
 * a photo that are warped first and results that are sorted into their rows. Plain, fused and bf16
 * are the ways of {@link Execution}.
 */
@Command(
    name = "cnn",
    description =
        "Times a network's forward pass beside ONNX Runtime, OpenCV and Python's torch, and warping"
            + " with it.",
    mixinStandardHelpOptions = true)
final class BenchCnnCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(BenchCnnCommand.class);
  private static final int PEAK_REPEATS = 3;
  private static final int PHOTO_WIDTH = 500;
  private static final int PHOTO_HEIGHT = 375;

  @Option(names = "--architecture", description = "The network (default alexnet).")
  private String architecture = "alexnet";

  @Option(names = "--batch", description = "Images in a pass (default 64).")
  private int batch = 64;

  @Option(names = "--passes", description = "Timed passes of each (default 5).")
  private int passes = 5;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "T",
      description = "Threads, a set of rows for each (default: 1 and all cores).")
  private List<Integer> threads = List.of(1, Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "PEER",
      description = "Peers to leave out; the beginning of the name is enough.")
  private List<String> without = List.of();

  @Option(
      names = "--bf16",
      description = "Run ours in bfloat16 too where the processor has no instructions for it.")
  private boolean bf16;

  @Option(names = "--seed", description = "Of weights, images and regions (default 1).")
  private long seed = 1;

  @Mixin private JsonOutput json;

  @Spec private CommandSpec spec;

  /** Something that is timed, with what it took. */
  private record Candidate(String name, boolean peer, ForwardPass pass, List<Double> seconds) {}

  @Override
  public Integer call() throws IOException {
    check();
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    NetworkDefinition definition = definition();
    ForwardTask task = ForwardTask.noise(definition, batch, 1, seed);
    double work = 2.0 * definition.multiplications(task.tap());
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s to %s, batches of %d, %.2f GFLOP an image; median of %d passes%n",
        definition.name(),
        task.tap().label(),
        batch,
        work * 1e-9,
        passes);
    List<ForwardPeer> peers = peers(out);
    List<Execution> executions = executions(out);
    BenchTable table = new BenchTable();
    ObjectNode tree = table.toJson();
    ArrayNode machine = tree.putArray("matrix_product");
    Path folder = Files.createTempDirectory("rcnn-bench");
    try {
      for (int count : threads.stream().distinct().toList()) {
        MatrixPeak peak = MatrixPeak.measure(count, PEAK_REPEATS);
        out.printf(
            Locale.ROOT,
            "%d threads: product of matrices %.1f GFLOP/s, as a convolution %.1f%n",
            count,
            peak.product() * 1e-9,
            peak.convolution() * 1e-9);
        machine
            .addObject()
            .put("threads", count)
            .put("product_gflops", peak.product() * 1e-9)
            .put("convolution_gflops", peak.convolution() * 1e-9);
        measure(task.withThreads(count), executions, peers, folder, table, work, peak);
      }
    } finally {
      delete(folder);
    }
    out.println();
    out.print(table.toText());
    out.flush();
    tree.set("rows", table.toJson().get("rows"));
    tree.put("architecture", definition.name());
    tree.put("tap", task.tap().label());
    tree.put("batch", batch);
    tree.put("gflop_per_image", work * 1e-9);
    tree.put("engine", TorchEngine.version());
    json.write(tree);
    return 0;
  }

  private void check() {
    if (batch < 1 || passes < 1 || threads.stream().anyMatch(count -> count < 1)) {
      throw new ConfigException("--batch, --passes and --threads must be at least 1.");
    }
  }

  private NetworkDefinition definition() {
    try {
      return Architectures.byName(architecture, 21);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--architecture: " + e.getMessage());
    }
  }

  /** Our own ways to run a network that make sense on this machine. */
  private List<Execution> executions(PrintWriter out) {
    List<Execution> executions = new ArrayList<>(List.of(Execution.PLAIN, Execution.FUSED));
    if (bf16 || Processor.hasBfloat16()) {
      executions.add(Execution.BF16);
    } else {
      out.println(
          "Without ours, bf16: this processor is not known to have instructions for it; --bf16 runs"
              + " it all the same.");
    }
    return executions;
  }

  /** The peers that take part; what keeps the others from it is printed. */
  private List<ForwardPeer> peers(PrintWriter out) {
    List<ForwardPeer> peers = new ArrayList<>();
    List<ForwardPeer> known = ForwardPeer.onClassPath(out::println);
    if (known.isEmpty()) {
      out.println("No peers are on the class path; ./rcnn bench builds with them.");
    }
    for (ForwardPeer peer : known) {
      if (without.stream().noneMatch(peer.name()::startsWith)) {
        peer.obstacle()
            .ifPresentOrElse(
                sentence -> out.println("Without " + peer.name() + ": " + sentence),
                () -> peers.add(peer));
      }
    }
    return peers;
  }

  private void measure(
      ForwardTask task,
      List<Execution> executions,
      List<ForwardPeer> peers,
      Path folder,
      BenchTable table,
      double work,
      MatrixPeak peak)
      throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    try {
      for (Execution execution : executions) {
        String name = "ours, " + execution.name().toLowerCase(Locale.ROOT);
        candidates.add(candidate(name, false, OwnForward.open(task, execution)));
        if (task.threads() > 1) {
          ForwardPass each = new PerCore(task, execution);
          candidates.add(candidate(name + ", a batch for each core", false, each));
        }
        ForwardPass photo = new PhotoToFeatures(task, execution, seed);
        candidates.add(candidate(name + ", photo to features", false, photo));
      }
      for (ForwardPeer peer : peers) {
        candidates.add(candidate(peer.name(), true, peer.open(task, folder)));
      }
      for (int i = 0; i <= passes; i++) {
        for (Candidate candidate : candidates) {
          double seconds = candidate.pass().run();
          if (i > 0) {
            candidate.seconds().add(seconds);
          }
        }
      }
      float[] reference = candidates.get(0).pass().output();
      for (Candidate candidate : candidates) {
        table.add(row(candidate, task, work, peak, reference));
      }
    } finally {
      candidates.forEach(candidate -> candidate.pass().close());
    }
  }

  private static Candidate candidate(String name, boolean peer, ForwardPass pass) {
    return new Candidate(name, peer, pass, new ArrayList<>());
  }

  private static BenchTable.Row row(
      Candidate candidate, ForwardTask task, double work, MatrixPeak peak, float[] reference)
      throws IOException {
    double median =
        BenchTable.median(candidate.seconds().stream().mapToDouble(Double::doubleValue).toArray());
    Map<String, Double> more = new LinkedHashMap<>();
    more.put("crops_per_s", task.batch() / median);
    more.put("gflop_per_s", work * task.batch() / median * 1e-9);
    more.put("share_of_peak", work * task.batch() / median / peak.best());
    float[] output = candidate.pass().output();
    if (output != null && output != reference) {
      more.put("difference", difference(reference, output));
    }
    return new BenchTable.Row(candidate.name(), task.threads(), median, candidate.peer(), more);
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

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Some work for each of several threads at once. */
  private static double together(ExecutorService threads, int count, Runnable[] work)
      throws IOException {
    long start = System.nanoTime();
    List<Future<?>> running = new ArrayList<>();
    for (Runnable one : work) {
      running.add(threads.submit(one));
    }
    try {
      for (Future<?> future : running) {
        future.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The benchmark was interrupted.", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
    return (System.nanoTime() - start) * 1e-9 / count;
  }

  /** Each thread with a batch of its own. */
  private static final class PerCore implements ForwardPass {
    private final List<OwnForward> passes = new ArrayList<>();
    private final ExecutorService threads;

    PerCore(ForwardTask task, Execution execution) {
      threads = Executors.newFixedThreadPool(task.threads());
      for (int i = 0; i < task.threads(); i++) {
        passes.add(OwnForward.open(task.withThreads(1), execution));
      }
    }

    @Override
    public double run() throws IOException {
      Runnable[] work = passes.stream().map(pass -> (Runnable) pass::run).toArray(Runnable[]::new);
      return together(threads, work.length, work);
    }

    @Override
    public float[] output() {
      return passes.get(0).output();
    }

    @Override
    public void close() {
      threads.shutdown();
      passes.forEach(OwnForward::close);
    }
  }

  /** Each thread with a photo and as many regions of it as a batch has images. */
  private static final class PhotoToFeatures implements ForwardPass {
    private final FeatureExtractor extractor;
    private final ExecutorService threads;
    private final Runnable[] work;

    PhotoToFeatures(ForwardTask task, Execution execution, long seed) {
      extractor =
          FeatureExtractor.onCpu(
              task.definition(), task.weights(), Set.of(task.tap()), task.batch(), execution);
      threads = Executors.newFixedThreadPool(task.threads());
      Random random = new Random(seed);
      byte[] rgb = new byte[3 * PHOTO_WIDTH * PHOTO_HEIGHT];
      random.nextBytes(rgb);
      RgbImage photo = new RgbImage(PHOTO_WIDTH, PHOTO_HEIGHT, rgb);
      work = new Runnable[task.threads()];
      for (int i = 0; i < work.length; i++) {
        List<Box> regions = regions(task.batch(), random);
        work[i] =
            () -> {
              TorchEngine.useThreads(1);
              extractor.extract(photo, regions);
            };
      }
    }

    private static List<Box> regions(int count, Random random) {
      List<Box> regions = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int width = 20 + random.nextInt(PHOTO_WIDTH - 20);
        int height = 20 + random.nextInt(PHOTO_HEIGHT - 20);
        int x = random.nextInt(PHOTO_WIDTH - width + 1);
        int y = random.nextInt(PHOTO_HEIGHT - height + 1);
        regions.add(new Box(x, y, x + width, y + height));
      }
      return regions;
    }

    @Override
    public double run() throws IOException {
      return together(threads, work.length, work);
    }

    /** Null: the regions are others than the batch's images. */
    @Override
    public float[] output() {
      return null;
    }

    @Override
    public void close() {
      threads.shutdown();
      extractor.close();
    }
  }
}
