package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.AtomicFile;
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
import org.rcnn.svm.BestOfSet;
import org.rcnn.svm.BestOfSet.Scored;
import org.rcnn.svm.BoxRegressor;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.RegionScorer;

/**
 * Stage 6: scores the test images' regions, chooses the best of the set ({@link BestOfSet}),
 * corrects their boxes, and suppresses boxes that overlap a better one. The artifact is a folder of
 * VOC result files.
 *
 * <p>The choice needs all scores, so images are passed twice: once to score them, once to suppress
 * among the boxes chosen. Features are read once, except pool5 for box regression in the second
 * pass. The result depends neither on the number of threads nor, but for equal scores, on the order
 * of images. Without a maximum for the set, one pass does both.
 */
final class DetectionStage {

  private static final int VERSION = 3;

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
    // As text, because JSON has no number for negative infinity.
    inputs.put("lowest-score", Double.toString(head.lowestScore(run.config().detection())));
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
    DetectionSettings settings = run.config().detection();
    DetectionAssembly assembly = new DetectionAssembly(settings, head);
    Map<String, Collection<Detection>> found = new LinkedHashMap<>();
    try (RankedBoxes boxes = features.openProposals();
        FeatureStore scored = features.open(head.tap(parts.row().layer()));
        FeatureStore pool5 = regressor == null ? null : features.open(Tap.POOL5)) {
      List<Sample> samples =
          features.set().samples().stream().filter(image -> scored.contains(image.id())).toList();
      OpenSet set = new OpenSet(samples, boxes, scored, pool5, scorer, regressor, assembly);
      if (settings.perClass() == 0) {
        eachAlone(set, found);
      } else {
        amongTheBest(set, choose(set, head.lowestScore(settings)), found);
      }
    }
    VocResults results = VocResults.ofImages(classes, found);
    AtomicFile.make(place, folder -> results.write(folder, features.set().split()));
  }

  private void eachAlone(OpenSet set, Map<String, Collection<Detection>> found) throws IOException {
    try (Progress progress = run.monitor().start("detect", set.samples.size(), "images")) {
      OrderedWork.<Sample, List<Detection>>forEach(
          set.samples,
          run.config().effectiveThreads(),
          sample -> set.detections(sample, set.scores(sample)),
          (sample, detections) -> {
            found.put(sample.id(), detections);
            progress.step();
          });
    }
  }

  private BestOfSet.Selection choose(OpenSet set, double lowest) throws IOException {
    BestOfSet best =
        new BestOfSet(classes.size(), set.samples.size(), run.config().detection(), lowest);
    try (Progress progress = run.monitor().start("score", set.samples.size(), "images")) {
      OrderedWork.<Sample, List<Scored>>forEach(
          set.samples,
          run.config().effectiveThreads(),
          sample -> best.candidates(set.scores(sample)),
          (sample, candidates) -> {
            best.add(candidates);
            progress.step();
          });
    }
    return best.select();
  }

  private void amongTheBest(
      OpenSet set, BestOfSet.Selection best, Map<String, Collection<Detection>> found)
      throws IOException {
    try (Progress progress = run.monitor().start("detect", set.samples.size(), "images")) {
      OrderedWork.<Integer, List<Detection>>forEach(
          IntStream.range(0, set.samples.size()).boxed().toList(),
          run.config().effectiveThreads(),
          image -> set.detections(set.samples.get(image), best.ofImage(image)),
          (image, detections) -> {
            found.put(set.samples.get(image).id(), detections);
            progress.step();
          });
    }
  }

  /** A set's images, the stores that hold their regions, and the detector's parts. */
  private record OpenSet(
      List<Sample> samples,
      RankedBoxes boxes,
      FeatureStore scored,
      FeatureStore pool5,
      RegionScorer scorer,
      BoxRegressor regressor,
      DetectionAssembly assembly) {

    /** {@code regions x classes}. */
    float[] scores(Sample sample) throws IOException {
      return scorer.score(values(scored, sample.id()), boxes.classified(sample.id()).size());
    }

    List<Detection> detections(Sample sample, float[] scores) throws IOException {
      return assembly.detections(
          boxes.classified(sample.id()),
          scores,
          scorer.classes(),
          regressor,
          pool5(sample),
          sample.width(),
          sample.height());
    }

    List<Detection> detections(Sample sample, List<Scored> chosen) throws IOException {
      return assembly.detections(
          boxes.classified(sample.id()),
          chosen,
          scorer.classes(),
          regressor,
          pool5(sample),
          sample.width(),
          sample.height());
    }

    private float[] pool5(Sample sample) throws IOException {
      return pool5 == null ? null : values(pool5, sample.id());
    }

    private static float[] values(FeatureStore store, String imageId) throws IOException {
      float[] values = new float[store.rows(imageId) * store.dimension()];
      store.read(imageId, values);
      return values;
    }
  }
}
