package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.Svm;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder.Key;
import org.rcnn.svm.BoxRegressionSettings;
import org.rcnn.svm.BoxRegressionTrainer;
import org.rcnn.svm.FeatureScale;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;
import org.rcnn.svm.SampleSettings;
import org.rcnn.svm.SoftmaxSettings;
import org.rcnn.svm.SoftmaxTrainer;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTrainer;
import org.rcnn.svm.SvmTraining;
import org.rcnn.svm.TrainingImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage 4: what is learnt on top of frozen features: the SVMs or the softmax of a layer, and the
 * box regression on pool5.
 */
public final class HeadStage {

  private static final Logger LOG = LoggerFactory.getLogger(HeadStage.class);
  private static final int VERSION = 1;
  private static final int SVM_VERSION = 4;
  private static final int SCALE_IMAGES = 200;

  private final PipelineConfig config;
  private final Run run;

  /** The stage of a run. */
  public HeadStage(Run run, PipelineConfig config) {
    this.config = config;
    this.run = run;
  }

  /**
   * The training features of a network.
   *
   * @param set the training images
   * @param proposalStore their proposals
   * @param features the key of their features
   * @param folder the folder of their features
   * @param network the network's name in reports
   * @param classes the classes
   */
  public record Input(
      DetectionSet set,
      Path proposalStore,
      Key features,
      Path folder,
      String network,
      List<String> classes) {}

  Key svmKey(Input input, Tap layer) {
    return Key.of(
        "svm",
        SVM_VERSION,
        Map.of(
            "features", input.features().hash(),
            "layer", layer.label(),
            // The same SVMs, whichever head a run asks for.
            "settings", config.svm().toString().replace("head=softmax", "head=svm"),
            "seed", config.seed()));
  }

  Key softmaxKey(Input input, Tap layer) {
    return Key.of(
        "softmax",
        VERSION,
        Map.of(
            "features", input.features().hash(),
            "layer", layer.label(),
            "seed", config.seed()));
  }

  Key bboxKey(Input input) {
    return Key.of(
        "bbox",
        VERSION,
        Map.of(
            "features", input.features().hash(),
            // The same regression, whether a run uses it or a table does.
            "settings", config.bbox().toString().replace("enabled=false", "enabled=true"),
            "seed", config.seed()));
  }

  /**
   * The SVMs of a layer, mined and trained now if they are not there. Beside them lies what mining
   * did, {@code <key>-mining.json}.
   */
  public Path svm(Input input, Tap layer) throws IOException {
    return run.folder()
        .artifact(
            svmKey(input, layer),
            "SVMs on %s, %s".formatted(layer.label(), input.network()),
            ".model",
            place -> trainSvm(input, layer, place));
  }

  private void trainSvm(Input input, Tap layer, Path place) throws IOException {
    SvmTraining training;
    try (StoredFeatures images = open(input, layer);
        NativeMatrices matrices = new NativeMatrices(config.effectiveThreads());
        Progress progress =
            run.monitor().start("SVMs " + layer.label(), images.imageIds().size(), "images")) {
      training =
          SvmTrainer.train(
              images,
              input.classes(),
              svmSettings(config.svm(), config.seed()),
              matrices,
              config.effectiveThreads(),
              new MiningProgress(progress));
    }
    training.counts().forEach(counts -> LOG.info("{}", describe(counts, training)));
    Json.write(miningFile(place), evidence(training));
    training.model().write(place);
  }

  /** What a class learned from and how mining went, before and after, in a line. */
  static String describe(SampleCounts counts, SvmTraining training) {
    List<Round> rounds =
        training.rounds().stream().filter(r -> r.className().equals(counts.className())).toList();
    String samples =
        "%s: %d objects%s + %d proposals, %d held, %d after up-sampling; %d ignored; %d negatives, %d after down-sampling"
            .formatted(
                counts.className(),
                counts.groundTruthPositives(),
                counts.difficult() == 0 ? "" : " (" + counts.difficult() + " difficult)",
                counts.proposalPositives(),
                counts.positivesHeld(),
                counts.positivesAfter(),
                counts.ignored(),
                counts.negatives(),
                counts.negativesAfter());
    if (rounds.isEmpty()) {
      return samples + "; not trained";
    }
    Round last = rounds.get(rounds.size() - 1);
    return samples
        + String.format(
            Locale.ROOT,
            "; %d trainings, %d hard negatives, cache %d, objective %.4f",
            rounds.size(),
            rounds.stream().mapToLong(Round::hard).sum(),
            last.negatives(),
            last.objective());
  }

  /** Where the evidence of mining lies. */
  static Path miningFile(Path model) {
    String name = model.getFileName().toString();
    return model.resolveSibling(name.replace(".model", "-mining.json"));
  }

  private ObjectNode evidence(SvmTraining training) {
    ObjectMapper json = new ObjectMapper();
    ObjectNode tree = json.createObjectNode();
    tree.set("settings", new ConfigLoader().toTree(config.svm()));
    tree.put("seed", config.seed());
    tree.set("rounds", json.valueToTree(training.rounds()));
    tree.set("samples", json.valueToTree(training.counts()));
    tree.set("untrained", json.valueToTree(training.untrained()));
    return tree;
  }

