package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Annotation;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.SeedMix;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.ThresholdCriterion;
import org.rcnn.pipeline.config.PipelineConfig;
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
 * Stage 7: chooses from which score a detection of a class counts, on training images that the
 * judged head has not seen. The artifact is a {@link Thresholds} as JSON.
 *
 * <p>The images are those that fine-tuning held back, if it did: one head is trained without them
 * and judged on them. Otherwise the training images are dealt into folds; for each, head and box
 * regression are trained on the others. An image's regions then become detections as in {@link
 * org.rcnn.pipeline.Detector}, and are matched with its objects by the rule of VOC. Nothing here
 * sees a test image.
 *
 * <p><b>How it carries over.</b> A fold's head has not seen its images, but a fine-tuned network
 * has, so they score higher than other images do. Measured with SVMs on fine-tuned fc7 and three
 * folds, F1 as the mean over classes: on the demo 46.3 % on the test images at these thresholds,
 * 42.9 % at even odds, 53.9 % at the best thresholds of those very images; precision carries over
 * (54.6 % on the folds, 53.9 % on test), recall does not (62.8 and 42.0 %), and probabilities are
 * near the shares found. On 1,000 and 500 photos of VOC2007 with 20 classes, F1 is 64.6 % on the
 * folds and 27.2 % on test; even odds have 26.7 % there, the best thresholds 32.2 %, and of
 * detections with a probability of 95 % four fifths are right. So a wanted recall is missed by
 * much, unless {@code finetune.validation-share} holds images back: neither fine-tuning nor the
 * judged models learned from those ({@code finetune.keep} may have chosen the weights on them).
 *
 * <p><b>Cost.</b> Mining starts anew for each fold, since it is cheap beside features: with three
 * folds the stage takes about twice the time of head and box regression, 2 to 3 % of the processor
 * time of a run on the demo or on VOC2007.
 */
final class ThresholdStage {

  private static final int VERSION = 1;

  private final Run run;
  private final List<String> classes;
  private final BoxRegressionStage boxRegression;

  /**
   * The stage of a run.
   *
   * @param classes the detector's classes, sorted
   */
  ThresholdStage(Run run, List<String> classes) {
    this.run = run;
    this.classes = classes;
    this.boxRegression = new BoxRegressionStage(run);
  }

  private PipelineConfig.Thresholds settings() {
    return run.config().thresholds();
  }

  private double wanted() {
    return settings().choose() == ThresholdCriterion.F1 ? 0 : settings().wanted();
  }

  /** The artifact of a detector's thresholds, whether it exists or not. */
  Artifact artifact(SetFeatures features, DetectionStage.Parts parts) {
    Head head = parts.row().effectiveHead();
    Map<String, Object> inputs = new LinkedHashMap<>();
    inputs.put("features", features.at(head.tap(parts.row().layer())).hash());
    inputs.put("head", parts.head().map(Artifact::hash).orElse(head.label()));
    inputs.put("bbox", parts.boxRegression().map(Artifact::hash).orElse("off"));
    inputs.put("seed", run.config().seed());
    inputs.put("choose", settings().choose());
    inputs.put("wanted", wanted());
    boolean validated = parts.row().finetuned() && run.config().finetune().validationShare() > 0;
    if (validated) {
      inputs.put("validation-share", run.config().finetune().validationShare());
      inputs.putAll(FineTuneStage.equalPictures(run.train().samples()));
    } else if (parts.head().isPresent()) {
      inputs.put("folds", settings().folds());
    }
    inputs.put("nms-iou", run.config().detection().nmsIou());
    inputs.put("per-image", run.config().detection().perImage());
    inputs.put(
        "lowest-score",
        Double.toString(head.lowestScore(head.ofSingleImages(run.config().detection()))));
    return run.folder().artifact(Key.of("thresholds", VERSION, inputs), "-thresholds.json");
  }

  /** The thresholds, chosen now unless they exist. */
  Artifact run(SetFeatures features, DetectionStage.Parts parts) throws IOException {
    return run.folder()
        .make(
            artifact(features, parts),
            "thresholds, " + parts.row().label(),
            artifact -> Json.write(artifact.place(), Json.tree(choose(features, parts))));
  }

  /**
   * Thresholds that {@link #run} wrote.
   *
   * @throws IOException if the file cannot be read, or its keys are not those of thresholds
   */
  static Thresholds read(Artifact artifact) throws IOException {
    return Json.read(artifact.place(), Thresholds.class);
  }

