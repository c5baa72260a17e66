package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.Svm;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.run.RunFolder.Key;
import org.rcnn.svm.BoxRegressionSettings;
import org.rcnn.svm.BoxRegressionTrainer;
import org.rcnn.svm.FeatureScale;
import org.rcnn.svm.MiningSettings;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleSettings;
import org.rcnn.svm.SoftmaxSettings;
import org.rcnn.svm.SoftmaxTrainer;
import org.rcnn.svm.SolverSettings;
import org.rcnn.svm.SvmSettings;
import org.rcnn.svm.SvmTrainer;
import org.rcnn.svm.SvmTraining;
import org.rcnn.svm.TrainingImage;

/**
 * Stage 4: what is learnt on top of frozen features: the SVMs or the softmax of a layer, and the
 * box regression on pool5.
 */
public final class HeadStage {

  private static final int VERSION = 1;
  private static final int SVM_VERSION = 2;
  private static final int SCALE_IMAGES = 200;

  private final PipelineConfig config;
  private final RunFolder run;

  /** The stage of a run. */
  public HeadStage(PipelineConfig config, RunFolder run) {
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
            "settings", config.svm().toString(),
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
            "settings", config.bbox().toString(),
            "seed", config.seed()));
  }

  /**
   * The SVMs of a layer, mined and trained now if they are not there. Beside them lies what mining
   * did, {@code <key>-mining.json}.
   */
  public Path svm(Input input, Tap layer) throws IOException {
    return run.artifact(
        svmKey(input, layer),
        "SVMs on %s, %s".formatted(layer.label(), input.network()),
        ".model",
        place -> trainSvm(input, layer, place));
  }

  private void trainSvm(Input input, Tap layer, Path place) throws IOException {
    try (StoredFeatures images = open(input, layer);
        NativeMatrices matrices = new NativeMatrices(config.effectiveThreads());
        Progress progress =
            Progress.start("SVMs " + layer.label(), images.imageIds().size(), "images")) {
      SvmTraining training =
          SvmTrainer.train(
              images,
              input.classes(),
              svmSettings(config.svm(), config.seed()),
              matrices,
              config.effectiveThreads(),
              new MiningProgress(progress));
      RunFolder.writeJson(miningFile(place), evidence(training));
      training.model().write(place);
    }
  }

  /** Where the evidence of mining lies. */
  static Path miningFile(Path model) {
    String name = model.getFileName().toString();
    return model.resolveSibling(name.replace(".model", "-mining.json"));
  }

  private static ObjectNode evidence(SvmTraining training) {
    ObjectMapper json = new ObjectMapper();
    ObjectNode tree = json.createObjectNode();
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
    return run.artifact(
        softmaxKey(input, layer),
        "softmax on %s, %s".formatted(layer.label(), input.network()),
        ".model",
        place -> trainSoftmax(input, layer, place));
  }

  private void trainSoftmax(Input input, Tap layer, Path place) throws IOException {
    try (StoredFeatures images = open(input, layer);
        Progress progress =
            Progress.start("softmax " + layer.label(), images.imageIds().size(), "images")) {
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
    return run.artifact(
        bboxKey(input),
        "box regression, " + input.network(),
        ".model",
        place -> trainBoxRegression(input, place));
  }

  private void trainBoxRegression(Input input, Path place) throws IOException {
    try (StoredFeatures images = open(input, Tap.POOL5);
        Progress progress = Progress.start("box regression", images.imageIds().size(), "images")) {
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
      BoxRegressionTrainer.Result result = trainer.train(config.effectiveThreads());
      RunFolder.writeJson(reportFile(place), new ObjectMapper().valueToTree(result.reports()));
      result.regressor().write(place);
    }
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

  /** Shows the pass and the latest training beside the bar. */
  private static final class MiningProgress implements SvmTrainer.Listener {
    private final Progress progress;
    private String latest = "";

    MiningProgress(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void image(String pass, int done, int of) {
      progress.at(done, pass + latest);
    }

    @Override
    public void round(Round round) {
      latest =
          ", %s: %d negatives, objective %.4f"
              .formatted(round.className(), round.negatives(), round.objective());
    }
  }
}
