package org.rcnn.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.rcnn.cli.bench.Contest.Contestant;
import org.rcnn.cli.bench.Contest.Stopwatch;
import org.rcnn.cli.bench.Contest.Work;
import org.rcnn.cnn.linalg.NativeMatrixEngine;
import org.rcnn.data.Box;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
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
import picocli.CommandLine.Option;

/**
 * {@code rcnn bench svm}: times one training, one mining run and box regression on synthetic
 * features, and LIBSVM and LIBLINEAR, in one process.
 *
 * <p>Ours is timed as the pipeline runs it, from features on the Java heap to a model. That
 * includes copying them to native memory, the Gram matrix, LIBSVM's solver, and folding its support
 * vectors. A peer's time includes converting the samples to its own form. All train a small problem
 * first, untimed, so that the code is compiled. The objective is always that of the problem with a
 * free bias, computed from the weights in the same way. The table has the CPU time too, since on a
 * machine with other work the elapsed time also includes waiting.
 */
@Command(
    name = "svm",
    description =
        "Times SVM training and mining, ours and that of LIBSVM and LIBLINEAR, and our box"
            + " regression, on synthetic features.",
    mixinStandardHelpOptions = true)
final class BenchSvmCommand implements Callable<Integer> {

  private static final String LINEAR = "LIBSVM linear";

