package org.rcnn.cli.bench;

import static java.util.stream.Collectors.toSet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.rcnn.cli.bench.Contest.Contestant;
import org.rcnn.cli.bench.Contest.Stopwatch;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.speed.OwnTraining;
import org.rcnn.cnn.speed.TrainingPeer;
import org.rcnn.cnn.speed.TrainingRun;
import org.rcnn.cnn.speed.TrainingRun.Took;
import org.rcnn.cnn.speed.TrainingTask;
import org.rcnn.cnn.train.Augmentation;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Judging;
import org.rcnn.cnn.train.Phase;
import org.rcnn.cnn.train.PretrainingSettings;
import org.rcnn.cnn.train.Solver;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.run.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code rcnn bench train}: iterations of fine-tuning and pre-training, ours and every available
 * peer's.
 *
 * <p>Ours is timed twice: the whole training, which warps its regions or draws its views while the
 * network learns, and the network's step alone on one batch again and again. Peers do the latter.
 * The whole training has one thread more, which makes the batches.
 *
 * <p>All take turns, so that other load on the machine affects all of them equally. A row's time is
 * that of one iteration; beside it stands the CPU time of all threads, the batches' included, since
 * on a machine with other work the elapsed time also includes waiting. A peer must learn the same:
 * the rows have the largest difference of its weights after one step without dropout, and of the
 * step itself, from ours.
 */
@Command(
    name = "train",
    description =
        "Times iterations of fine-tuning and pre-training, warps included and the network alone,"
            + " and those of Python's torch.",
    mixinStandardHelpOptions = true)
