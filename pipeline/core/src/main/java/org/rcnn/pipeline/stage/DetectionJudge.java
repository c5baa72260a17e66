package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.SuffixExtractor;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.Judge;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.SoftmaxModel;

/**
 * Judges a network in training by detection on images held out: the network's own softmax scores
 * their proposals, boxes that overlap a better one are suppressed, and the mean average precision
 * is found with the configured metric.
 *
 * <p>To be affordable it looks at no more than {@value #MOST_IMAGES} images, spread evenly over
 * those held out, and at the best {@value #MOST_PROPOSALS} classified proposals of each. So its
 * figures are lower than those of a test; what counts is which of two networks has the higher one.
 * Each image stands for itself: {@code detection.per-class}, a limit over a whole set, does not
 * apply.
 */
final class DetectionJudge implements Judge {

  static final int MOST_IMAGES = 100;
  static final int MOST_PROPOSALS = 200;

  private final PipelineConfig config;
  private final NetworkDefinition definition;
  private final List<String> classes;
  private final Optional<Stored> stored;
  private final List<Judged> images;

  /**
   * The features of the training images, by the network that training starts from.
   *
   * @param tap where they can be taken up
   */
  record Stored(SetFeatures features, Tap tap) {}

  /**
   * An image and its proposals.
   *
   * @param firstRow the row of its first proposal in the stored features
   */
  private record Judged(Sample sample, List<Box> proposals, int firstRow) {}

  /**
   * A judge.
   *
   * @param heldOut the images held out, in the order of their set
   * @param proposals the proposals of the training images
   * @param stored stored values of the images' regions; empty to compute all from the images
   */
  DetectionJudge(
      PipelineConfig config,
      NetworkDefinition definition,
      List<String> classes,
      List<Sample> heldOut,
      Artifact proposals,
      Optional<Stored> stored)
      throws IOException {
    this.config = config;
    this.definition = definition;
    this.classes = List.copyOf(classes);
    this.stored = stored;
    this.images = new ArrayList<>();
    Set<String> known = Set.copyOf(classes);
    try (RankedBoxes boxes = RankedBoxes.open(proposals, config.proposals().classified())) {
      List<Sample> usable = heldOut.stream().filter(sample -> boxes.contains(sample.id())).toList();
      for (Sample sample : spread(usable, MOST_IMAGES)) {
        Regions regions = Regions.forTraining(sample, boxes, known);
        List<Box> best = regions.proposals();
        best = List.copyOf(best.subList(0, Math.min(MOST_PROPOSALS, best.size())));
        images.add(new Judged(sample, best, regions.groundTruth()));
      }
    }
  }

  /** What a judge's figures depend on beside the network, images and proposals. */
  static Map<String, Object> key(PipelineConfig config) {
    DetectionSettings detection = config.detection();
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("images", MOST_IMAGES);
    parts.put("proposals", Math.min(MOST_PROPOSALS, config.proposals().classified()));
    parts.put("metric", config.evaluation().metric());
    parts.put("nms-iou", detection.nmsIou());
    parts.put("per-image", detection.perImage());
    parts.put("min-probability", detection.minProbability());
    parts.put("batch", config.features().batch());
    return parts;
  }

  /** At most so many items, evenly spread over all. */
  static <T> List<T> spread(List<T> all, int most) {
    int count = Math.min(most, all.size());
    return IntStream.range(0, count)
        .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
        .toList();
  }

  @Override
  public double meanAp(Weights weights, boolean fromKept) throws IOException {
    Map<String, List<Detection>> found = new LinkedHashMap<>();
    DetectionAssembly assembly = new DetectionAssembly(config.detection(), Heads.NETWORK);
    try (Scores scores = fromKept && stored.isPresent() ? stored(weights) : plain(weights)) {
      for (Judged image : images) {
        List<Box> proposals = image.proposals();
        float[] probabilities =
            SoftmaxModel.ofScores(scores.of(image), proposals.size(), classes.size());
        found.put(
            image.sample().id(),
            assembly.detections(
                proposals,
                probabilities,
                classes,
                null,
                null,
                image.sample().width(),
                image.sample().height()));
      }
    }
    return new DetectionEvaluator(config.evaluation().metric(), Experiment.MATCH_IOU)
        .evaluate(
            classes, images.stream().map(image -> image.sample().annotation()).toList(), found)
        .meanAp();
  }

  /** The network's scores, {@code proposals x (classes + 1)}. */
  private interface Scores extends AutoCloseable {
    float[] of(Judged image) throws IOException;

    @Override
    void close();
  }

  private Scores plain(Weights weights) {
    FeatureExtractor extractor =
        new FeatureExtractor(
            definition,
            weights,
            Set.of(Tap.SCORES),
            config.features().batch(),
            config.network().device(),
            Execution.PLAIN);
    return new Scores() {
      @Override
      public float[] of(Judged image) throws IOException {
        return extractor.extract(image.sample().read(), image.proposals()).at(Tap.SCORES);
      }

      @Override
      public void close() {
        extractor.close();
      }
    };
  }

  private Scores stored(Weights weights) throws IOException {
    Tap tap = stored.orElseThrow().tap();
    SuffixExtractor extractor =
        new SuffixExtractor(
            definition,
            weights,
            tap,
            Set.of(Tap.SCORES),
            config.features().batch(),
            config.network().device());
    FeatureStore values;
    try {
      values = stored.orElseThrow().features().open(tap);
    } catch (IOException e) {
      extractor.close();
      throw e;
    }
    return new Scores() {
      @Override
      public float[] of(Judged image) throws IOException {
        int count = image.proposals().size();
        int[] rows = IntStream.range(image.firstRow(), image.firstRow() + count).toArray();
        float[] given = new float[count * values.dimension()];
        values.readRows(image.sample().id(), rows, given);
        return extractor.extract(given, count).at(Tap.SCORES);
      }

      @Override
      public void close() {
        extractor.close();
        values.close();
      }
    };
  }
}
