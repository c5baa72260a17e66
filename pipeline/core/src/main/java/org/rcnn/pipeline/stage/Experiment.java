package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.HogExtractor;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.PlannedStage;
import org.rcnn.pipeline.run.Run;
import org.rcnn.proposals.ProposalSource;
import org.rcnn.svm.RegionScorer;

/**
 * R-CNN from images to mean average precision, for any row of the ablation table; the stages that
 * rows share are computed once.
 *
 * <p>Each method returns a stage's artifact, and computes whatever it needs. In the order of the
 * method: {@link #proposals}, {@link #fineTuned}, {@link #features}, {@link #head}, {@link
 * #boxRegression}, {@link #detections}, {@link #evaluate}, {@link #thresholds}; {@link #detector}
 * packs the result. {@link Evidence} reads what the stages store beside their artifacts.
 */
public final class Experiment implements RunArtifacts {

  /** The fine-tuned network among {@link #artifacts}; missing without one. */
  public static final String FINE_TUNING = "fine-tuning";

  /**
   * IoU from which a detection finds an object, as in the VOC development kit ({@code VOCinit.m}).
   */
  static final double MATCH_IOU = 0.5;

  private static final String PRE_TRAINED = "pre-trained";
  private static final String FINE_TUNED = "fine-tuned";

  private final Run run;
  private final PipelineConfig config;
  private final List<String> classes;
  private final Backbone backbone;
  private final Optional<ProposalSource> source;
  private final ProposalStage proposals;
  private final FineTuneStage fineTuning;
  private final FeatureStage features;
  private final HogStage hog;
  private final BoxRegressionStage boxRegression;
  private final DetectionStage detection;
  private final ThresholdStage thresholds;

  /** So that boxes are not counted again for every row. */
  private final Planning.Counts counts;

  /** So that weights are not read again for every row. */
  private final RecentNetworks networks;

  /**
   * An experiment.
   *
   * @param run the settings, images and folder; the detector's classes are those of the training
   *     images
   * @throws ConfigException if the configuration names a network, layer or head that does not exist
   * @throws IOException if the starting weights cannot be read
   */
  public Experiment(Run run) throws IOException {
    this(run, Optional.empty());
  }

  /**
   * An experiment on a program's own boxes instead of selective search's. Of the settings of {@code
   * proposals}, {@code max-boxes} alone then has a meaning: the first so many boxes of the source
   * are classified. The detector wants the same source afterwards, in {@code Detector.Options}.
   *
   * @param run the settings, images and folder
   * @param source the boxes; their artifacts are kept under its name
   * @throws ConfigException if the configuration names a network, layer or head that does not exist
   * @throws IOException if the starting weights cannot be read
   */
  public Experiment(Run run, ProposalSource source) throws IOException {
    this(run, Optional.of(source));
  }

  private Experiment(Run run, Optional<ProposalSource> source) throws IOException {
    this(run, source, backboneOf(run.config(), run), new RecentNetworks(), new Planning.Counts());
    requireNames(config);
  }

  private Experiment(
      Run run,
      Optional<ProposalSource> source,
      Backbone backbone,
      RecentNetworks networks,
      Planning.Counts counts) {
    this.run = run;
    this.config = run.config();
    backbone.requireLayers("finetune.frozen-layers", config.finetune().frozenLayers());
    backbone.requireLayers("finetune.layer-rates", config.finetune().layerRates().keySet());
    backbone.requireLayers("finetune.phases.layers", config.finetune().layersNamed());
    this.classes = run.train().classes();
    this.backbone = backbone;
    this.networks = networks;
    this.counts = counts;
    this.source = source;
    this.proposals = new ProposalStage(run, source);
    this.fineTuning = new FineTuneStage(run);
    this.features = new FeatureStage(run, backbone.definition());
    this.hog = new HogStage(run);
    this.boxRegression = new BoxRegressionStage(run);
    this.detection = new DetectionStage(run, classes);
    this.thresholds = new ThresholdStage(run, classes);
  }

  /**
   * The same experiment with other settings. It shares every artifact that they do not change.
   *
   * @param other settings with the same seed and images
   * @throws IllegalArgumentException if the seed or the images differ
   * @throws ConfigException if the settings name a network or layer that does not exist
   * @throws IOException if the network is another, and its starting weights cannot be read
   */
  public Experiment with(PipelineConfig other) throws IOException {
    if (other.seed() != config.seed() || !other.data().equals(config.data())) {
      throw new IllegalArgumentException(
          "An experiment keeps its seed and images; open another run for others.");
    }
    Backbone start = other.network().equals(config.network()) ? backbone : backboneOf(other, run);
    return new Experiment(run.withConfig(other), source, start, networks, counts);
  }

