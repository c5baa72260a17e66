package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.rcnn.cli.options.JsonOutput;
import org.rcnn.data.Box;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.stage.NativeMatrices;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.BoxRegressionSettings;
import org.rcnn.svm.BoxRegressionTrainer;
import org.rcnn.svm.FeatureScale;
import org.rcnn.svm.LinearModel;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleSettings;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmPeer;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTrainer;
import org.rcnn.svm.SvmTraining;
import org.rcnn.svm.TrainingImage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rcnn bench svm}: one training, one mining run and the box regression on made-up features,
 * beside LIBSVM and LIBLINEAR, in one process.
 *
 * <p>Ours is timed as the pipeline runs it, from features on the Java heap to a model: copying them
 * to the native side, the Gram matrix, LIBSVM's solver and the folding of its support vectors are
 * all in. A peer's time holds the making of its own form of the samples. Everyone trains a small
 * problem first, untimed, so that the code is compiled. The objective is always that of the problem
 * with a free bias, computed from the weights in the same way. The processor's time stands beside
 * the clock's: on a machine with other work the clock also counts the waiting.
 */
@Command(
    name = "svm",
    description =
        "Times SVM training and mining beside LIBSVM and LIBLINEAR, and box regression, on made-up"
            + " features.",
    mixinStandardHelpOptions = true)
final class BenchSvmCommand implements Callable<Integer> {

  private static final String LINEAR = "LIBSVM linear";

