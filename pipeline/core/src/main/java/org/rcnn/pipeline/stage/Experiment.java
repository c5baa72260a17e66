package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder.Key;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole chain on one training and one test set: any row of the ablation table, each shared
 * stage computed once.
 */
public final class Experiment {

  private static final Logger LOG = LoggerFactory.getLogger(Experiment.class);

  private static final int DETECTIONS_VERSION = 1;

  private final PipelineConfig config;
  private final Run run;
  private final DetectionSet train;
  private final DetectionSet test;
  private final List<String> classes;
  private final Backbone backbone;
  private final ProposalStage proposals;
  private final FineTuneStage fineTuning;
  private final FeatureStage features;
  private final HeadStage heads;
  private final Map<Boolean, Prepared> prepared;

  /** A network's features of both sets. */
  private record Prepared(
      String name,
      NetworkDefinition definition,
      Weights weights,
      HeadStage.Input train,
      Key testFeatures,
      Path testFolder,
      Path testProposals) {}

  /**
   * An experiment.
   *
   * @param run what it learns from and is tested on, and where its artifacts lie; the classes of
   *     the training images are the detector's
   * @throws IOException if the starting weights cannot be read
   */
  public Experiment(Run run) throws IOException {
    this.run = run;
    this.config = run.config();
    this.train = run.train();
    this.test = run.test();
    this.classes = train.classes();
    if (classes.isEmpty()) {
      throw new IOException(
          "The images of split '%s' have no annotated object; there is nothing to learn."
              .formatted(train.split()));
    }
    List<String> untrained = new ArrayList<>(test.classes());
    untrained.removeAll(classes);
    if (!untrained.isEmpty()) {
      LOG.warn(
          "No training image holds an object of class {}; the test images do, but it is neither looked"
              + " for nor scored.",
          String.join(", ", untrained));
    }
    Set<String> shared = new HashSet<>();
    train.samples().forEach(sample -> shared.add(sample.id()));
    long both = test.samples().stream().filter(sample -> shared.contains(sample.id())).count();
    if (both > 0) {
      LOG.warn(
          "{} of the {} test images are among the training images; the mAP says little of others.",
          both,
          test.samples().size());
    }
    this.backbone = Backbone.of(config.network(), classes.size(), config.seed());
    requireKnown("frozen-layers", config.finetune().frozenLayers(), backbone.definition());
    requireKnown("layer-rates", config.finetune().layerRates().keySet(), backbone.definition());
    this.proposals = new ProposalStage(run);
    this.fineTuning = new FineTuneStage(run);
    this.features = new FeatureStage(run);
    this.heads = new HeadStage(run, config);
    this.prepared = new HashMap<>();
  }

  private Experiment(Experiment other, PipelineConfig config) {
    this.config = config;
    this.run = other.run;
    this.train = other.train;
    this.test = other.test;
    this.classes = other.classes;
    this.backbone = other.backbone;
    this.proposals = other.proposals;
    this.fineTuning = other.fineTuning;
    this.features = other.features;
    this.heads = new HeadStage(run, config);
    this.prepared = other.prepared;
  }

  /** The same experiment up to the features, with another head on top of them. */
  public Experiment withSvm(PipelineConfig.Svm svm) {
    return new Experiment(this, config.withSvm(svm));
  }

  private static void requireKnown(String key, Set<String> named, NetworkDefinition network) {
    List<String> known = network.parameterLayers().stream().map(Layer::name).toList();
    for (String layer : named) {
      if (!known.contains(layer)) {
        throw new ConfigException(
            "finetune.%s: network %s has no layer '%s' that learns; it has %s."
                .formatted(key, network.name(), layer, String.join(", ", known)));
      }
    }
  }

  /** The classes, sorted; background is not among them. */
  public List<String> classes() {
    return classes;
  }

  /** The network that the experiment starts from. */
  public Backbone backbone() {
    return backbone;
  }

  /** Whether the configuration asks for the fine-tuned network. */
  public boolean finetunes() {
    return config.finetune().enabled();
  }

  /**
   * The row that the configuration asks for.
   *
   * @throws ConfigException if the network lacks its layer
   */
  public Row configuredRow() {
    Tap layer =
        switch (config.features().layer()) {
          case "pool5" -> Tap.POOL5;
          case "fc6" -> Tap.FC6;
          default -> Tap.FC7;
        };
    if (!backbone.definition().taps().containsKey(layer)) {
      throw new ConfigException("features.layer: " + backbone.definition().lacks(layer));
    }
    Row.Head head = config.svm().head().equals("svm") ? Row.Head.SVM : Row.Head.SOFTMAX;
    return new Row(finetunes(), layer, head, config.bbox().enabled());
  }

