package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.cnn.train.Solver;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.FineTune;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder.Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stage 2: fine-tunes the network on loosely labelled regions of the training images. */
public final class FineTuneStage {

  private static final Logger LOG = LoggerFactory.getLogger(FineTuneStage.class);

  private static final int VERSION = 2;

  private final PipelineConfig config;
  private final Run run;

  /** The stage of a run. */
  public FineTuneStage(Run run) {
    this.config = run.config();
    this.run = run;
  }

  /** What identifies the fine-tuned weights. */
  Key key(Key proposals, Backbone backbone, List<String> classes) {
    Map<String, Object> inputs = new TreeMap<>();
    inputs.put("proposals", proposals.hash());
    inputs.put("backbone", backbone.fingerprint());
    inputs.put("classes", classes);
    inputs.put("settings", config.finetune().identity());
    inputs.put("seed", config.seed());
    if (backbone.definition().leaves().anyMatch(LocalResponseNorm.class::isInstance)) {
      // Weights from before version 2 of its gradient, which could be wrong, are not used again.
      inputs.put("normalisation", 2);
    }
    if (device() != ComputeDevice.CPU) {
      inputs.put("device", config.network().device());
    }
    return Key.of("finetune", VERSION, inputs);
  }

  /**
   * The fine-tuned weights, trained now if they are not there. Beside them lies the learning curve,
   * {@code <key>-curve.json}.
   */
  public Path run(
      DetectionSet set, Key proposals, Path store, Backbone backbone, List<String> classes)
      throws IOException {
    Key key = key(proposals, backbone, classes);
    return run.folder()
        .artifact(
            key,
            "fine-tuning",
            ".safetensors",
            place -> train(set, store, backbone, classes, place, curveFile(place)));
  }

  /** Where the learning curve of fine-tuned weights lies. */
  static Path curveFile(Path weights) {
    String name = weights.getFileName().toString();
    return weights.resolveSibling(name.replace(".safetensors", "-curve.json"));
  }

  private void train(
      DetectionSet set,
      Path store,
      Backbone backbone,
      List<String> classes,
      Path place,
      Path curveFile)
      throws IOException {
    TorchEngine.useThreads(config.effectiveThreads());
    List<Sample> samples = set.samples();
    FineTune settings = config.finetune();
    Set<Integer> heldOut = heldOut(samples.size(), settings.validationShare(), config.seed());
    RegionPool pool = pool(samples, index -> !heldOut.contains(index), store, classes);
    RegionPool validation =
        heldOut.isEmpty() ? null : pool(samples, heldOut::contains, store, classes);
    FineTuning training =
        new FineTuning(
            backbone.definition(),
            settings(config),
            pool,
            validation,
            index -> ImageFiles.read(samples.get(index).image()),
            device());
    Set<String> newLayers = Set.copyOf(backbone.transfer().newLayers());
    Path checkpoint = place.resolveSibling(place.getFileName() + ".checkpoint");
    try (Progress progress = run.monitor().start("fine-tuning", settings.iterations(), "it")) {
      boolean judged = settings.newLayersFirst() == 0 && !newLayers.isEmpty();
      FineTuning.Result result =
          training.run(
              backbone.transfer().weights(),
              newLayers,
              checkpoint,
              new ProgressListener(progress, classes.size() + 1, judged));
      collapse(result.curve(), settings.newLayersFirst() > 0).ifPresent(LOG::warn);
      long[] drawn = training.labelsDrawn(classes.size());
      writeCurve(result, pool, drawn, classes, curveFile);
      Map<String, String> notes = new TreeMap<>(backbone.definition().preprocessing().notes());
      notes.put("architecture", backbone.definition().name());
      new WeightFile(result.weights(), notes).write(place, Precision.F32);
      Files.deleteIfExists(checkpoint);
    }
  }

  /**
   * What to say of a network that ends by calling everything background: the loss looks well then,
   * since most of a batch is, but the features are worth nothing.
   */
  static Optional<String> collapse(List<FineTuning.LearningPoint> curve, boolean newLayersFirst) {
    if (curve.isEmpty() || curve.get(curve.size() - 1).positiveAccuracy() > 0.01) {
      return Optional.empty();
    }
    return Optional.of(
        "The fine-tuned network calls nearly every object background. Either the learning rate is too"
            + " high for it, so that it lost what it knew (try finetune.rate at a tenth"
            + (newLayersFirst ? "" : ", and finetune.new-layers-first")
            + "), or it saw too little (try more finetune.iterations).");
  }

