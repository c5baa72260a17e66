package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.BoxRegressionSettings;
import org.rcnn.svm.BoxRegressionTrainer;
import org.rcnn.svm.BoxRegressor;
import org.rcnn.svm.TrainingImage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage 5: learns to correct boxes from their pool5 features (appendix C of the paper). Its report
 * is stored beside the model, as {@code HASH-report.json}.
 */
final class BoxRegressionStage {

  private static final Logger LOG = LoggerFactory.getLogger(BoxRegressionStage.class);
  private static final int VERSION = 2;
  private static final String REPORT = "-report.json";

  private final Run run;

  /** The stage of a run. */
  BoxRegressionStage(Run run) {
    this.run = run;
  }

  private BoxRegressionSettings settings() {
    return run.config().bbox().settings(run.config().seed());
  }

  private HeadTraining training(SetFeatures features, List<String> classes) {
    return new HeadTraining(run, features, Tap.POOL5, classes);
  }

  /** The box regression's artifact, whether it exists or not. */
  Artifact artifact(SetFeatures features, List<String> classes) {
    return training(features, classes).artifact("bbox", VERSION, settings());
  }

  /** The box regression, trained now unless it exists. */
  Artifact run(SetFeatures features, List<String> classes) throws IOException {
    return run.folder()
        .make(
            artifact(features, classes),
            "box regression, " + features.networkName(),
            artifact -> train(training(features, classes), artifact));
  }

  /** Box regression learned without some images, to try it on them; nothing is written. */
  BoxRegressor fit(SetFeatures features, List<String> classes, Set<String> leftOut)
      throws IOException {
    return learn(training(features, classes).without(leftOut)).regressor();
  }

  private void train(HeadTraining training, Artifact artifact) throws IOException {
    BoxRegressionTrainer.Result result = learn(training);
    result.reports().forEach(report -> LOG.info("{}", report.describe()));
    Json.write(artifact.beside(REPORT), Json.tree(result.reports()));
    result.regressor().write(artifact.place());
  }

  private BoxRegressionTrainer.Result learn(HeadTraining training) throws IOException {
    try (StoredFeatures images = training.open();
        Progress progress =
            run.monitor().start("box regression", images.imageIds().size(), "images")) {
      BoxRegressionTrainer trainer =
          new BoxRegressionTrainer(
              training.classes(), images.dimension(), training.scale(images), settings());
      for (String id : images.imageIds()) {
        TrainingImage image = images.load(id);
        trainer.addImage(image.regions(), image.annotation().objects(), image.features());
        progress.step();
      }
      return trainer.train(run.config().effectiveThreads());
    }
  }

  /** What a box regression changed on held-back pairs, class by class. */
  static List<BoxRegressionReport> report(Artifact artifact) throws IOException {
    return reports(artifact.beside(REPORT));
  }

  static List<BoxRegressionReport> reports(Path file) throws IOException {
    return List.of(Json.read(file, BoxRegressionReport[].class));
  }
}
