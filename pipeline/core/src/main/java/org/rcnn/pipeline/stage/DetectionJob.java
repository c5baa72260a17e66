package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.store.EncodedRows;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.data.store.StoredRecord;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.svm.BestOfSet;
import org.rcnn.svm.BoxRegressor;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.RegionScorer;

/**
 * The work of {@link DetectionStage}, one of its passes over the images.
 *
 * @param key of the detections and the pass
 * @param pass what is computed
 * @param config has the settings of detection
 * @param head scores regions
 * @param scored the tap whose values the head scores
 * @param scoredDimension the length of such a value
 * @param classes the detector's classes
 * @param model the head's model; empty for one that is not trained
 * @param boxRegression the box regression's model; empty if boxes are not corrected
 */
record DetectionJob(
    String key,
    Pass pass,
    PipelineConfig config,
    Head head,
    Tap scored,
    int scoredDimension,
    List<String> classes,
    Optional<Path> model,
    Optional<Path> boxRegression)
    implements ImageJob {

  static final String KIND = "detections";
  static final String PASS = "pass";
  static final String HEAD = "head";
  static final String TAP = "tap";
  static final String DIMENSION = "dimension";
  static final String CLASSES = "classes";
  static final String MODEL = "head.model";
  static final String CORRECTION = "bbox.model";

  /** The name of the classified boxes among the records. */
  static final String BOXES = "boxes";

  /** The name of the regions that take part, or that were chosen. */
  static final String CHOSEN = "chosen";

  /** The name of what is found. */
  static final String FOUND = "detections";

  /** A pass over the images. */
  enum Pass {
    /** Regions to those that take part in the choice. */
    SCORE,
    /** Chosen regions to detections. */
    SUPPRESS,
    /** Regions to detections, each image alone. */
    ALONE
  }

  @Override
  public Worker open() throws IOException {
    RegionScorer scorer = pass == Pass.SUPPRESS ? null : head.read(model.orElse(null), classes);
    BoxRegressor regressor =
        boxRegression.isPresent() ? BoxRegressor.read(boxRegression.get()) : null;
    DetectionSettings settings = config.detection();
    // For the boxes of one image that take part; those that stay are the set's.
    BestOfSet best =
        pass == Pass.SCORE
            ? new BestOfSet(classes.size(), 1, settings, head.lowestScore(settings))
            : null;
    DetectionAssembly assembly = new DetectionAssembly(settings, head);
    return new Worker() {
      @Override
      public Output work(Input image) {
        return switch (pass) {
          case SCORE -> output(CHOSEN, ScoredRecord.of(best.candidates(scores(image))));
          case SUPPRESS ->
              found(
                  assembly.detections(
                      boxes(image),
                      ScoredRecord.scored(image.records().get(CHOSEN)),
                      classes,
                      regressor,
                      pool5(image),
                      image.width(),
                      image.height()));
          case ALONE ->
              found(
                  assembly.detections(
                      boxes(image),
                      scores(image),
                      classes,
                      regressor,
                      pool5(image),
                      image.width(),
                      image.height()));
        };
      }

      private float[] scores(Input image) {
        StoredRecord features = image.records().get(scored.label());
        return scorer.score(values(scored, scoredDimension, features), features.tag());
      }

      private float[] pool5(Input image) {
        return regressor == null
            ? null
            : values(Tap.POOL5, regressor.dimension(), image.records().get(Tap.POOL5.label()));
      }

      @Override
      public void close() {
        // Models have memory of this process alone.
      }
    };
  }

  private float[] values(Tap tap, int dimension, StoredRecord record) {
    Encoding encoding =
        tap == Tap.HOG
            ? config.features().encoding()
            : FeatureJob.encoding(tap, config.features().encoding());
    return EncodedRows.values(encoding, dimension, record);
  }

  private static List<Box> boxes(Input image) {
    return ProposalStore.decode(image.records().get(BOXES));
  }

  private Output found(List<Detection> detections) {
    return output(FOUND, ScoredRecord.of(detections, classes));
  }

  private static Output output(String name, StoredRecord record) {
    return new Output(Map.of(name, record));
  }

  @Override
  public Optional<Portable> portable() {
    Map<String, String> settings = StageJobs.settings(config);
    settings.put(PASS, pass.name());
    settings.put(HEAD, head.label());
    settings.put(TAP, scored.label());
    settings.put(DIMENSION, Integer.toString(scoredDimension));
    settings.put(CLASSES, String.join("\n", classes));
    Map<String, Attachment> files = new HashMap<>();
    model.ifPresent(file -> files.put(MODEL, out -> Files.copy(file, out)));
    boxRegression.ifPresent(file -> files.put(CORRECTION, out -> Files.copy(file, out)));
    return Optional.of(new Portable(KIND, settings, files));
  }
}