  /**
   * Refuses a configuration that names a network or head that does not exist, before any image is
   * read.
   *
   * @throws ConfigException if it does
   */
  public static void requireNames(PipelineConfig config) {
    Backbone.requireKnown(config.network());
    Heads.named("svm.head", config.svm().head());
  }

  private static Backbone backboneOf(PipelineConfig config, Run run) throws IOException {
    return Backbone.of(config.network(), run.train().classes().size(), config.seed());
  }

  /** The run, with the settings of this experiment. */
  public Run run() {
    return run;
  }

  @Override
  public PipelineConfig config() {
    return config;
  }

  @Override
  public DetectionSet test() {
    return run.test();
  }

  /** The detector's classes, sorted; background is not among them. */
  public List<String> classes() {
    return classes;
  }

  /**
   * The classes of an evaluation, sorted: the detector's, and those that only test images have
   * objects of ({@link Run#untrained}).
   */
  @Override
  public List<String> scoredClasses() {
    TreeSet<String> scored = new TreeSet<>(classes);
    scored.addAll(run.untrained().keySet());
    return List.copyOf(scored);
  }

  /** The program's own source of boxes; empty for selective search. */
  public Optional<ProposalSource> proposalSource() {
    return source;
  }

  /** The network that the experiment starts from. */
  public Backbone backbone() {
    return backbone;
  }

  /**
   * How the network computes features on this machine; never {@link Execution#AUTO}.
   *
   * @param training whether those of the training images; else those of the test images
   */
  public Execution execution(boolean training) {
    return features.execution(training);
  }

  /**
   * A network's weights. They are large: do not keep them.
   *
   * @param finetuned whether of the fine-tuned network; else of the one that it starts from
   */
  public Weights weights(boolean finetuned) throws IOException {
    return network(finetuned).weights();
  }

  /**
   * A network that computes features as those of the test images are computed; to be closed by the
   * caller.
   *
   * @param finetuned whether the fine-tuned network; else the one that it starts from
   * @param taps the taps to return
   */
  public FeatureExtractor extractor(boolean finetuned, Set<Tap> taps) throws IOException {
    return new FeatureExtractor(
        backbone.definition(),
        weights(finetuned),
        taps,
        config.features().batch(),
        config.network().device(),
        execution(false));
  }

  /** What turns the values at the tap of a row's head into scores; trained now unless it exists. */
  public RegionScorer scorer(Row row) throws IOException {
    return row.effectiveHead().read(head(row).map(Artifact::place).orElse(null), classes);
  }

  /**
   * The stored features of the training images' regions; computed now unless they exist, and to be
   * closed by the caller.
   */
  public StoredLayer trainingLayer(boolean finetuned, Tap tap) throws IOException {
    return new StoredLayer(trainFeatures(Source.of(finetuned)), tap, classes, true);
  }

  /**
   * The stored features of the test images' proposals; computed now unless they exist, and to be
   * closed by the caller.
   */
  public StoredLayer testLayer(boolean finetuned, Tap tap) throws IOException {
    return new StoredLayer(testFeatures(Source.of(finetuned)), tap, classes, false);
  }

  /** Whether the configuration asks for the fine-tuned network. */
  public boolean finetunes() {
    return config.finetune().enabled();
  }

  /**
   * The row that the configuration describes.
   *
   * @throws ConfigException if the network lacks its layer
   */
  public Row configuredRow() {
    Tap layer = config.features().layer();
    if (!backbone.definition().taps().containsKey(layer)) {
      throw new ConfigException("features.layer: " + backbone.definition().lacks(layer));
    }
    Head head = Heads.named("svm.head", config.svm().head());
    return new Row(finetunes(), layer, head, config.bbox().enabled());
  }

  /**
   * Stage 1: the proposals of the training and the test images, in this order.
   *
   * @throws IOException if the stage fails, here and in the methods below
   */
  public List<Artifact> proposals() throws IOException {
    return List.of(proposals.run(run.train()), proposals.run(run.test()));
  }

  @Override
  public Artifact testProposals() throws IOException {
    return proposals().get(1);
  }