final class BenchTrainCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(BenchTrainCommand.class);

  /** As many classes as VOC has, and background. */
  private static final int OUTPUTS = 21;

  /** What is trained. */
  private enum Part {
    /** Fine-tuning of every layer. */
    ALL("all layers"),

    /** Fine-tuning of what follows the convolutions, which are computed in every iteration. */
    SUFFIX("suffix, prefix frozen"),

    /** The same from the convolutions' output, computed once and kept: iterations of ours alone. */
    KEPT("suffix, prefix kept"),

    /** Pre-training with batch normalisation, as {@code rcnn pretrain} has it by default. */
    PRETRAINING("pre-training");

    private final String label;

    Part(String label) {
      this.label = label;
    }
  }

  @Option(
      names = "--networks",
      split = ",",
      paramLabel = "NAME",
      description = "The networks (default alexnet64,alexnet).")
  private List<String> networks = List.of("alexnet64", "alexnet");

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      description = "all, suffix, kept, pretraining: what is trained. Default: all four.")
  private List<String> parts = List.of("all", "suffix", "kept", "pretraining");

  @Option(
      names = "--batch",
      description = "Regions of an iteration, a quarter of them positives (default 128).")
  private int batch = 128;

  @Option(
      names = "--iterations",
      description = "Timed iterations of a turn, after some that are not (default 5).")
  private int iterations = 5;

  @Option(
      names = "--repeats",
      description = "Turns of each contestant; the median counts (default 3).")
  private int repeats = 3;

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

  @Option(names = "--seed", description = "Seed of weights, photos and regions (default 1).")
  private long seed = 1;

  @Mixin private BenchOutput output;

  @Override
  public Integer call() throws IOException {
    if (batch < 4 || iterations < 1 || repeats < 1 || threads.stream().anyMatch(t -> t < 1)) {
      throw new ConfigException(
          "--iterations, --repeats and --threads must be at least 1, and --batch at least 4.");
    }
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    List<NetworkDefinition> definitions = networks.stream().map(this::network).toList();
    List<Part> trained = parts.stream().map(BenchTrainCommand::part).toList();
    definitions.forEach(definition -> requireParts(definition, trained));
    List<TrainingPeer> peers = BenchOutput.peersThatRun(TrainingPeer.class, without, output.out());
    List<List<Measurement>> tables = new ArrayList<>();
    for (NetworkDefinition definition : definitions) {
      for (Part part : trained) {
        output.printf(
            "%s, %s: batches of %d, median of %d turns of %d iterations%n",
            definition.name(), part.label, batch, repeats, iterations);
        output.out().flush();
        tables.add(measure(definition, part, peers));
      }
    }
    output.out().println();
    ObjectNode about = Json.object();
    about.put("batch", batch);
    about.put("iterations", iterations);
    about.put("repeats", repeats);
    about.put("engine", TorchEngine.version());
    output.publish(about, tables);
    return 0;
  }

  private NetworkDefinition network(String name) {
    try {
      return Architectures.byName(name, OUTPUTS);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("--networks: " + e.getMessage());
    }
  }

  private static Part part(String name) {
    try {
      return Part.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "--parts takes all, suffix, kept, pretraining, not '" + name + "'.");
    }
  }

  /** Before anything is timed, because a turn takes minutes. */
  private static void requireParts(NetworkDefinition definition, List<Part> trained) {
    boolean suffix = trained.contains(Part.SUFFIX) || trained.contains(Part.KEPT);
    if (suffix && definition.suffixTaps().isEmpty()) {
      throw new ConfigException(
          "--parts: suffix and kept train the fully connected layers alone, and network %s has none behind its convolutions; give --parts all,pretraining."
              .formatted(definition.name()));
    }
  }

  private List<Measurement> measure(
      NetworkDefinition definition, Part part, List<TrainingPeer> peers) throws IOException {
    String name = definition.name() + ", " + part.label + ", ";
    List<Measurement> rows = new ArrayList<>();
    try (ScratchFolder folder = ScratchFolder.create()) {
      Work work = work(definition, part, folder.path());
      Judge judge = new Judge(work.step().comparable());
      for (int count : threads.stream().distinct().toList()) {
        Contest contest = new Contest(output.out()::println);
        TrainingTask step = work.step().withThreads(count);
        contest.enter(
            name + "ours, " + work.batches(), count, () -> new Whole(work.whole(), count));
        if (part != Part.KEPT) {
          contest.enter(
              name + "ours, network alone", count, () -> new Alone(new OwnTraining(step)));
        }
        for (TrainingPeer peer : part == Part.KEPT ? List.<TrainingPeer>of() : peers) {
          contest.enterPeer(
              name + peer.name() + ", batches given",
              count,
              () -> new Rival(peer, step, judge, folder.path()));
        }
        rows.addAll(contest.run(repeats));
      }
    }
    return rows;
  }

  /**
   * A part of the bench for one network.
   *
   * @param whole our whole training
   * @param batches the words that say that it makes its batches
   * @param step the network's step on one batch
   */
  private record Work(BenchTraining whole, String batches, TrainingTask step) {}

  private Work work(NetworkDefinition definition, Part part, Path folder) {
    Path checkpoint = folder.resolve("checkpoint");
    int total = BenchTraining.UNTIMED + iterations;
    if (part == Part.PRETRAINING) {
      PretrainingSettings settings = pretraining();
      return new Work(
          BenchTraining.pretraining(definition, settings, total, checkpoint),
          "views included",
          TrainingTask.pretraining(definition, settings));
    }
    FineTuningSettings settings =
        fineTuning(total, part == Part.ALL ? Set.of() : convolutions(definition));
    TrainingTask step = TrainingTask.fineTuning(definition, settings);
    boolean kept = part == Part.KEPT;
    return new Work(
        BenchTraining.fineTuning(definition, settings, step.weights(), kept, checkpoint),
        kept ? "kept values copied" : "warps included",
        step);
  }

  private static Set<String> convolutions(NetworkDefinition definition) {
    return definition.parameterLayers().stream()
        .filter(Convolution.class::isInstance)
        .map(Layer::name)
        .collect(toSet());
  }

  /** The paper's, but for the number of iterations. */
  private FineTuningSettings fineTuning(int total, Set<String> frozen) {
    int positives = batch / 4;
    return new FineTuningSettings(
        List.of(Phase.ofAllLayers(total)),
        positives,
        batch - positives,
        0.5,
        true,
        0.9,
        0.0005,
        10,
        20,
        2,
        0.5,
        frozen,
        Map.of(),
        Judging.OFF,
        seed);
  }

  /** What {@code rcnn pretrain} does by default. */
  private PretrainingSettings pretraining() {
    Solver solver = new Solver(0.05, new Solver.Cosine(1), 0.9, 0.0005);
    Augmentation augmentation = new Augmentation(0.35, 0.2);
    return new PretrainingSettings(1, batch, solver, augmentation, 0.2, 0.1, true, seed);
  }

  private void note(Took took, Stopwatch watch) {
    watch.seconds(took.seconds() / iterations);
    watch.put("cpu_seconds", took.cpuSeconds() / iterations);
  }

  private static void iterationsPerSecond(double seconds, Map<String, Double> figures) {
    figures.put("iterations_per_second", 1 / seconds);
  }

  /** Our whole training, begun anew in each turn. */
  private final class Whole implements Contestant {
    private final BenchTraining training;
    private final int count;

    Whole(BenchTraining training, int count) {
      this.training = training;
      this.count = count;
    }

    @Override
    public void turn(Stopwatch watch) throws IOException {
      TorchEngine.useThreads(count);
      note(training.time(iterations), watch);
    }

    @Override
    public void conclude(double medianSeconds, Map<String, Double> figures) {
      iterationsPerSecond(medianSeconds, figures);
    }
  }

  /** A network's step, ours or a peer's. */
  private class Alone implements Contestant {
    final TrainingRun run;

    Alone(TrainingRun run) {
      this.run = run;
    }

    @Override
    public void warmUp() throws IOException {
      run.train(1);
    }

    @Override
    public void turn(Stopwatch watch) throws IOException {
      note(run.train(iterations), watch);
    }

    @Override
    public void conclude(double medianSeconds, Map<String, Double> figures) throws IOException {
      iterationsPerSecond(medianSeconds, figures);
    }

    @Override
    public void close() {
      run.close();
    }
  }

  /** A peer's step, judged by its first one. */
  private final class Rival extends Alone {
    private final TrainingPeer peer;
    private final TrainingTask task;
    private final Judge judge;
    private final Path folder;
    private Map<String, Double> choice = Map.of();

    Rival(TrainingPeer peer, TrainingTask task, Judge judge, Path folder) throws IOException {
      super(peer.open(task, Files.createTempDirectory(folder, "peer")));
      this.peer = peer;
      this.task = task;
      this.judge = judge;
      this.folder = folder;
    }

    @Override
    public void warmUp() throws IOException {
      choice = run.chooseFastest();
      super.warmUp();
    }

    @Override
    public void conclude(double medianSeconds, Map<String, Double> figures) throws IOException {
      super.conclude(medianSeconds, figures);
      figures.putAll(choice);
      Path other = Files.createTempDirectory(folder, "judged");
      try (TrainingRun once = peer.open(judge.task.withThreads(task.threads()), other)) {
        once.train(1);
        judge.add(once.weights(), figures);
      }
    }
  }

  /** Compares weights after one step with ours. */
  static final class Judge {
    private final TrainingTask task;
    private Weights ours;

    Judge(TrainingTask task) {
      this.task = task;
    }

    /**
     * Adds by how much the updated weights differ: the largest difference of a value as a share of
     * its layer's largest; and the Euclidean length of the difference as a share of that of the
     * layer's step, for the layer where it is largest. Shares of each parameter alone would measure
     * noise: a bias before batch normalisation has no gradient but rounding. A value that rounding
     * puts on the other side of a ReLU moves single weights of the layers before it, most in small
     * batches.
     */
    void add(Weights weights, Map<String, Double> figures) {
      if (ours == null) {
        try (OwnTraining step = new OwnTraining(task)) {
          step.train(1);
          ours = step.weights();
        }
      }
      double ofWeights = 0;
      double ofSteps = 0;
      for (Layer layer : task.definition().parameterLayers()) {
        Gap gap = new Gap();
        for (String name : layer.parameters().keySet()) {
          if (task.rates().get(name) > 0) {
            gap.add(
                task.weights().tensors().get(name).values(),
                ours.tensors().get(name).values(),
                weights.tensors().get(name).values());
          }
        }
        if (gap.step > 0) {
          ofWeights = Math.max(ofWeights, gap.largest / gap.largestValue);
          ofSteps = Math.max(ofSteps, Math.sqrt(gap.difference / gap.step));
        }
      }
      figures.put("weights_difference", ofWeights);
      figures.put("step_difference", ofSteps);
    }
  }

  /** How far a layer's parameters are apart after a step; lengths are squared. */
  private static final class Gap {
    private double largest;
    private double largestValue;
    private double difference;
    private double step;

    void add(float[] start, float[] expected, float[] actual) {
      for (int i = 0; i < start.length; i++) {
        double apart = Math.abs((double) expected[i] - actual[i]);
        double moved = (double) expected[i] - start[i];
        largest = Math.max(largest, apart);
        largestValue = Math.max(largestValue, Math.abs(expected[i]));
        difference += apart * apart;
        step += moved * moved;
      }
    }
  }
}
