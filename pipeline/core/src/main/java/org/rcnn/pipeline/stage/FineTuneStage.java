package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.FineTune;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage 2: fine-tunes the network on loosely labelled regions of the training images (section 2.3
 * of the paper).
 */
final class FineTuneStage {

  private static final Logger LOG = LoggerFactory.getLogger(FineTuneStage.class);

  private static final int VERSION = 3;
  private static final String CURVE = "-curve.json";

  private final PipelineConfig config;
  private final Run run;

  /** The stage of a run. */
  FineTuneStage(Run run) {
    this.config = run.config();
    this.run = run;
  }

  /** The artifact of the fine-tuned weights, whether it exists or not. */
  Artifact artifact(Artifact proposals, Backbone backbone, List<String> classes) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("proposals", proposals.hash());
    parts.put("backbone", backbone.fingerprint());
    parts.put("classes", classes);
    parts.put("settings", config.finetune().settings(config.seed()));
    parts.put("validation-share", config.finetune().validationShare());
    parts.put("device", config.network().device());
    return run.folder().artifact(Key.of("finetune", VERSION, parts), ".safetensors");
  }

  /**
   * The fine-tuned weights, trained now unless they exist. The learning curve is stored beside
   * them, as {@code HASH-curve.json}.
   */
  Artifact run(DetectionSet set, Artifact proposals, Backbone backbone, List<String> classes)
      throws IOException {
    return run.folder()
        .make(
            artifact(proposals, backbone, classes),
            "fine-tuning",
            artifact -> train(set, proposals.place(), backbone, classes, artifact));
  }

  /** The learning curve of fine-tuned weights. */
  static LearningCurve curve(Artifact weights) throws IOException {
    return LearningCurve.read(weights.beside(CURVE));
  }

  private void train(
      DetectionSet set, Path store, Backbone backbone, List<String> classes, Artifact artifact)
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
            settings.settings(config.seed()),
            pool,
            validation,
            index -> ImageFiles.read(samples.get(index).image()),
            config.network().device(),
            settings.imageCacheBytes());
    Set<String> newLayers = Set.copyOf(backbone.transfer().newLayers());
    Path checkpoint = artifact.beside(".safetensors.checkpoint");
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
      LearningCurve.of(classes, pool.labelCounts(classes.size()), drawn, result.curve())
          .write(artifact.beside(CURVE));
      Map<String, String> notes = new TreeMap<>(backbone.definition().preprocessing().notes());
      notes.put("architecture", backbone.definition().name());
      new WeightFile(result.weights(), notes).write(artifact.place(), Precision.F32);
      Files.deleteIfExists(checkpoint);
    }
  }

  /**
   * A warning if the network ends up classifying everything as background. Its loss then looks
   * good, since most of a batch is background, but its features are useless.
   */
  static Optional<String> collapse(List<FineTuning.LearningPoint> curve, boolean newLayersFirst) {
    if (curve.isEmpty() || curve.get(curve.size() - 1).positiveAccuracy() > 0.01) {
      return Optional.empty();
    }
    return Optional.of(
        "The fine-tuned network classifies nearly every object as background. Either the learning"
            + " rate is too high, so that it lost what it had learned (try a tenth of finetune.rate"
            + (newLayersFirst ? "" : ", and finetune.new-layers-first")
            + "), or the training is too short (try more finetune.iterations).");
  }

  /**
   * A warning if the first loss is far above that of an even guess. The new layer's random scores
   * are that large only if its inputs are. A step changes the scores by the square of the inputs,
   * so the first steps disturb the layers below.
   */
  static Optional<String> startsFar(double firstLoss, int outputs) {
    double even = Math.log(outputs);
    if (!(firstLoss >= 1.5 * even)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Fine-tuning begins with a loss of %.1f, but an even guess has %.1f. The inputs of the"
                + " new layer have large values, so its steps are large too. If the network learns"
                + " little, lower finetune.rate and finetune.new-weight-rate, and let the new layer"
                + " learn alone at first (finetune.new-layers-first).",
            firstLoss,
            even));
  }

  /**
   * The indices of the validation images: a seeded choice of at least one, none for a share of 0.
   */
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

  /**
   * Shows the loss beside the bar.
   *
   * @param outputs the number of scores
   * @param judged whether to warn of a first loss that is far too high
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
  }
}