  /** Stage 2: the fine-tuned weights. */
  @Override
  public Artifact fineTuned() throws IOException {
    Artifact boxes = proposals.run(run.train());
    Optional<Tap> tap = fineTuning.keptTap(backbone);
    Optional<FineTuneStage.Stored> stored =
        tap.isPresent() ? Optional.of(stored(tap.get())) : Optional.empty();
    return fineTuning.run(fineTunedArtifact(), run.train(), boxes, backbone, classes, stored);
  }

  /** What the convolutions that fine-tuning starts from give for the training images. */
  private FineTuneStage.Stored stored(Tap tap) throws IOException {
    TrainedNetwork start = network(false);
    SetFeatures first =
        features.runFirst(run.train(), true, proposals.run(run.train()), start, classes);
    double iou = config.finetune().positiveIou();
    return new FineTuneStage.Stored(first, features.morePositives(first, tap, iou, start, classes));
  }

  private Artifact fineTunedArtifact() {
    Artifact boxes = proposals.artifact(run.train());
    List<Artifact> stored =
        fineTuning.keptTap(backbone).map(tap -> storedFor(boxes, tap)).orElse(List.of());
    return fineTuning.artifact(boxes, backbone, classes, stored);
  }

  private List<Artifact> storedFor(Artifact boxes, Tap tap) {
    SetFeatures pretrained = featuresOf(run.train(), true, boxes, Source.PRE_TRAINED);
    double iou = config.finetune().positiveIou();
    return List.of(
        pretrained.first(), features.morePositives(pretrained, tap, iou, identity(false), classes));
  }

  /**
   * Stage 3: the features of the training and the test images, in this order.
   *
   * @param finetuned whether of the fine-tuned network; else of the one that it starts from
   */
  public List<Artifact> features(boolean finetuned) throws IOException {
    Source source = Source.of(finetuned);
    return List.of(trainFeatures(source).last(), testFeatures(source).last());
  }

  /** Stage 4: a row's head; empty for the network's own scores, which fine-tuning has trained. */
  @Override
  public Optional<Artifact> head(Row row) throws IOException {
    Head head = row.effectiveHead();
    HeadTraining training = training(row);
    Optional<Artifact> artifact = head.artifact(training);
    if (artifact.isPresent()) {
      run.folder()
          .make(
              artifact.get(),
              "%s on %s, %s".formatted(head.title(), row.layer().label(), row.network()),
              place -> head.train(training, place));
    }
    return artifact;
  }

  /** Stage 5: a network's box regression. */
  @Override
  public Artifact boxRegression(boolean finetuned) throws IOException {
    return boxRegression.run(trainFeatures(Source.of(finetuned)), classes);
  }

  /** Stage 6: a row's result files on the test set, in one folder. */
  @Override
  public Artifact detections(Row row) throws IOException {
    SetFeatures test = testFeatures(Source.of(row));
    return detection.run(test, parts(row));
  }

  private DetectionStage.Parts parts(Row row) throws IOException {
    Optional<Artifact> head = head(row);
    Optional<Artifact> corrected =
        row.boxRegression() ? Optional.of(boxRegression(row.finetuned())) : Optional.empty();
    return new DetectionStage.Parts(row, head, corrected);
  }

  /** Stage 7: from which score a row's detections count; chosen on training images. */
  @Override
  public Artifact thresholds(Row row) throws IOException {
    return thresholds.run(trainFeatures(Source.of(row)), parts(row));
  }

  /**
   * Evaluates a row on the test set with the configured metric; {@code voc07} follows the VOC
   * development kit's {@code VOCevaldet.m}.
   *
   * <p>The mean is over the classes that the test set has objects of, whether or not the detector
   * knows them: the objects of a class without a training image count as missed, its AP is 0. Left
   * out, it would make a detector that knows less look better. (The development kit scores one
   * class at a time and has no mean.) The command {@code eval} counts in the same way from result
   * files.
   *
   * @return the evaluation of {@link #scoredClasses}
   */
  @Override
  public EvaluationResult evaluate(Row row) throws IOException {
    return RunArtifacts.super.evaluate(row);
  }

