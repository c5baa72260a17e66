package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.features.HogExtractor;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.store.Encoding;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.PlannedStage;
import org.rcnn.pipeline.run.Run;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stages with the work and the disk that they will take, before any of them begins.
 *
 * <p>Both follow from the number of regions. It is known where proposals are stored. Before that,
 * it is a guess: as many as are classified, or two thousand an image (section 2.1 of the paper).
 */
final class Planning {

  private static final Logger LOG = LoggerFactory.getLogger(Planning.class);

  private static final int USUAL_BOXES = 2000;

  /**
   * The share of values that are not zero, and so are stored: as measured of {@code alexnet64}.
   * Larger networks have fewer. Pooling takes the largest of several, so pool5 has more.
   */
  private static final double SHARE_OF_POOL5 = 0.6;

  private static final double SHARE_AFTER = 0.4;

  /** Bytes of a box in a store: four corners of 16 bits. */
  private static final int BOX_BYTES = 8;

  /** Weights, and the weights and velocities of a checkpoint, all in single precision. */
  private static final int TRAINING_BYTES = 12;

  private static final int WEIGHT_BYTES = 4;

  private final Run run;
  private final NetworkDefinition definition;
  private final FeatureStage features;
  private final Set<String> classes;
  private final Map<String, RegionCount> counted;
  private final List<PlannedStage> stages = new ArrayList<>();

  /**
   * How many regions a set of images has.
   *
   * @param usual how many there will probably be
   * @param least how many there are at the least
   */
  private record RegionCount(long usual, long least) {}

  /**
   * A plan without a stage.
   *
   * @param counted boxes that were counted already; grows
   */
  Planning(
      Run run,
      NetworkDefinition definition,
      FeatureStage features,
      List<String> classes,
      Counts counted) {
    this.run = run;
    this.definition = definition;
    this.features = features;
    this.classes = Set.copyOf(classes);
    this.counted = counted.counted;
  }

  /** Counted boxes, which several plans share. */
  static final class Counts {
    private final Map<String, RegionCount> counted = new HashMap<>();
  }

  List<PlannedStage> stages() {
    return List.copyOf(stages);
  }

  void proposals(DetectionSet set, Artifact proposals) {
    long images = set.samples().size();
    stages.add(
        new PlannedStage(
            proposals, "proposals", images, true, images * USUAL_BOXES * BOX_BYTES, 0));
  }

  void fineTuning(Artifact weights) {
    stages.add(
        new PlannedStage(
            weights,
            "fine-tuning",
            run.config().finetune().settings(run.config().seed()).iterations(),
            true,
            TRAINING_BYTES * definition.parameterCount(),
            WEIGHT_BYTES * definition.parameterCount()));
  }

  /** What of a set's features is computed from images. */
  void firstFeatures(SetFeatures of, boolean training) {
    add(of.first(), features.firstTaps(), regions(of, training));
  }

  /** All features of a set. */
  void features(SetFeatures of, boolean training) {
    if (of.first().key().stage().equals(HogStage.NAME)) {
      hog(of, regions(of, training));
      return;
    }
    firstFeatures(of, training);
    if (of.later().isPresent()) {
      add(of.last(), features.laterTaps(of.later().get().after()), regions(of, training));
    }
  }

  private void add(Artifact artifact, Collection<Tap> taps, RegionCount regions) {
    double usual = 0;
    double least = 0;
    for (Tap tap : taps) {
      Encoding encoding = features.encoding(tap);
      int dimension = definition.tapDimensions().get(tap);
      usual += encoding.rowBytes(dimension, tap == Tap.POOL5 ? SHARE_OF_POOL5 : SHARE_AFTER);
      least += encoding.rowBytes(dimension, 0);
    }
    String kind = artifact.key().stage().replace('-', ' ');
    stages.add(
        new PlannedStage(
            artifact,
            kind,
            regions.usual(),
            true,
            (long) (usual * regions.usual()),
            (long) (least * regions.least())));
  }

  private void hog(SetFeatures of, RegionCount regions) {
    Encoding encoding = run.config().features().encoding();
    // Blocks are normalised, not rectified: few values are zero.
    stages.add(
        new PlannedStage(
            of.first(),
            "HOG",
            regions.usual(),
            true,
            (long) (encoding.rowBytes(HogExtractor.DIMENSION, 1) * regions.usual()),
            (long) (encoding.rowBytes(HogExtractor.DIMENSION, 0) * regions.least())));
  }

  /** A training set's further positives, whose number no one knows. */
  void morePositives(Artifact artifact) {
    stages.add(new PlannedStage(artifact, "further positives", Double.NaN, true));
  }

  /**
   * A stage that reads features, and may do so several times.
   *
   * @param kind what is done, in words
   * @param dimension the length of a region's features
   */
  void reading(Artifact artifact, String kind, SetFeatures of, boolean training, int dimension) {
    stages.add(
        new PlannedStage(
            artifact, kind, (double) regions(of, training).usual() * dimension, false));
  }

  private RegionCount regions(SetFeatures of, boolean training) {
    RegionCount boxes = boxes(of);
    if (!training) {
      return boxes;
    }
    long objects =
        of.set().annotations().stream()
            .flatMap(annotation -> annotation.objects().stream())
            .map(GroundTruth::className)
            .filter(classes::contains)
            .count();
    return new RegionCount(boxes.usual() + objects, boxes.least() + objects);
  }

  private RegionCount boxes(SetFeatures of) {
    Path place = of.proposals().place();
    if (!Files.exists(place)) {
      return guess(of);
    }
    String key = place + " " + of.classified();
    if (!counted.containsKey(key)) {
      long boxes = 0;
      try (RankedBoxes proposals = of.openProposals()) {
        for (Sample sample : of.set().samples()) {
          boxes += proposals.contains(sample.id()) ? proposals.count(sample.id()) : 0;
        }
      } catch (IOException e) {
        LOG.debug("The proposals are damaged; their stage tells of it, and makes them anew.", e);
        return guess(of);
      }
      counted.put(key, new RegionCount(boxes, boxes));
    }
    return counted.get(key);
  }

  private static RegionCount guess(SetFeatures of) {
    long most = Math.min(of.classified(), USUAL_BOXES);
    return new RegionCount(most * of.set().samples().size(), 0);
  }
}
