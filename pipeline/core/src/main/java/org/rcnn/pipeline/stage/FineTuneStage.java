package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
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
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.DamagedCheckpointException;
import org.rcnn.cnn.train.DivergedException;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.HeldOut;
import org.rcnn.cnn.train.Keep;
import org.rcnn.cnn.train.KeptRegions;
import org.rcnn.cnn.train.Phase;
import org.rcnn.cnn.train.RangeTest;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.PipelineConfig;
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

  private static final int VERSION = 6;
  private static final String CURVE = "-curve.json";
  private static final String FINE_TUNING = "fine-tuning";

  private final PipelineConfig config;
  private final Run run;

  /** The stage of a run. */
  FineTuneStage(Run run) {
    this.config = run.config();
    this.run = run;
  }

  /**
   * What the starting network's convolutions give, where phases can be trained from that.
   *
   * @param features the training images' features at the tap
   * @param morePositives the store of their further positives
   */
  record Stored(SetFeatures features, Artifact morePositives) {}

  /**
   * The tap whose stored values phases are trained from, if the first changes nothing up to it.
   *
   * @param backbone the network that fine-tuning starts from
   */
  Optional<Tap> keptTap(Backbone backbone) {
    if (!config.finetune().keepFeatures()) {
      return Optional.empty();
    }
    FineTuningSettings settings = config.finetune().settings(config.seed());
    Set<String> newLayers = Set.copyOf(backbone.transfer().newLayers());
    // What the first phase changes, no later one can take from the store.
    Phase first = settings.phases().get(0);
    return backbone
        .definition()
        .lastFixedTap(
            layer ->
                settings.learns(first, layer, newLayers)
                    // New values differ with finetune.seed; stored ones have one.
                    || newLayers.contains(layer.name()))
        .flatMap(last -> backbone.definition().suffixTaps().stream().findFirst());
  }

  /**
   * The artifact of the fine-tuned weights, whether it exists or not.
   *
   * @param stored the artifacts of the stored features that phases are trained from; empty if none
   *     is
   */
  Artifact artifact(
      Artifact proposals, Backbone backbone, List<String> classes, List<Artifact> stored) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("proposals", proposals.hash());
    parts.put("backbone", backbone.fingerprint());
    parts.put("classes", classes);
    FineTuningSettings settings = config.finetune().settings(config.seed());
    parts.put("settings", settings);
    if (settings.judging().keep() == Keep.HIGHEST_MAP) {
      parts.put("judge", DetectionJudge.key(config));
    }
    parts.put("stored", stored.stream().map(Artifact::hash).toList());
    parts.put("validation-share", config.finetune().validationShare());
    if (config.finetune().validationShare() > 0) {
      parts.putAll(equalPictures(run.train().samples()));
    }
    parts.put("device", config.network().device());
    return run.folder().artifact(Key.of("finetune", VERSION, parts), ".safetensors");
  }

  /**
   * The fine-tuned weights, trained now unless they exist. The learning curve is stored beside
   * them, as {@code HASH-curve.json}.
   *
   * @param artifact what {@link #artifact} gives
   * @param stored what phases are trained from; empty if there is no {@link #keptTap}
   */
  Artifact run(
      Artifact artifact,
      DetectionSet set,
      Artifact proposals,
      Backbone backbone,
      List<String> classes,
      Optional<Stored> stored)
      throws IOException {
    Artifact made =
        run.folder()
            .make(
                artifact,
                FINE_TUNING,
                making -> train(set, proposals, backbone, classes, making, stored));
    if (run.folder().wasReused(FINE_TUNING)) {
      curve(made).tell(run.monitor());
    }
    return made;
  }

  /** The learning curve of fine-tuned weights. */
  static LearningCurve curve(Artifact weights) throws IOException {
    return LearningCurve.read(weights.beside(CURVE));
  }

  private void train(
      DetectionSet set,
      Artifact proposals,
      Backbone backbone,
      List<String> classes,
      Artifact artifact,
      Optional<Stored> stored)
      throws IOException {
    Set<Integer> heldOut =
        heldOut(set.samples(), config.finetune().validationShare(), config.seed());
    IntPredicate learnedFrom = index -> !heldOut.contains(index);
    List<Sample> samples = set.samples();
    // Open to the end: batches read their boxes from it.
    try (ProposalStore boxes = ProposalStore.open(proposals.place())) {
      RegionPool pool = pool(samples, learnedFrom, boxes, classes);
      HeldOut judged =
          heldOut(set, heldOut, boxes, proposals, backbone, classes, stored.map(Stored::features));
      if (stored.isEmpty()) {
        train(samples, pool, judged, null, backbone, classes, artifact);
        return;
      }
      try (StoredRegions regions =
          new StoredRegions(
              stored.get().features(),
              stored.get().morePositives().place(),
              keptTap(backbone).orElseThrow(),
              classes,
              config.finetune().positiveIou(),
              learnedFrom)) {
        train(samples, pool, judged, regions.kept(), backbone, classes, artifact);
      }
    }
  }

  /** What is held out and who judges on it; null for nothing. */
  private HeldOut heldOut(
      DetectionSet set,
      Set<Integer> chosen,
      ProposalStore boxes,
      Artifact proposals,
      Backbone backbone,
      List<String> classes,
      Optional<SetFeatures> stored)
      throws IOException {
    if (chosen.isEmpty()) {
      return null;
    }
    RegionPool regions = pool(set.samples(), chosen::contains, boxes, classes);
    if (config.finetune().keep() != Keep.HIGHEST_MAP) {
      return new HeldOut(regions);
    }
    List<Sample> samples = chosen.stream().sorted().map(set.samples()::get).toList();
    return new HeldOut(
        regions,
        new DetectionJudge(
            config,
            backbone.definition(),
            classes,
            samples,
            proposals,
            stored.map(
                features -> new DetectionJudge.Stored(features, keptTap(backbone).orElseThrow()))));
  }

  private void train(
      List<Sample> samples,
      RegionPool pool,
      HeldOut heldOut,
      KeptRegions kept,
      Backbone backbone,
      List<String> classes,
      Artifact artifact)
      throws IOException {
    TorchEngine.useThreads(config.effectiveThreads());
    FineTuningSettings settings = config.finetune().settings(config.seed());
    FineTuning training =
        new FineTuning(
            backbone.definition(),
            settings,
            pool,
            heldOut,
            index -> samples.get(index).read(),
            kept,
            config.network().device(),
            config.finetune().imageCacheBytes());
    Set<String> newLayers = Set.copyOf(backbone.transfer().newLayers());
    Path checkpoint = artifact.beside(".safetensors.checkpoint");
    boolean newFirst = settings.phases().get(0).layers().equals(Set.of(Phase.NEW));
    withoutEffect(backbone.definition(), settings, newLayers, config.features().layer())
        .ifPresent(LOG::warn);
    try (Progress progress = run.monitor().start("fine-tuning", settings.iterations(), "it")) {
      boolean judged = !newFirst && !newLayers.isEmpty();
      FineTuning.Result result;
      try {
        ProgressListener listener =
            new ProgressListener(progress, run.monitor(), settings, classes.size() + 1, judged);
        Weights start = backbone.startingWeights(settings.seed());
        result = resumed(training, start, newLayers, checkpoint, listener);
      } catch (DivergedException e) {
        throw new DivergedException(e.iteration(), e.rate(), advice(settings));
      }
      collapse(upTo(result.kept(), result.curve()), newFirst).ifPresent(LOG::warn);
      RegionPool drawnFrom = kept == null ? pool : kept.pool();
      LearningCurve curve =
          LearningCurve.of(
              classes,
              drawnFrom.labelCounts(classes.size()),
              training.labelsDrawn(classes.size(), newLayers, result.ends()),
              settings,
              result);
      if (settings.judging().isOn()) {
        LOG.info(curve.choice());
      }
      curve.write(artifact.beside(CURVE));
      Map<String, String> notes = new TreeMap<>(backbone.definition().preprocessing().notes());
      notes.put("architecture", backbone.definition().name());
      new WeightFile(result.weights(), notes).write(artifact.place(), Precision.F32);
      Files.deleteIfExists(checkpoint);
    }
  }

  /** The training from its checkpoint on, or from its begin if that is damaged. */
  private static FineTuning.Result resumed(
      FineTuning training,
      Weights start,
      Set<String> newLayers,
      Path checkpoint,
      ProgressListener listener)
      throws IOException {
    try {
      return training.run(start, newLayers, checkpoint, listener);
    } catch (DamagedCheckpointException e) {
      LOG.warn("The checkpoint {} is damaged; fine-tuning begins anew.", checkpoint);
      LOG.debug("The checkpoint cannot be read.", e);
      AtomicFile.delete(checkpoint);
      return training.run(start, newLayers, checkpoint, listener);
    }
  }

  private static String advice(FineTuningSettings settings) {
    return settings.suggestRate()
        ? "The range test suggested it: switch finetune.suggest-rate off and lower the rate in"
            + " finetune.phases, or lower finetune.new-weight-rate."
        : "Set finetune.suggest-rate=true, which tries rates before training, or lower the rate in"
            + " finetune.phases, such as to a tenth.";
  }

  private static List<FineTuning.LearningPoint> upTo(
      int kept, List<FineTuning.LearningPoint> curve) {
    return curve.stream().filter(point -> point.iteration() <= kept).toList();
  }

  /**
   * A warning if no layer learns that the features are computed from: SVMs then find the same
   * before and after.
   */
  static Optional<String> withoutEffect(
      NetworkDefinition network, FineTuningSettings settings, Set<String> newLayers, Tap tap) {
    boolean effect =
        !network.featureTaps().contains(tap)
            || network.isComputedFrom(
                tap,
                layer ->
                    settings.phases().stream()
                        .anyMatch(phase -> settings.learns(phase, layer, newLayers)));
    if (effect) {
      return Optional.empty();
    }
    boolean later =
        network.featureTaps().stream()
            .anyMatch(
                other ->
                    other.compareTo(tap) > 0
                        && withoutEffect(network, settings, newLayers, other).isEmpty());
    return Optional.of(
        "Fine-tuning changes nothing that %s of %s is computed from, so its features stay those of the starting network; name earlier layers in finetune.phases%s."
            .formatted(
                tap.label(), network.name(), later ? ", or take a later features.layer" : ""));
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
            + " rate is too high, so that it lost what it had learned (try a tenth of the rate in finetune.phases"
            + (newLayersFirst ? "" : ", and a first phase of the new layers alone")
            + "), or the training is too short (try more iterations).");
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
                + " little, lower the rate in finetune.phases and finetune.new-weight-rate, and begin"
                + " with a phase in which the new layer learns alone (layers: new).",
            firstLoss,
            even));
  }

  /** What a range test said, for people. */
  static String suggestion(int phase, RangeTest test, double rate) {
    return test.suggestion().isPresent()
        ? String.format(
            Locale.ROOT,
            "Phase %d of fine-tuning takes the rate %.1e, which its range test suggests.",
            phase + 1,
            rate)
        : String.format(
            Locale.ROOT,
            "Phase %d of fine-tuning keeps its rate of %.1e: its range test suggests none.",
            phase + 1,
            rate);
  }

  /**
   * What a key says of how equal pictures are held out; nothing without any, so that other runs
   * keep their keys of before.
   */
  static Map<String, Object> equalPictures(List<Sample> samples) {
    long different = samples.stream().map(Sample::sha256).distinct().count();
    return different < samples.size() ? Map.of("equal-pictures", "on one side") : Map.of();
  }

  /**
   * The indices of the validation images: a seeded choice of at least one, none for a share of 0.
   * Equal pictures under several names are on one side, or what was learned by heart would look
   * like skill.
   */
  static Set<Integer> heldOut(List<Sample> samples, double share, long seed) {
    return heldOutOf(samples.stream().map(Sample::sha256).toList(), share, seed);
  }

  /**
   * The indices of the validation images. A group of equal pictures joins if it is nearer to the
   * share with it than without, and where pictures repeat something is left to train on.
   *
   * @param pictures what equal pictures have in common, for each image
   */
  static Set<Integer> heldOutOf(List<String> pictures, double share, long seed) {
    if (share == 0) {
      return Set.of();
    }
    Map<String, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < pictures.size(); i++) {
      groups.computeIfAbsent(pictures.get(i), picture -> new ArrayList<>()).add(i);
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, pictures.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    int wanted = (int) Math.max(1, Math.round(share * pictures.size()));
    Set<Integer> chosen = new HashSet<>();
    for (int index : order) {
      List<Integer> group = groups.get(pictures.get(index));
      // A share near 1 of different pictures may take all, as ever.
      boolean leavesSome =
          groups.size() == pictures.size() || chosen.size() + group.size() < pictures.size();
      if (leavesSome && group.size() <= 2 * (wanted - chosen.size())) {
        chosen.addAll(group);
      }
    }
    if (chosen.isEmpty()) {
      // Every picture is there more often than images are wanted.
      List<Integer> smallest =
          groups.values().stream().min(Comparator.comparingInt(List::size)).orElseThrow();
      chosen.addAll(groups.size() > 1 ? smallest : order.subList(0, wanted));
    }
    return Set.copyOf(chosen);
  }

  private RegionPool pool(
      List<Sample> samples, IntPredicate chosen, ProposalStore proposals, List<String> classes)
      throws IOException {
    Set<String> known = Set.copyOf(classes);
    RegionPool.Builder pool =
        RegionPool.builder(
            classes,
            config.finetune().positiveIou(),
            image -> Regions.ofAll(samples.get(image), proposals, known).boxes());
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      if (chosen.test(i) && proposals.contains(sample.id())) {
        pool.add(i, sample.annotation(), proposals.boxes(sample.id()));
      }
    }
    return pool.build();
  }

  /**
   * Shows the loss beside the bar, and tells the figures.
   *
   * @param settings say what judgements are of
   * @param outputs the number of scores
   * @param judged whether to warn of a first loss that is far too high
   */
  private record ProgressListener(
      Progress progress,
      Progress.Monitor monitor,
      FineTuningSettings settings,
      int outputs,
      boolean judged)
      implements FineTuning.Listener {
    @Override
    public void rate(int done, double rate) {
      monitor.scalar("finetune/rate", done, rate);
    }

    @Override
    public void progress(FineTuning.LearningPoint point) {
      LearningCurve.tell(point, monitor);
    }

    @Override
    public void judged(FineTuning.Judgement judgement) {
      LearningCurve.tell(judgement, settings.judging().keep(), monitor);
    }

    @Override
    public void resumed(int done) {
      progress.resume(done);
    }

    @Override
    public void iteration(int done, int total, double loss) {
      if (done == 1 && judged) {
        startsFar(loss, outputs).ifPresent(LOG::warn);
      }
      progress.at(done, "loss %.3f".formatted(loss).toLowerCase(Locale.ROOT));
      monitor.scalar(LearningCurve.LOSS, done, loss);
    }

    @Override
    public void testing(int done, double rate, double loss) {
      progress.at(done, String.format(Locale.ROOT, "trying rate %.1e, loss %.3f", rate, loss));
    }

    @Override
    public void tested(int phase, RangeTest test, double rate) {
      LOG.info(suggestion(phase, test, rate));
    }
  }
}