  /** The proposals of the training and the test images, in this order. */
  public List<Path> proposals() throws IOException {
    return List.of(proposals.run(train), proposals.run(test));
  }

  /** The weights of the network, fine-tuned or as it starts. */
  public Weights weights(boolean finetuned) throws IOException {
    return finetuned ? WeightFile.read(fineTuned()).weights() : backbone.transfer().weights();
  }

  /** The file of the fine-tuned weights. */
  public Path fineTuned() throws IOException {
    return fineTuning.run(train, proposals.key(train), proposals.run(train), backbone, classes);
  }

  /** The learning curve of fine-tuning; the weights must be there. */
  public Path learningCurve() {
    return FineTuneStage.curveFile(
        run.folder()
            .place(fineTuning.key(proposals.key(train), backbone, classes), ".safetensors"));
  }

  /** The folder of the training images' features; those of the test images are made with them. */
  public Path features(boolean finetuned) throws IOException {
    return prepare(finetuned).train().folder();
  }

  private Prepared prepare(boolean finetuned) throws IOException {
    Prepared known = prepared.get(finetuned);
    if (known != null) {
      return known;
    }
    String name = finetuned ? "fine-tuned" : "pre-trained";
    List<Path> stores = proposals();
    Weights weights = weights(finetuned);
    String fingerprint =
        finetuned
            ? fineTuning.key(proposals.key(train), backbone, classes).hash()
            : backbone.fingerprint();
    FeatureStage.Input trainInput =
        new FeatureStage.Input(train, proposals.key(train), stores.get(0), true);
    FeatureStage.Input testInput =
        new FeatureStage.Input(test, proposals.key(test), stores.get(1), false);
    NetworkDefinition definition = backbone.definition();
    Path trainFolder = features.run(trainInput, name, definition, weights, fingerprint, classes);
    Path testFolder = features.run(testInput, name, definition, weights, fingerprint, classes);
    Prepared made =
        new Prepared(
            name,
            definition,
            weights,
            new HeadStage.Input(
                train,
                stores.get(0),
                features.key(trainInput, fingerprint, classes),
                trainFolder,
                name,
                classes),
            features.key(testInput, fingerprint, classes),
            testFolder,
            stores.get(1));
    prepared.put(finetuned, made);
    return made;
  }

  /** The file of a row's head; null for the network's own scores, which need none. */
  public Path head(Row row) throws IOException {
    HeadStage.Input input = prepare(row.finetuned()).train();
    if (row.usesNetworkScores()) {
      return null;
    }
    return row.head() == Row.Head.SVM
        ? heads.svm(input, row.layer())
        : heads.softmax(input, row.layer());
  }

  /** The file of a network's box regression. */
  public Path boxRegression(boolean finetuned) throws IOException {
    return heads.bbox(prepare(finetuned).train());
  }

  /** What a row's detections are identified by. */
  private Key detectionsKey(Row row, Prepared network) {
    String headKey =
        row.usesNetworkScores()
            ? "network"
            : (row.head() == Row.Head.SVM
                    ? heads.svmKey(network.train(), row.layer())
                    : heads.softmaxKey(network.train(), row.layer()))
                .hash();
    return Key.of(
        "detections",
        DETECTIONS_VERSION,
        Map.of(
            "split",
            test.split(),
            "features",
            network.testFeatures().hash(),
            "head",
            headKey,
            "bbox",
            row.boxRegression() ? heads.bboxKey(network.train()).hash() : "off",
            "settings",
            config.detection().toString()));
  }

  /** The folder of a row's result files on the test set, made now if it is not there. */
  public Path detections(Row row) throws IOException {
    Prepared network = prepare(row.finetuned());
    Path headFile = head(row);
    Path bboxFile = row.boxRegression() ? boxRegression(row.finetuned()) : null;
    return run.folder()
        .artifact(
            detectionsKey(row, network),
            "detections, " + row.label(),
            "",
            place -> detect(row, network, headFile, bboxFile, place));
  }