  /** A training slower than this is measured once. */
  private static final double SLOW_SECONDS = 20;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      description = "training, mining, bbox. Default: all.")
  private List<String> parts = List.of("training", "mining", "bbox");

  @Option(
      names = "--samples",
      description =
          "Samples of the single training (default 2000; at 5000 LIBSVM's linear kernel alone takes"
              + " minutes).")
  private int samples = 2000;

  @Option(names = "--positives", description = "Positives, in the mining run too (default 400).")
  private int positives = 400;

  @Option(names = "--dimension", description = "Length of an SVM's feature (default 4096).")
  private int dimension = 4096;

  @Option(
      names = "--rounds",
      description =
          "Images of the mining run (default 23). Most have enough hard negatives for a training:"
              + " about 20 of 23.")
  private int rounds = 23;

  @Option(names = "--added", description = "New negatives per round (default 1000).")
  private int added = 1000;

  @Option(names = "--classes", description = "Classes of the box regression (default 20).")
  private int classes = 20;

  @Option(names = "--pairs", description = "Its pairs per class (default 5000).")
  private int pairs = 5000;

  @Option(names = "--pool5", description = "Length of its features (default 9216).")
  private int pool5 = 9216;

  @Option(
      names = "--nonzero",
      description =
          "Share of a feature's values that are not 0 (default 0.44, as in alexnet64's fc7 on"
              + " photos; pool5 has 0.6); 1: dense. Ours does the same work for any share; LIBSVM's"
              + " linear kernel and LIBLINEAR skip zeros.")
  private double nonZero = 0.44;

  @Option(
      names = "--strength",
      description =
          "How far objects differ from other regions (default 1). The less, the more negatives the"
              + " mining run keeps.")
  private double strength = 1;

  @Option(
      names = "--background",
      description =
          "How far backgrounds differ from image to image (default 0.7). The more, the more of a"
              + " new image's negatives are hard, and easy once learned.")
  private double background = 0.7;

  @Option(
      names = "--tolerance",
      description =
          "Tolerance at which LIBSVM's solver stops, in its own trainings and in ours (default"
              + " 0.001, as LIBSVM). LIBLINEAR keeps its own.")
  private double tolerance = SolverSettings.paper().tolerance();

  @Option(names = "--repeats", description = "Measurements per training (default 3).")
  private int repeats = 3;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "T",
      description = "Numbers of threads for ours, a row for each (default: 1 and all cores).")
  private List<Integer> threads = List.of(1, Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "PEER",
      description = "Peers to leave out, such as 'LIBSVM linear', which is slow.")
  private List<String> without = List.of();

  @Option(names = "--seed", description = "Seed of the features (default 1).")
  private long seed = 1;

  @Mixin private BenchOutput output;

  @Override
  public Integer call() throws IOException {
    check();
    String none =
        "No other SVM library is on the class path, so only ours is measured; `./rcnn bench"
            + " svm` adds LIBSVM's own trainings and LIBLINEAR.";
    List<SvmPeer> peers = BenchOutput.peers(SvmPeer.class, output.err(), none);
    peers.removeIf(peer -> without.contains(peer.name()));
    threads = threads.stream().distinct().toList();
    List<List<Measurement>> tables = new ArrayList<>();
    if (parts.contains("training")) {
      tables.add(training(peers));
    }
    if (parts.contains("mining")) {
      tables.add(mining(peers));
    }
    if (parts.contains("bbox")) {
      tables.add(boxRegression());
    }
    output.printf(
        "SVMs on features of %d values, %.0f %% of them not 0; %d positives%n%n",
        dimension, 100 * nonZero, positives);
    ObjectNode about = Json.object();
    about.put("samples", samples);
    about.put("dimension", dimension);
    about.put("positives", positives);
    about.put("rounds", rounds);
    about.put("added", added);
    about.put("nonzero", nonZero);
    about.put("tolerance", tolerance);
    output.publish(about, tables);
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
        throw new ConfigException(
            "--positives, --dimension, --added, --classes, --pairs, --pool5 and --repeats must be"
                + " at least 1, not "
                + size
                + ".");
      }
    }
    if (samples <= positives || rounds < 2 || !(nonZero > 0 && nonZero <= 1)) {
      throw new ConfigException(
          "--samples must exceed --positives, --rounds must be at least 2, and --nonzero must be"
              + " above 0 and at most 1.");
    }
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new ConfigException("--tolerance must lie between 0 and 1, not " + tolerance + ".");
    }
    if (threads.isEmpty() || threads.stream().anyMatch(count -> count < 1)) {
      throw new ConfigException("--threads must be at least 1.");
    }
  }

  private Contest contest() {
    return new Contest(output.err()::println, Meter.PROCESS_CPU, Meter.PEAK_HEAP);
  }

  private SolverSettings solver() {
    SolverSettings paper = SolverSettings.paper();
    return new SolverSettings(paper.cost(), paper.positiveWeight(), tolerance);
  }

  private BenchSamples samples(int images, int objects, int negatives, int length) {
    return new BenchSamples(
        new BenchSamples.Shape(
            images, objects, negatives, length, nonZero, strength, background, seed));
  }

  private List<Measurement> training(List<SvmPeer> peers) throws IOException {
    BenchSamples warm = samples(1, 20, 60, Math.min(dimension, 64));
    BenchSamples data = samples(1, positives, samples - positives, dimension);
    double scale = FeatureScale.measure(data, 1, seed).factor();
    Judge judge = new Judge(data, solver());
    Contest contest = contest();
    // LIBSVM's linear kernel first, because the others are compared with its decisions.
    peers.sort(Comparator.comparing(peer -> !peer.name().equals(LINEAR)));
    for (SvmPeer peer : peers) {
      contest.enterPeer(
          peer.name(),
          1,
          () ->
              new Training<>(
                  () -> train(peer, warm.images().get(0), 1),
                  () -> train(peer, data.images().get(0), scale),
                  (model, figures) ->
                      judge.add(model, scale, peer.name().equals(LINEAR), figures)));
    }
    for (int count : threads) {
      contest.enter(
          "ours", count, () -> ours(count, warm, everything(80), data, everything(samples), judge));
    }
    return contest.run(repeats, SLOW_SECONDS, () -> {});
  }

  private SvmPeer.Model train(SvmPeer peer, TrainingImage image, double scale) {
    int length = image.dimension();
    try (NativeMatrixEngine engine = new NativeMatrixEngine(1)) {
      SvmPeer.Training training = peer.start(length, solver(), engine);
      float[] scaled = new float[length];
      for (int row = 0; row < image.regions().size(); row++) {
        PeerMining.scale(image, row, scale, scaled);
        training.add(scaled, 0, row < image.groundTruthCount());
      }
      return training.train();
    }
  }

  /** One training on all samples: all are first negatives, and none is added or dropped later. */
  private static MiningSettings everything(int count) {
    return new MiningSettings(1, count, 100, Integer.MAX_VALUE, count, -100, count);
  }

  private List<Measurement> mining(List<SvmPeer> peers) throws IOException {
    BenchSamples warm = samples(4, 20, 40, Math.min(dimension, 64));
    BenchSamples data = samples(rounds, positives, 2 * added, dimension);
    double scale = FeatureScale.measure(data, 1, seed).factor();
    Judge judge = new Judge(data, solver());
    Contest contest = contest();
    try (NativeMatrixEngine engine = new NativeMatrixEngine(1)) {
      for (SvmPeer peer : peers) {
        if (peer.name().equals("LIBLINEAR")) {
          contest.enterPeer(
              "mining, " + peer.name(),
              1,
              () ->
                  new Training<>(
                      () -> PeerMining.run(peer, warm.images(), 1, solver(), mined(40), engine),
                      () ->
                          PeerMining.run(
                              peer, data.images(), scale, solver(), mined(added), engine),
                      (result, figures) -> {
                        figures.put("rounds", (double) result.rounds());
                        figures.put("cache", (double) result.cache());
                        judge.add(result.model(), scale, false, figures);
                      }));
        }
      }
      for (int count : threads) {
        contest.enter(
            "mining, ours", count, () -> ours(count, warm, mined(40), data, mined(added), judge));
      }
      return contest.run(repeats, SLOW_SECONDS, () -> {});
    }
  }

  /** As the pipeline mines; an image with enough hard negatives gives a training. */
  private static MiningSettings mined(int each) {
    return new MiningSettings(1, each, -1, each, each, -1.2, Integer.MAX_VALUE);
  }

  private Contestant ours(
      int count,
      BenchSamples warm,
      MiningSettings warmMining,
      BenchSamples data,
      MiningSettings mining,
      Judge judge) {
    NativeMatrixEngine engine = new NativeMatrixEngine(count);
    return new Training<>(
        () -> train(warm, engine, count, warmMining),
        () -> train(data, engine, count, mining),
        (training, figures) -> {
          if (data.images().size() > 1) {
            Round last = training.rounds().get(training.rounds().size() - 1);
            figures.put("rounds", (double) training.rounds().size());
            // Negatives still stored after the last training, which is how a peer's are counted.
            figures.put("cache", (double) last.negatives() - last.evicted());
          }
          LinearModel model = training.model();
          float[] weights = model.weights();
          double[] own = IntStream.range(0, dimension).mapToDouble(k -> weights[k]).toArray();
          SvmPeer.Model plain = new SvmPeer.Model(own, model.bias()[0]);
          judge.add(plain, model.featureScale(), false, figures);
        }) {
      @Override
      public void close() {
        engine.close();
      }
    };
  }

  private SvmTraining train(
      BenchSamples data, NativeMatrixEngine engine, int count, MiningSettings mining)
      throws IOException {
    SvmSettings settings = new SvmSettings(SampleSettings.paper(), solver(), mining, 1, seed);
    return SvmTrainer.train(
        data, List.of(BenchSamples.CLASS), settings, engine, count, SvmTrainer.Listener.SILENT);
  }

  /** A repeated training; the last result is judged. */
  private static class Training<T> implements Contestant {
    private final Work<?> small;
    private final Work<T> work;
    private final BiConsumer<T, Map<String, Double>> verdict;
    private T result;

    Training(Work<?> small, Work<T> work, BiConsumer<T, Map<String, Double>> verdict) {
      this.small = small;
      this.work = work;
      this.verdict = verdict;
    }

    @Override
    public void warmUp() throws IOException {
      small.run();
    }

    @Override
    public void turn(Stopwatch watch) throws IOException {
      result = null;
      result = watch.time(work);
    }

    @Override
    public void conclude(double medianSeconds, Map<String, Double> figures) {
      verdict.accept(result, figures);
    }
  }

  /** Judges all models with the same arithmetic. */
  private static final class Judge {
    private final List<TrainingImage> images;
    private final SolverSettings solver;
    private double[] reference;

    Judge(BenchSamples data, SolverSettings solver) {
      this.images = data.images();
      this.solver = solver;
    }

    /**
     * Adds the objective on every region of every image and, if there is a reference, the largest
     * difference of decision values.
     *
     * @param asReference whether others are compared with this model
     */
    void add(SvmPeer.Model model, double scale, boolean asReference, Map<String, Double> figures) {
      double objective = 0;
      for (double weight : model.weights()) {
        objective += weight * weight / 2;
      }
      double[] first = null;
      for (TrainingImage image : images) {
        double[] scores = new double[image.regions().size()];
        double loss = 0;
        for (int row = 0; row < scores.length; row++) {
          double dot = PeerMining.dot(model.weights(), image.features(), row * image.dimension());
          scores[row] = scale * dot + model.bias();
          boolean positive = row < image.groundTruthCount();
          double miss = Math.max(0, positive ? 1 - scores[row] : 1 + scores[row]);
          loss += solver.cost() * (positive ? solver.positiveWeight() : 1) * miss;
        }
        objective += loss;
        first = first == null ? scores : first;
      }
      figures.put("objective", objective);
      if (asReference) {
        reference = first;
      } else if (reference != null) {
        double most = 0;
        for (int i = 0; i < first.length; i++) {
          most = Math.max(most, Math.abs(first[i] - reference[i]));
        }
        figures.put("decision_difference", most);
      }
    }
  }

  private List<Measurement> boxRegression() throws IOException {
    List<Measurement> rows = new ArrayList<>();
    for (int count : threads) {
      // One contest each, because the pairs of one fill the memory.
      BoxRegressionTrainer trainer = fedTrainer();
      Contest contest = contest();
      contest.enter(
          "box regression, %d classes".formatted(classes),
          count,
          () -> new Training<>(() -> null, () -> trainer.train(count), BenchSvmCommand::describe));
      rows.addAll(contest.run(1));
    }
    return rows;
  }

  private static void describe(BoxRegressionTrainer.Result result, Map<String, Double> figures) {
    List<BoxRegressionReport> reports = result.reports();
    figures.put("pairs", (double) reports.stream().mapToInt(BoxRegressionReport::pairsUsed).sum());
    figures.put(
        "residual", reports.stream().mapToDouble(BoxRegressionReport::residual).max().orElse(0));
    figures.put("iou_before", mean(reports, BoxRegressionReport::iouBefore));
    figures.put("iou_after", mean(reports, BoxRegressionReport::iouAfter));
  }

  private static double mean(
      List<BoxRegressionReport> reports, ToDoubleFunction<BoxRegressionReport> figure) {
    return reports.stream().mapToDouble(figure).average().orElse(0);
  }

  /** A trainer with pairs whose horizontal shift scales the first quarter of the features. */
  private BoxRegressionTrainer fedTrainer() {
    List<String> names = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      names.add("class" + c);
    }
    double norm = Math.sqrt(pool5 * nonZero);
    BoxRegressionSettings authors = BoxRegressionSettings.authors(seed);
    BoxRegressionTrainer trainer =
        new BoxRegressionTrainer(
            names,
            pool5,
            new FeatureScale(FeatureScale.TARGET_NORM / norm),
            new BoxRegressionSettings(
                authors.pairIou(), authors.lambda(), pairs, 1, authors.heldBackEvery(), seed));
    Random random = new Random(seed);
    float[] noise = new float[(1 << 22) + pool5];
    for (int k = 0; k < noise.length; k++) {
      noise[k] = random.nextDouble() < nonZero ? (float) Math.abs(random.nextGaussian()) : 0;
    }
    float[] features = new float[pool5];
    for (String name : names) {
      // A tenth is held back, so that enough pairs are left.
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
