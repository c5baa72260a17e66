package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Detection;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.data.voc.VocResults;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.ImageJob.Supply;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Key;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.DetectionJob.Pass;
import org.rcnn.svm.BestOfSet;
import org.rcnn.svm.DetectionSettings;

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
            making -> detect(features, parts, making));
  }

  private void detect(SetFeatures features, Parts parts, Artifact artifact) throws IOException {
    Map<String, Collection<Detection>> found = new LinkedHashMap<>();
    Tap tap = parts.row().effectiveHead().tap(parts.row().layer());
    try (RankedBoxes boxes = features.openProposals();
        FeatureStore scored = features.open(tap);
        FeatureStore pool5 = parts.boxRegression().isPresent() ? features.open(Tap.POOL5) : null) {
      List<Sample> images =
          features.set().samples().stream().filter(image -> scored.contains(image.id())).toList();
      List<Supply> suppressed = new ArrayList<>();
      suppressed.add(
          new Supply(
              DetectionJob.BOXES,
              Optional.empty(),
              image -> ProposalStore.encode(boxes.classified(image.id()))));
      if (pool5 != null) {
        suppressed.add(features.supply(Tap.POOL5, pool5));
      }
      Supply scores = features.supply(tap, scored);
      if (run.config().detection().perClass() > 0) {
        BestOfSet.Selection best = choose(job(artifact, parts, Pass.SCORE, scored), images, scores);
        Map<String, Integer> places = new HashMap<>();
        images.forEach(image -> places.put(image.id(), places.size()));
        suppressed.add(
            new Supply(
                DetectionJob.CHOSEN,
                Optional.empty(),
                image -> ScoredRecord.of(best.ofImage(places.get(image.id())))));
        find(job(artifact, parts, Pass.SUPPRESS, scored), images, suppressed, found);
      } else {
        if (suppressed.stream().noneMatch(supply -> supply.name().equals(scores.name()))) {
          suppressed.add(scores);
        }
        find(job(artifact, parts, Pass.ALONE, scored), images, suppressed, found);
      }
    }
    VocResults results = VocResults.ofImages(classes, found);
    AtomicFile.make(artifact.place(), folder -> results.write(folder, features.set().split()));
  }

  private DetectionJob job(Artifact artifact, Parts parts, Pass pass, FeatureStore scored) {
    Head head = parts.row().effectiveHead();
    return new DetectionJob(
        artifact.hash() + "-" + pass.name().toLowerCase(Locale.ROOT),
        pass,
        run.config(),
        head,
        head.tap(parts.row().layer()),
        scored.dimension(),
        classes,
        parts.head().map(Artifact::place),
        pass == Pass.SCORE ? Optional.empty() : parts.boxRegression().map(Artifact::place));
  }

  private BestOfSet.Selection choose(DetectionJob job, List<Sample> images, Supply scores)
      throws IOException {
    DetectionSettings settings = run.config().detection();
    BestOfSet best =
        new BestOfSet(classes.size(), images.size(), settings, job.head().lowestScore(settings));
    try (Progress progress = run.monitor().start("score", images.size(), "images")) {
      run.work(
          job,
          images,
          0,
          List.of(scores),
          (image, output) -> {
            best.add(ScoredRecord.scored(output.records().get(DetectionJob.CHOSEN)));
            progress.step();
          });
    }
    return best.select();
  }

  private void find(
      DetectionJob job,
      List<Sample> images,
      List<Supply> supplies,
      Map<String, Collection<Detection>> found)
      throws IOException {
    try (Progress progress = run.monitor().start("detect", images.size(), "images")) {
      run.work(
          job,
          images,
          0,
          supplies,
          (image, output) -> {
            found.put(
                image.id(),
                ScoredRecord.detections(output.records().get(DetectionJob.FOUND), classes));
            progress.step();
          });
    }
  }
}