  private void detect(Row row, Prepared network, Path headFile, Path bboxFile, Path place)
      throws IOException {
    RegionHead head = readHead(row, headFile);
    BoxRegressor regressor = bboxFile == null ? null : BoxRegressor.read(bboxFile);
    DetectionAssembly assembly = new DetectionAssembly(config.detection(), head);
    Tap scored = row.usesNetworkScores() ? Tap.SCORES : row.layer();
    Map<String, List<Detection>> found = new LinkedHashMap<>();
    try (ProposalStore boxes = ProposalStore.open(network.testProposals());
        FeatureStore layer = HeadStage.store(network.testFolder(), scored);
        FeatureStore pool5 =
            regressor == null ? null : HeadStage.store(network.testFolder(), Tap.POOL5);
        Progress progress = run.monitor().start("detect", test.samples().size(), "images")) {
      List<Sample> samples =
          test.samples().stream().filter(sample -> layer.contains(sample.id())).toList();
      OrderedWork.<Sample, List<Detection>>forEach(
          samples,
          config.effectiveThreads(),
          sample -> {
            List<Box> regions = boxes.boxes(sample.id());
            float[] scores = head.score(read(layer, sample.id()), regions.size());
            return assembly.detections(
                regions,
                scores,
                head.classes(),
                regressor,
                regressor == null ? null : read(pool5, sample.id()),
                sample.width(),
                sample.height());
          },
          (sample, detections) -> {
            found.put(sample.id(), detections);
            progress.step();
          });
    }
    Map<String, Collection<Detection>> collections = new LinkedHashMap<>(found);
    Path partial = place.resolveSibling(place.getFileName() + ".partial");
    VocResults.ofImages(classes, collections).write(partial, test.split());
    Files.move(partial, place);
  }

  private static float[] read(FeatureStore store, String imageId) throws IOException {
    float[] values = new float[store.rows(imageId) * store.dimension()];
    store.read(imageId, values);
    return values;
  }

  private RegionHead readHead(Row row, Path file) throws IOException {
    if (row.usesNetworkScores()) {
      return new RegionHead.NetworkScores(classes);
    }
    return row.head() == Row.Head.SVM ? RegionHead.readSvm(file) : RegionHead.readSoftmax(file);
  }

  /**
   * Packs a row's detector into one file of the run's folder.
   *
   * @return the file
   */
  public Path detector(Row row) throws IOException {
    Prepared network = prepare(row.finetuned());
    Path file = run.folder().root().resolve(DetectorFile.NAME);
    Path weights = run.folder().root().resolve("detector-weights.partial");
    Map<String, String> notes = new LinkedHashMap<>(network.definition().preprocessing().notes());
    notes.put("architecture", network.definition().name());
    new WeightFile(network.weights(), notes).write(weights, WeightFile.Precision.F32);
    DetectorFile.write(
        file,
        DetectorFile.describe(
            network.definition().name(),
            classes,
            row,
            config.proposals(),
            config.seed(),
            config.detection()),
        weights,
        head(row),
        row.boxRegression() ? boxRegression(row.finetuned()) : null);
    Files.delete(weights);
    return file;
  }

  /**
   * How well the proposals cover the test images' objects.
   *
   * @throws IOException if the proposals cannot be computed or read
   */
  public ProposalRecall.Result proposalRecall() throws IOException {
    ProposalRecall recall = new ProposalRecall();
    try (ProposalStore store = ProposalStore.open(proposals.run(test))) {
      for (Sample sample : test.samples()) {
        if (store.contains(sample.id())) {
          recall.add(sample.annotation(), store.boxes(sample.id()));
        }
      }
    }
    return recall.result();
  }

  /** What mining did for a row's SVMs, which must be there: rounds and sample counts as JSON. */
  public Path mining(Row row) throws IOException {
    return HeadStage.miningFile(heads.svm(prepare(row.finetuned()).train(), row.layer()));
  }

  /** How long a row's SVMs took to train, now or in an earlier run; NaN if that is not known. */
  public double svmSeconds(Row row) throws IOException {
    return run.folder().secondsOf(heads.svmKey(prepare(row.finetuned()).train(), row.layer()));
  }

  /** The report of a network's box regression, which must be there, as JSON. */
  public Path boxRegressionReport(boolean finetuned) throws IOException {
    return HeadStage.reportFile(boxRegression(finetuned));
  }

  /** The annotations of the test images. */
  public List<Annotation> testAnnotations() {
    return test.samples().stream().map(Sample::annotation).toList();
  }

  /** A row's detections on the test set by image, computed if they are not there. */
  public Map<String, List<Detection>> detectionsByImage(Row row) throws IOException {
    return VocResults.read(detections(row), test.split()).byImage();
  }

  /**
   * Evaluates a row on the test set, computing whatever is missing.
   *
   * @return the evaluation of all classes of the training set
   */
  public EvaluationResult evaluate(Row row) throws IOException {
    return new DetectionEvaluator(ApMetric.ofKey(config.evaluation().metric()), 0.5)
        .evaluate(classes, testAnnotations(), VocResults.read(detections(row), test.split()));
  }
}