  /**
   * Packs a row's detector into one file of the run's folder.
   *
   * @return the file, {@link DetectorFile#NAME}
   * @throws IllegalArgumentException if the row has no network
   */
  public Path detector(Row row) throws IOException {
    if (row.layer() == Tap.HOG) {
      throw new IllegalArgumentException("A detector file has a network; HOG is for studies.");
    }
    List<ClassThreshold> chosen =
        config.thresholds().enabled() ? ThresholdStage.read(thresholds(row)).classes() : List.of();
    String boxes = source.map(ProposalSource::name).orElse(DetectorFile.SELECTIVE_SEARCH);
    return DetectorFile.pack(run, boxes, network(row.finetuned()), classes, parts(row), chosen);
  }

  @Override
  public double secondsOf(Artifact artifact) throws IOException {
    return run.folder().secondsOf(artifact);
  }

  /**
   * What a command will make of a row, in the order in which it is made; nothing is computed.
   *
   * @param goal how far the command takes the row
   * @throws IOException if stored proposals cannot be read
   */
  public List<PlannedStage> plan(Goal goal, Row row) throws IOException {
    Planning plan = new Planning(run, backbone.definition(), features, classes, counts);
    Source source = goal == Goal.FINE_TUNING ? Source.FINE_TUNED : Source.of(row);
    Artifact trainBoxes = proposals.artifact(run.train());
    Artifact testBoxes = proposals.artifact(run.test());
    plan.proposals(run.train(), trainBoxes);
    if (goal != Goal.FINE_TUNING) {
      plan.proposals(run.test(), testBoxes);
    }
    if (source == Source.FINE_TUNED) {
      planFineTuning(plan, trainBoxes);
    }
    if (goal == Goal.FINE_TUNING) {
      return plan.stages();
    }
    SetFeatures train = featuresOf(run.train(), true, trainBoxes, source);
    SetFeatures test = featuresOf(run.test(), false, testBoxes, source);
    plan.features(train, true);
    if (goal.needsTestFeatures()) {
      plan.features(test, false);
    }
    planTraining(plan, goal, row, train, test);
    return plan.stages();
  }

  private void planFineTuning(Planning plan, Artifact boxes) throws IOException {
    Optional<Tap> tap = fineTuning.keptTap(backbone);
    if (tap.isPresent()) {
      SetFeatures start = featuresOf(run.train(), true, boxes, Source.PRE_TRAINED);
      plan.firstFeatures(start, true);
      double iou = config.finetune().positiveIou();
      plan.morePositives(features.morePositives(start, tap.get(), iou, identity(false), classes));
    }
    plan.fineTuning(fineTunedArtifact());
  }

  private void planTraining(Planning plan, Goal goal, Row row, SetFeatures train, SetFeatures test)
      throws IOException {
    Head kind = row.effectiveHead();
    Tap tap = kind.tap(row.layer());
    int dimension =
        tap == Tap.HOG ? HogExtractor.DIMENSION : backbone.definition().tapDimensions().get(tap);
    Optional<Artifact> head = kind.artifact(new HeadTraining(run, train, row.layer(), classes));
    Optional<Artifact> corrected =
        row.boxRegression()
            ? Optional.of(boxRegression.artifact(train, classes))
            : Optional.empty();
    if (goal.needsHead() && head.isPresent()) {
      plan.reading(head.get(), kind.title(), train, true, dimension);
    }
    if (goal == Goal.BOX_REGRESSION || goal.needsBoth() && corrected.isPresent()) {
      plan.reading(boxRegression.artifact(train, classes), "box regression", train, true, 1);
    }
    DetectionStage.Parts parts = new DetectionStage.Parts(row, head, corrected);
    if (goal.needsDetections()) {
      plan.reading(detection.artifact(test, parts), "detections", test, false, dimension);
    }
    if (goal == Goal.THRESHOLDS || goal == Goal.DETECTOR && config.thresholds().enabled()) {
      plan.reading(thresholds.artifact(train, parts), "thresholds", train, true, dimension);
    }
  }

  /** What a row's features are of. */
  private enum Source {
    PRE_TRAINED,
    FINE_TUNED,
    HOG;

    static Source of(boolean finetuned) {
      return finetuned ? FINE_TUNED : PRE_TRAINED;
    }

    static Source of(Row row) {
      return row.layer() == Tap.HOG ? HOG : of(row.finetuned());
    }
  }