  private Thresholds choose(SetFeatures features, DetectionStage.Parts parts) throws IOException {
    Row row = parts.row();
    List<String> available = available(features, row);
    Set<String> heldBack = row.finetuned() ? heldBack(features, available) : Set.of();
    Thresholds.Basis basis;
    List<Set<String>> folds;
    if (!heldBack.isEmpty()) {
      basis = Thresholds.Basis.VALIDATION_IMAGES;
      folds = List.of(heldBack);
    } else if (parts.head().isEmpty()) {
      basis = Thresholds.Basis.TRAINING_IMAGES;
      folds = List.of(new LinkedHashSet<>(available));
    } else {
      basis = Thresholds.Basis.FOLDS;
      folds =
          folds(annotations(features, available), settings().folds(), run.config().seed()).stream()
              // Of a single image nothing is left to train on.
              .filter(fold -> fold.size() < available.size())
              .toList();
    }
    Map<String, List<Detection>> found = new LinkedHashMap<>();
    for (Set<String> fold : folds) {
      // What the network has learned from all images cannot be learned again without some.
      Set<String> leftOut = basis == Thresholds.Basis.TRAINING_IMAGES ? Set.of() : fold;
      detect(features, row, fold, leftOut, found);
    }
    EvaluationResult result =
        new DetectionEvaluator(ApMetric.VOC07, Experiment.MATCH_IOU)
            .evaluate(
                classes, annotations(features, found.keySet().stream().sorted().toList()), found);
    return Thresholds.chosen(settings().choose(), wanted(), basis, result, row.effectiveHead());
  }

  private static List<String> available(SetFeatures features, Row row) throws IOException {
    try (FeatureStore store = features.open(row.effectiveHead().tap(row.layer()))) {
      return store.imageIds();
    }
  }

  private Set<String> heldBack(SetFeatures features, List<String> available) {
    List<Sample> samples = features.set().samples();
    Set<String> ids = new LinkedHashSet<>();
    FineTuneStage.heldOut(samples, run.config().finetune().validationShare(), run.config().seed())
        .stream()
        .sorted()
        .forEach(index -> ids.add(samples.get(index).id()));
    ids.retainAll(available);
    return ids.size() < available.size() ? ids : Set.of();
  }

  private static List<Annotation> annotations(SetFeatures features, List<String> ids) {
    Map<String, Sample> samples = features.set().byId();
    return ids.stream().map(id -> samples.get(id).annotation()).toList();
  }

  /**
   * Deals images into folds, so that the objects of rare classes are spread over them: images are
   * ordered by their rarest class, at random within it, and dealt in turn.
   *
   * @return at most {@code count} folds, none of them empty
   */
  static List<Set<String>> folds(List<Annotation> images, int count, long seed) {
    Map<String, Integer> objects = new HashMap<>();
    images.stream()
        .flatMap(image -> image.objects().stream())
        .forEach(object -> objects.merge(object.className(), 1, Integer::sum));
    List<Annotation> order = new ArrayList<>(images);
    Collections.shuffle(order, new Random(SeedMix.mix(seed, count)));
    order.sort(Comparator.comparing(image -> rarest(image, objects)));
    List<Set<String>> folds = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      if (i < count) {
        folds.add(new TreeSet<>());
      }
      folds.get(i % count).add(order.get(i).imageId());
    }
    return folds;
  }

  /** The name of the rarest class behind its count, so that names order classes as rare. */
  private static String rarest(Annotation image, Map<String, Integer> objects) {
    return image.objects().stream()
        .map(GroundTruth::className)
        .map(name -> "%09d %s".formatted(objects.get(name), name))
        .min(Comparator.naturalOrder())
        .orElse("~");
  }

  /**
   * Adds the detections of a fold.
   *
   * @param leftOut images that head and box regression do not learn from
   */
  private void detect(
      SetFeatures features,
      Row row,
      Set<String> fold,
      Set<String> leftOut,
      Map<String, List<Detection>> found)
      throws IOException {
    Head head = row.effectiveHead();
    Tap tap = head.tap(row.layer());
    RegionScorer scorer = head.fit(new HeadTraining(run, features, tap, classes).without(leftOut));
    BoxRegressor regressor =
        row.boxRegression() ? boxRegression.fit(features, classes, leftOut) : null;
    DetectionAssembly assembly =
        new DetectionAssembly(head.ofSingleImages(run.config().detection()), head);
    Map<String, Sample> samples = features.set().byId();
    Set<String> known = new HashSet<>(classes);
    try (RankedBoxes boxes = features.openProposals();
        FeatureStore scored = features.open(tap);
        FeatureStore pool5 = regressor == null ? null : features.open(Tap.POOL5);
        Progress progress = run.monitor().start("thresholds", fold.size(), "images")) {
      OrderedWork.<String, List<Detection>>forEach(
          List.copyOf(fold),
          run.config().effectiveThreads(),
          id -> {
            Sample sample = samples.get(id);
            Regions regions = Regions.forTraining(sample, boxes, known);
            int rows = regions.proposals().size();
            return assembly.detections(
                regions.proposals(),
                scorer.score(values(scored, id, regions), rows),
                scorer.classes(),
                regressor,
                pool5 == null ? null : values(pool5, id, regions),
                sample.width(),
                sample.height());
          },
          (id, detections) -> {
            found.put(id, detections);
            progress.step();
          });
    }
  }

  /** The features of an image's proposals, which follow those of its objects. */
  private static float[] values(FeatureStore store, String imageId, Regions regions)
      throws IOException {
    int first = regions.groundTruth();
    int[] rows = new int[regions.proposals().size()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = first + i;
    }
    float[] values = new float[rows.length * store.dimension()];
    store.readRows(imageId, rows, values);
    return values;
  }
}
