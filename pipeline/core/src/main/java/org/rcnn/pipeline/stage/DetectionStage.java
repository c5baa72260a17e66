package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.voc.VocResults;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.OrderedWork;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.svm.BoxRegressor;
import org.rcnn.svm.RegionScorer;

/**
 * Stage 6: scores the test images' regions, corrects their boxes, and suppresses boxes that overlap
 * a better one. The artifact is a folder of VOC result files.
 */
final class DetectionStage {

  private static final int VERSION = 2;

  private final Run run;
  private final List<String> classes;

  /**
   * The stage of a run.
   *
   * @param classes the detector's classes, sorted
   */
  DetectionStage(Run run, List<String> classes) {
    this.run = run;
    this.classes = classes;
  }

  /**
   * The parts of a detector.
   *
   * @param row the row of the ablation table
   * @param head its trained head; empty if the network's own scores are used
   * @param boxRegression the box regression; empty if boxes are not corrected
   */
  record Parts(Row row, Optional<Artifact> head, Optional<Artifact> boxRegression) {}

  /** The artifact of a set's detections, whether it exists or not. */
  Artifact artifact(SetFeatures features, Parts parts) {
    Head head = parts.row().effectiveHead();
    Map<String, Object> inputs = new LinkedHashMap<>();
    inputs.put("split", features.set().split());
    inputs.put("features", features.at(head.tap(parts.row().layer())).hash());
    inputs.put("head", parts.head().map(Artifact::hash).orElse(head.label()));
    inputs.put("bbox", parts.boxRegression().map(Artifact::hash).orElse("off"));
    // Of the two lowest scores only the one that this head has.
    ObjectNode settings = Json.tree(run.config().detection());
    settings.remove(List.of("minScore", "minProbability"));
    inputs.put("settings", settings);
    inputs.put("lowest-score", head.lowestScore(run.config().detection()));
    return run.folder().artifact(Key.of("detections", VERSION, inputs), "");
  }

  /** The folder of a set's result files, made now unless it exists. */
  Artifact run(SetFeatures features, Parts parts) throws IOException {
    return run.folder()
        .make(
            artifact(features, parts),
            "detections, " + parts.row().label(),
            artifact -> detect(features, parts, artifact.place()));
  }

  private void detect(SetFeatures features, Parts parts, Path place) throws IOException {
    Head head = parts.row().effectiveHead();
    RegionScorer scorer = head.read(parts.head().map(Artifact::place).orElse(null), classes);
    BoxRegressor regressor =
        parts.boxRegression().isEmpty()
            ? null
            : BoxRegressor.read(parts.boxRegression().get().place());
    DetectionAssembly assembly = new DetectionAssembly(run.config().detection(), head);
    List<Sample> all = features.set().samples();
    Map<String, Collection<Detection>> found = new LinkedHashMap<>();
    try (RankedBoxes boxes = features.openProposals();
        FeatureStore scored = features.open(head.tap(parts.row().layer()));
        FeatureStore pool5 = regressor == null ? null : features.open(Tap.POOL5);
        Progress progress = run.monitor().start("detect", all.size(), "images")) {
      List<Sample> samples = all.stream().filter(sample -> scored.contains(sample.id())).toList();
      OrderedWork.<Sample, List<Detection>>forEach(
          samples,
          run.config().effectiveThreads(),
          sample -> {
            List<Box> regions = boxes.classified(sample.id());
            float[] scores = scorer.score(values(scored, sample.id()), regions.size());
            return assembly.detections(
                regions,
                scores,
                scorer.classes(),
                regressor,
                regressor == null ? null : values(pool5, sample.id()),
                sample.width(),
                sample.height());
          },
          (sample, detections) -> {
            found.put(sample.id(), detections);
            progress.step();
          });
    }
    VocResults results = VocResults.ofImages(classes, found);
    AtomicFile.make(place, folder -> results.write(folder, features.set().split()));
  }

  private static float[] values(FeatureStore store, String imageId) throws IOException {
    float[] values = new float[store.rows(imageId) * store.dimension()];
    store.read(imageId, values);
    return values;
  }
}