  /** Slower than this, one measurement is enough. */
  private static final double SLOW_SECONDS = 20;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      description = "training, mining, bbox; by default all.")
  private List<String> parts = List.of("training", "mining", "bbox");

  @Option(
      names = "--samples",
      description =
          "Samples of the one training (default 2000; at 5000 LIBSVM's linear kernel alone takes"
              + " minutes).")
  private int samples = 2000;

  @Option(names = "--positives", description = "Positives, also of the mining run (default 400).")
  private int positives = 400;

  @Option(names = "--dimension", description = "Length of an SVM's feature (default 4096).")
  private int dimension = 4096;

  @Option(
      names = "--rounds",
      description =
          "Images of the mining run (default 23). Most have hard negatives enough for a training:"
              + " about 20 of 23 do.")
  private int rounds = 23;

  @Option(names = "--added", description = "New negatives of a round (default 1000).")
  private int added = 1000;

  @Option(names = "--classes", description = "Classes of the box regression (default 20).")
  private int classes = 20;

  @Option(names = "--pairs", description = "Pairs of each of them (default 5000).")
  private int pairs = 5000;

  @Option(names = "--pool5", description = "Length of their feature (default 9216).")
  private int pool5 = 9216;

  @Option(
      names = "--nonzero",
      description =
          "Share of a feature's values that are not 0 (default 0.44, as in alexnet64's fc7 on photos;"
              + " pool5 has 0.6); 1: dense. Ours does the same work for any; LIBSVM's linear kernel and"
              + " LIBLINEAR skip zeros.")
  private double nonZero = 0.44;

  @Option(
      names = "--strength",
      description =
          "How far objects stand out from the rest (default 1): the less, the more negatives the"
              + " mining run's cache keeps.")
  private double strength = 1;

  @Option(
      names = "--background",
      description =
          "How far an image's background stands out from that of others (default 0.7): the more, the"
              + " more of a new image's negatives are hard, and easy once learned.")
  private double background = 0.7;

  @Option(
      names = "--tolerance",
      description =
          "Where LIBSVM's solver stops, in its own trainings and in ours (default 0.001, LIBSVM's"
              + " own). LIBLINEAR keeps its own.")
  private double tolerance = SolverSettings.paper().tolerance();

  @Option(names = "--repeats", description = "Measurements of each training (default 3).")
  private int repeats = 3;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "T",
      description = "Threads of ours, one row for each (default: 1 and all cores).")
  private List<Integer> threads = List.of(1, Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "PEER",
      description = "Peers to leave out, such as 'LIBSVM linear', which is slow.")
  private List<String> without = List.of();

  @Option(names = "--seed", description = "Of the features (default 1).")
  private long seed = 1;

  @Mixin private JsonOutput json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    check();
    List<SvmPeer> peers = peers();
    threads = threads.stream().distinct().toList();
    // A table for each part: only rows of the same part are compared.
    List<BenchTable> tables = new ArrayList<>();
    if (parts.contains("training")) {
      tables.add(training(peers));
    }
    if (parts.contains("mining")) {
      tables.add(mining(peers));
    }
    if (parts.contains("bbox")) {
      tables.add(boxRegression());
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "SVMs on features of %d values, %.0f %% of them not 0; %d positives%n%n",
        dimension, 100 * nonZero, positives);
    ObjectNode tree = new ObjectMapper().createObjectNode();
    ArrayNode rows = tree.putArray("rows");
    for (BenchTable table : tables) {
      out.println(table.toText());
      table.toJson().get("rows").forEach(rows::add);
    }
    out.flush();
    tree.put("samples", samples);
    tree.put("dimension", dimension);
    tree.put("positives", positives);
    tree.put("rounds", rounds);
    tree.put("added", added);
    tree.put("nonzero", nonZero);
    tree.put("tolerance", tolerance);
    json.write(tree);
    return 0;
  }

  private void check() {
    for (String part : parts) {
      if (!List.of("training", "mining", "bbox").contains(part)) {
        throw new ConfigException("--parts takes training, mining, bbox, not '" + part + "'.");
      }
    }
    for (int size : new int[] {positives, dimension, added, classes, pairs, pool5, repeats}) {
      if (size < 1) {
        throw new ConfigException("Sizes and repeats must be at least 1, not " + size + ".");
      }
    }
    if (samples <= positives || rounds < 2 || !(nonZero > 0 && nonZero <= 1)) {
      throw new ConfigException(
          "--samples must exceed --positives, --rounds be at least 2, and --nonzero lie above 0 and"
              + " be at most 1.");
    }
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new ConfigException("--tolerance must lie between 0 and 1, not " + tolerance + ".");
    }
    if (threads.isEmpty() || threads.stream().anyMatch(count -> count < 1)) {
      throw new ConfigException("--threads must be at least 1.");
    }
  }

  private List<SvmPeer> peers() {
    List<SvmPeer> all = SvmPeer.onClassPath(spec.commandLine().getErr()::println);
    if (all.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println(
              "No other SVM library is on the class path, so ours is measured alone; `./rcnn bench"
                  + " svm` brings LIBSVM's own trainings and LIBLINEAR.");
    }
    return all.stream().filter(peer -> !without.contains(peer.name())).toList();
  }

  /** A measured piece of work. */
  private record Measured<T>(T result, double seconds, double cpuSeconds, double heapMib) {}

  private interface Work<T> {
    T run() throws IOException;
  }

  private static <T> Measured<T> measure(int repeats, Work<T> work) throws IOException {
    List<Double> seconds = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    double heap = 0;
    T result = null;
    for (int i = 0; i < repeats; i++) {
      result = null;
      System.gc();
      double before = heapMib(false);
      heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
      long cpuBegin = cpuNanos();
      long begin = System.nanoTime();
      result = work.run();
      seconds.add((System.nanoTime() - begin) / 1e9);
      cpu.add((cpuNanos() - cpuBegin) / 1e9);
      heap = Math.max(heap, heapMib(true) - before);
      if (seconds.get(i) > SLOW_SECONDS) {
        break;
      }
    }
    return new Measured<>(
        result,
        BenchTable.median(seconds.stream().mapToDouble(v -> v).toArray()),
        BenchTable.median(cpu.stream().mapToDouble(v -> v).toArray()),
        heap);
  }

  /** The processor's time of all threads of this process, the collector's and compiler's too. */
  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }

  private static double heapMib(boolean peak) {
    return heapPools().stream()
            .map(pool -> peak ? pool.getPeakUsage() : pool.getUsage())
            .mapToLong(usage -> usage.getUsed())
            .sum()
        / (double) (1 << 20);
  }

  private SolverSettings solver() {
    SolverSettings paper = SolverSettings.paper();
    return new SolverSettings(paper.cost(), paper.positiveWeight(), tolerance);
  }

  private BenchTable training(List<SvmPeer> peers) throws IOException {
    BenchTable table = new BenchTable();
    BenchSamples warm = samples(1, 20, 60, Math.min(dimension, 64));
    BenchSamples data = samples(1, positives, samples - positives, dimension);
    TrainingImage image = data.images().get(0);
    SolverSettings solver = solver();
    double scale = FeatureScale.measure(data, 1, seed).factor();
    double[] reference = null;
    for (SvmPeer peer : sorted(peers)) {
      trainPeer(peer, warm.images().get(0), 1, solver);
      Measured<SvmPeer.Model> measured =
          measure(repeats, () -> trainPeer(peer, image, scale, solver));
      double[] scores = scores(measured.result(), image, scale);
      reference = peer.name().equals(LINEAR) ? scores : reference;
      table.add(
          row(peer.name(), 1, true, measured)
              .objective(objective(measured.result().weights(), scores, image, solver))
              .difference(scores, reference)
              .done());
    }
    for (int count : threads) {
      try (NativeMatrices engine = new NativeMatrices(count)) {
        trainOurs(warm, engine, count, everything(80), solver);
        Measured<SvmTraining> measured =
            measure(repeats, () -> trainOurs(data, engine, count, everything(samples), solver));
        LinearModel model = measured.result().model();
        double[] scores = scores(model, image);
        table.add(
            row("ours", count, false, measured)
                .objective(objective(weights(model), scores, image, solver))
                .difference(scores, reference)
                .done());
      }
    }
    return table;
  }

  /** LIBSVM's linear kernel first: the others are compared with what it decides. */
  private static List<SvmPeer> sorted(List<SvmPeer> peers) {
    return peers.stream()
        .sorted((a, b) -> Boolean.compare(b.name().equals(LINEAR), a.name().equals(LINEAR)))
        .toList();
  }

  private BenchSamples samples(int images, int objects, int negatives, int length) {
    return new BenchSamples(
        new BenchSamples.Shape(
            images, objects, negatives, length, nonZero, strength, background, seed));
  }

  private SvmPeer.Model trainPeer(
      SvmPeer peer, TrainingImage image, double scale, SolverSettings solver) {
    int length = image.dimension();
    try (NativeMatrices engine = new NativeMatrices(1)) {
      SvmPeer.Training training = peer.start(length, solver, engine);
      float[] scaled = new float[length];
      for (int row = 0; row < image.regions().size(); row++) {
        for (int k = 0; k < length; k++) {
          scaled[k] = (float) (scale * image.features()[row * length + k]);
        }
        training.add(scaled, 0, row < image.groundTruthCount());
      }
      return training.train();
    }
  }

  /** One training on all samples: all are first negatives, and none is hard or easy afterwards. */
  private static MiningSettings everything(int count) {
    return new MiningSettings(
        1, count, Double.MAX_VALUE, Integer.MAX_VALUE, count, -Double.MAX_VALUE, count);
  }

  private SvmTraining trainOurs(
      BenchSamples data, NativeMatrices engine, int count, MiningSettings mining, SolverSettings s)
      throws IOException {
    SvmSettings settings = new SvmSettings(SampleSettings.paper(), s, mining, 1, seed);
    return SvmTrainer.train(
        data, List.of(BenchSamples.CLASS), settings, engine, count, SvmTrainer.Listener.SILENT);
  }

  private BenchTable mining(List<SvmPeer> peers) throws IOException {
    BenchTable table = new BenchTable();
    BenchSamples data = samples(rounds, positives, 2 * added, dimension);
    BenchSamples warm = samples(4, 20, 40, Math.min(dimension, 64));
    SolverSettings solver = solver();
    MiningSettings settings = miningSettings(added);
    double scale = FeatureScale.measure(data, 1, seed).factor();
    for (SvmPeer peer : peers) {
      if (!peer.name().equals("LIBLINEAR")) {
        continue;
      }
      try (NativeMatrices engine = new NativeMatrices(1)) {
        PeerMining.run(peer, warm.images(), 1, solver, miningSettings(40), engine);
        Measured<PeerMining.Result> measured =
            measure(
                repeats,
                () -> PeerMining.run(peer, data.images(), scale, solver, settings, engine));
        table.add(
            row("mining, " + peer.name(), 1, true, measured)
                .put("rounds", measured.result().rounds())
                .put("cache", measured.result().cache())
                .objective(
                    objectiveOfAll(
                        data,
                        solver,
                        i -> scores(measured.result().model(), i, scale),
                        measured.result().model().weights()))
                .done());
      }
    }
    for (int count : threads) {
      try (NativeMatrices engine = new NativeMatrices(count)) {
        trainOurs(warm, engine, count, miningSettings(40), solver);
        Measured<SvmTraining> measured =
            measure(repeats, () -> trainOurs(data, engine, count, settings, solver));
        List<Round> done = measured.result().rounds();
        LinearModel model = measured.result().model();
        table.add(
            row("mining, ours", count, false, measured)
                .put("rounds", done.size())
                .put("cache", kept(done.get(done.size() - 1)))
                .objective(objectiveOfAll(data, solver, i -> scores(model, i), weights(model)))
                .done());
      }
    }
    return table;
  }

  /** Negatives still held after the last training, as a peer's are counted. */
  private static int kept(Round last) {
    return last.negatives() - last.evicted();
  }

  /** As the pipeline mines; where all images have hard negatives enough, each gives a training. */
  private static MiningSettings miningSettings(int each) {
    return new MiningSettings(1, each, -1, each, each, -1.2, Integer.MAX_VALUE);
  }

  /** A row in the making. */
  private static final class RowBuilder {
    private final String what;
    private final int threads;
    private final boolean peer;
    private final double seconds;
    private final Map<String, Double> more = new LinkedHashMap<>();

    RowBuilder(String what, int threads, boolean peer, double seconds) {
      this.what = what;
      this.threads = threads;
      this.peer = peer;
      this.seconds = seconds;
    }

    RowBuilder put(String key, double value) {
      more.put(key, value);
      return this;
    }

    RowBuilder objective(double value) {
      return put("objective", value);
    }

    /** The largest difference of decision values, where the reference was trained. */
    RowBuilder difference(double[] scores, double[] reference) {
      if (reference == null || scores == reference) {
        return this;
      }
      double most = 0;
      for (int i = 0; i < scores.length; i++) {
        most = Math.max(most, Math.abs(scores[i] - reference[i]));
      }
      return put("decision_difference", most);
    }

    BenchTable.Row done() {
      return new BenchTable.Row(what, threads, seconds, peer, more);
    }
  }

  private static RowBuilder row(String what, int threads, boolean peer, Measured<?> measured) {
    return new RowBuilder(what, threads, peer, measured.seconds())
        .put("cpu_seconds", measured.cpuSeconds())
        .put("heap_mib", Math.rint(measured.heapMib()));
  }

  private static double[] weights(LinearModel model) {
    double[] weights = new double[model.dimension()];
    for (int k = 0; k < weights.length; k++) {
      weights[k] = model.weights()[k];
    }
    return weights;
  }

  private static double[] scores(SvmPeer.Model model, TrainingImage image, double scale) {
    double[] scores = new double[image.regions().size()];
    for (int row = 0; row < scores.length; row++) {
      scores[row] =
          scale * PeerMining.dot(model.weights(), image.features(), row * image.dimension())
              + model.bias();
    }
    return scores;
  }

  private static double[] scores(LinearModel model, TrainingImage image) {
    return scores(new SvmPeer.Model(weights(model), model.bias()[0]), image, model.featureScale());
  }

  private static double objective(
      double[] weights, double[] scores, TrainingImage image, SolverSettings solver) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight * weight / 2;
    }
    return sum + loss(scores, image, solver);
  }

  private static double loss(double[] scores, TrainingImage image, SolverSettings solver) {
    double sum = 0;
    for (int row = 0; row < scores.length; row++) {
      boolean positive = row < image.groundTruthCount();
      double miss = Math.max(0, positive ? 1 - scores[row] : 1 + scores[row]);
      sum += solver.cost() * (positive ? solver.positiveWeight() : 1) * miss;
    }
    return sum;
  }

  private interface Scoring {
    double[] of(TrainingImage image);
  }

  /** The objective on every region of every image: how good what was mined is for all of them. */
  private static double objectiveOfAll(
      BenchSamples data, SolverSettings solver, Scoring scoring, double[] weights) {
    double sum = objective(weights, new double[0], data.images().get(0), solver);
    for (TrainingImage image : data.images()) {
      sum += loss(scoring.of(image), image, solver);
    }
    return sum;
  }

  private BenchTable boxRegression() throws IOException {
    BenchTable table = new BenchTable();
    for (int count : threads) {
      BoxRegressionTrainer trainer = fedTrainer();
      Measured<BoxRegressionTrainer.Result> measured = measure(1, () -> trainer.train(count));
      List<BoxRegressionReport> reports = measured.result().reports();
      table.add(
          row("box regression, %d classes".formatted(classes), count, false, measured)
              .put("pairs", reports.stream().mapToInt(BoxRegressionReport::pairsUsed).sum())
              .put(
                  "residual",
                  reports.stream().mapToDouble(BoxRegressionReport::residual).max().orElse(0))
              .put(
                  "iou_before",
                  reports.stream().mapToDouble(BoxRegressionReport::iouBefore).average().orElse(0))
              .put(
                  "iou_after",
                  reports.stream().mapToDouble(BoxRegressionReport::iouAfter).average().orElse(0))
              .done());
    }
    return table;
  }

  /** Pairs whose shifts the first two features tell. */
  private BoxRegressionTrainer fedTrainer() {
    List<String> names = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      names.add("class" + c);
    }
    double norm = Math.sqrt(pool5 * nonZero);
    BoxRegressionSettings authors =
        BoxRegressionSettings.authors(FeatureScale.TARGET_NORM / norm, seed);
    BoxRegressionTrainer trainer =
        new BoxRegressionTrainer(
            names,
            pool5,
            new BoxRegressionSettings(
                authors.pairIou(),
                authors.lambda(),
                authors.featureScale(),
                pairs,
                1,
                authors.heldBackEvery(),
                seed));
    Random random = new Random(seed);
    float[] noise = new float[(1 << 22) + pool5];
    for (int k = 0; k < noise.length; k++) {
      noise[k] = random.nextDouble() < nonZero ? (float) Math.abs(random.nextGaussian()) : 0;
    }
    float[] features = new float[pool5];
    for (String name : names) {
      // A tenth is held back.
      for (int i = 0; i < pairs * 1.12; i++) {
        System.arraycopy(noise, random.nextInt(1 << 22), features, 0, pool5);
        double x = random.nextInt(300);
        double y = random.nextInt(300);
        Box proposal = new Box(x, y, x + 100, y + 100);
        double dx = 10 * random.nextGaussian();
        for (int k = 0; k < pool5 / 4; k++) {
          features[k] *= (float) Math.max(0, 1 + 0.05 * dx);
        }
        trainer.add(name, proposal, new Box(x + dx, y, x + dx + 100, y + 100), features, 0);
      }
    }
    return trainer;
  }
}