  static SvmSettings svmSettings(Svm svm, long seed) {
    MiningSettings paper = MiningSettings.paper();
    return new SvmSettings(
        new SampleSettings(
            svm.positiveIou(),
            svm.negativeIou(),
            svm.difficultPositives(),
            svm.positiveUpsampling(),
            svm.negativeSampling(),
            svm.maxPositives()),
        new SolverSettings(svm.cost(), svm.positiveWeight(), SolverSettings.paper().tolerance()),
        new MiningSettings(
            paper.firstImages(),
            paper.firstNegatives(),
            svm.hardNegativeScore(),
            svm.hardNegativesPerImage(),
            svm.retrainAfter(),
            svm.easyNegativeScore(),
            svm.negativeCache()),
        SCALE_IMAGES,
        seed);
  }

  /** The softmax of a layer, trained on frozen features now if it is not there. */
  public Path softmax(Input input, Tap layer) throws IOException {
    return run.folder()
        .artifact(
            softmaxKey(input, layer),
            "softmax on %s, %s".formatted(layer.label(), input.network()),
            ".model",
            place -> trainSoftmax(input, layer, place));
  }

  private void trainSoftmax(Input input, Tap layer, Path place) throws IOException {
    try (StoredFeatures images = open(input, layer);
        Progress progress =
            run.monitor().start("softmax " + layer.label(), images.imageIds().size(), "images")) {
      SoftmaxTrainer trainer =
          new SoftmaxTrainer(
              input.classes(),
              images.dimension(),
              SoftmaxSettings.authors(scale(images), config.seed()));
      for (String id : images.imageIds()) {
        TrainingImage image = images.load(id);
        for (int row = 0; row < image.regions().size(); row++) {
          int label = trainer.labelOf(image.regions().get(row), image.annotation().objects());
          trainer.add(image.features(), row * images.dimension(), label);
        }
        progress.step();
      }
      trainer.train().model().write(place);
    }
  }

  /**
   * The box regression, trained on pool5 now if it is not there. Beside it lies its report, {@code
   * <key>-report.json}.
   */
  public Path bbox(Input input) throws IOException {
    return run.folder()
        .artifact(
            bboxKey(input),
            "box regression, " + input.network(),
            ".model",
            place -> trainBoxRegression(input, place));
  }

  private void trainBoxRegression(Input input, Path place) throws IOException {
    BoxRegressionTrainer.Result result;
    try (StoredFeatures images = open(input, Tap.POOL5);
        Progress progress =
            run.monitor().start("box regression", images.imageIds().size(), "images")) {
      PipelineConfig.BoxRegression bbox = config.bbox();
      BoxRegressionSettings authors = BoxRegressionSettings.authors(scale(images), config.seed());
      BoxRegressionTrainer trainer =
          new BoxRegressionTrainer(
              input.classes(),
              images.dimension(),
              new BoxRegressionSettings(
                  bbox.pairIou(),
                  bbox.lambda(),
                  authors.featureScale(),
                  bbox.maxPairs(),
                  authors.minPairs(),
                  authors.heldBackEvery(),
                  authors.seed()));
      for (String id : images.imageIds()) {
        TrainingImage image = images.load(id);
        trainer.addImage(image.regions(), image.annotation().objects(), image.features());
        progress.step();
      }
      result = trainer.train(config.effectiveThreads());
    }
    result.reports().forEach(report -> LOG.info("{}", report.describe()));
    Json.write(reportFile(place), new ObjectMapper().valueToTree(result.reports()));
    result.regressor().write(place);
  }

  /** Where the report of a box regression lies. */
  static Path reportFile(Path model) {
    String name = model.getFileName().toString();
    return model.resolveSibling(name.replace(".model", "-report.json"));
  }

  private double scale(StoredFeatures images) throws IOException {
    return FeatureScale.measure(images, SCALE_IMAGES, config.seed()).factor();
  }

  private static StoredFeatures open(Input input, Tap layer) throws IOException {
    return new StoredFeatures(
        input.set(), input.proposalStore(), input.folder(), layer, input.classes());
  }

  /** A tap's store of a features folder. */
  static FeatureStore store(Path folder, Tap tap) throws IOException {
    return FeatureStore.open(FeatureStage.store(folder, tap));
  }

  /** Shows the pass and how the classes stand, another with each image, beside the bar. */
  private static final class MiningProgress implements SvmTrainer.Listener {
    private final Progress progress;
    private final Map<String, Long> hard = new LinkedHashMap<>();
    private final Map<String, String> standing = new LinkedHashMap<>();

    MiningProgress(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void image(String pass, int done, int of) {
      List<String> classes = List.copyOf(standing.values());
      progress.at(
          done, classes.isEmpty() ? pass : pass + ", " + classes.get(done % classes.size()));
    }

    @Override
    public void round(Round round) {
      long found = hard.merge(round.className(), round.hard(), Long::sum);
      standing.put(
          round.className(),
          String.format(
              Locale.ROOT,
              "%s: %d hard, cache %d, objective %.4f",
              round.className(),
              found,
              round.negatives(),
              round.objective()));
    }
  }
}