  /**
   * What to say of a first loss far above that of an even guess. The new layer's random scores are
   * that large only if its inputs are; what a step does to the scores grows with the inputs'
   * square, and the first steps throw the layers below about.
   */
  static Optional<String> startsFar(double firstLoss, int outputs) {
    double even = Math.log(outputs);
    if (!(firstLoss >= 1.5 * even)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Fine-tuning begins with a loss of %.1f, an even guess having %.1f: what the new layer sees"
                + " has large values, so that its steps are large too. If little is learned, lower"
                + " finetune.rate and finetune.new-weight-rate, and let the new layer learn alone at"
                + " first (finetune.new-layers-first).",
            firstLoss,
            even));
  }

  private ComputeDevice device() {
    return ComputeDevice.named(config.network().device());
  }

  /** The numbers of the images that are not learned from: a seeded choice of at least one. */
  static Set<Integer> heldOut(int images, double share, long seed) {
    if (share == 0) {
      return Set.of();
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, images).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return Set.copyOf(order.subList(0, (int) Math.max(1, Math.round(share * images))));
  }

  private RegionPool pool(
      List<Sample> samples, IntPredicate chosen, Path store, List<String> classes)
      throws IOException {
    RegionPool.Builder pool = RegionPool.builder(classes, config.finetune().positiveIou());
    try (ProposalStore proposals = ProposalStore.open(store)) {
      for (int i = 0; i < samples.size(); i++) {
        Sample sample = samples.get(i);
        if (chosen.test(i) && proposals.contains(sample.id())) {
          pool.add(i, sample.annotation(), proposals.boxes(sample.id()));
        }
      }
    }
    return pool.build();
  }

  static FineTuningSettings settings(PipelineConfig config) {
    FineTune f = config.finetune();
    Solver solver =
        new Solver(
            (float) f.rate(),
            new Solver.Steps(f.rateDropEvery(), f.rateDrop()),
            (float) f.momentum(),
            (float) f.weightDecay());
    return new FineTuningSettings(
        f.iterations(),
        f.positives(),
        f.backgrounds(),
        solver,
        f.newWeightRate(),
        f.newBiasRate(),
        f.copiedBiasRate(),
        (float) f.dropout(),
        f.frozenLayers(),
        f.newLayersFirst(),
        f.layerRates(),
        (long) f.imageCache() << 20,
        config.seed());
  }

  private static void writeCurve(
      FineTuning.Result result, RegionPool pool, long[] drawn, List<String> classes, Path file)
      throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode tree = json.createObjectNode();
    int[] counts = pool.labelCounts(classes.size());
    ObjectNode labels = tree.putObject("regions");
    labels.put("background", counts[0]);
    for (int c = 0; c < classes.size(); c++) {
      labels.put(classes.get(c), counts[c + 1]);
    }
    ObjectNode batches = tree.putObject("drawn");
    batches.put("background", drawn[0]);
    for (int c = 0; c < classes.size(); c++) {
      batches.put(classes.get(c), drawn[c + 1]);
    }
    ArrayNode curve = tree.putArray("curve");
    for (FineTuning.LearningPoint point : result.curve()) {
      ObjectNode node = json.valueToTree(point);
      // JSON has no NaN; what was not measured is left out.
      node.properties().removeIf(figure -> Double.isNaN(figure.getValue().asDouble()));
      curve.add(node);
    }
    Json.write(file, tree);
  }

  /**
   * Shows the loss beside the bar.
   *
   * @param outputs the number of scores
   * @param judged whether something is said of a first loss that is far off
   */
  private record ProgressListener(Progress progress, int outputs, boolean judged)
      implements FineTuning.Listener {
    @Override
    public void iteration(int done, int total, double loss) {
      if (done == 1 && judged) {
        startsFar(loss, outputs).ifPresent(LOG::warn);
      }
      progress.at(done, "loss %.3f".formatted(loss).toLowerCase(Locale.ROOT));
    }

    @Override
    public void progress(FineTuning.LearningPoint point) {
      // The curve is written whole at the end; the bar already shows the loss.
    }
  }
}