  private TrainedNetwork network(boolean finetuned) throws IOException {
    Artifact tuned = finetuned ? fineTuned() : null;
    TrainedNetwork.Identity identity = identity(finetuned);
    TrainedNetwork known = networks.get(identity.whole());
    if (known == null) {
      Weights weights =
          finetuned ? WeightFile.read(tuned.place()).weights() : backbone.transfer().weights();
      known = new TrainedNetwork(identity, backbone.definition(), weights);
      networks.put(identity.whole(), known);
    }
    return known;
  }

  /** What tells a network from others, whether its weights exist or not. */
  private TrainedNetwork.Identity identity(boolean finetuned) {
    String start = backbone.prefixFingerprint();
    if (!finetuned) {
      return TrainedNetwork.Identity.of(PRE_TRAINED, start, backbone.fingerprint());
    }
    String tuned = fineTunedArtifact().hash();
    boolean sameConvolutions =
        config
            .finetune()
            .settings(config.seed())
            .lastFixedTap(backbone.definition(), Set.copyOf(backbone.transfer().newLayers()))
            .isPresent();
    return sameConvolutions
        ? new TrainedNetwork.Identity(FINE_TUNED, PRE_TRAINED, start, tuned)
        : TrainedNetwork.Identity.of(FINE_TUNED, tuned, tuned);
  }

  private SetFeatures trainFeatures(Source source) throws IOException {
    return setFeatures(run.train(), true, source);
  }

  private SetFeatures testFeatures(Source source) throws IOException {
    // Training images first, so that the slow stages come in the order of the method.
    trainFeatures(source);
    return setFeatures(run.test(), false, source);
  }

  private SetFeatures setFeatures(DetectionSet set, boolean training, Source source)
      throws IOException {
    Artifact boxes = proposals().get(training ? 0 : 1);
    return source == Source.HOG
        ? hog.run(set, training, boxes, classes)
        : features.run(set, training, boxes, network(source == Source.FINE_TUNED), classes);
  }

  /** A set's features, whether they exist or not. */
  private SetFeatures featuresOf(
      DetectionSet set, boolean training, Artifact boxes, Source source) {
    return source == Source.HOG
        ? hog.of(set, training, boxes, classes)
        : features.of(set, training, boxes, identity(source == Source.FINE_TUNED), classes);
  }

  private HeadTraining training(Row row) throws IOException {
    return new HeadTraining(run, trainFeatures(Source.of(row)), row.layer(), classes);
  }

  /**
   * A row's artifacts by description, whether they exist or not; nothing is computed.
   *
   * @return in the order of the method; a key is {@code "features of the test images"}, for example
   */
  public Map<String, Artifact> artifacts(Row row) {
    Map<String, Artifact> all = new LinkedHashMap<>();
    Artifact trainProposals = proposals.artifact(run.train());
    Artifact testProposals = proposals.artifact(run.test());
    SetFeatures train = featuresOf(run.train(), true, trainProposals, Source.of(row));
    SetFeatures test = featuresOf(run.test(), false, testProposals, Source.of(row));
    Optional<Artifact> head =
        row.effectiveHead().artifact(new HeadTraining(run, train, row.layer(), classes));
    Optional<Artifact> corrected =
        row.boxRegression()
            ? Optional.of(boxRegression.artifact(train, classes))
            : Optional.empty();
    all.put("proposals of the training images", trainProposals);
    all.put("proposals of the test images", testProposals);
    if (row.finetuned()) {
      all.put(FINE_TUNING, fineTunedArtifact());
    }
    all.put("features of the training images", train.first());
    all.put("features of the test images", test.first());
    if (train.later().isPresent()) {
      all.put("later features of the training images", train.last());
      all.put("later features of the test images", test.last());
    }
    head.ifPresent(artifact -> all.put("head", artifact));
    corrected.ifPresent(artifact -> all.put("box regression", artifact));
    DetectionStage.Parts parts = new DetectionStage.Parts(row, head, corrected);
    all.put("detections", detection.artifact(test, parts));
    all.put("thresholds", thresholds.artifact(train, parts));
    return all;
  }

  /**
   * The networks used last, by fingerprint. Two are enough for a table, which has the pre-trained
   * and the fine-tuned one; a study of many trainings would fill the memory with theirs.
   */
  private static final class RecentNetworks extends LinkedHashMap<String, TrainedNetwork> {
    private static final long serialVersionUID = 1L;
    private static final int MOST = 2;

    RecentNetworks() {
      super(MOST, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, TrainedNetwork> eldest) {
      return size() > MOST;
    }
  }
}
