package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.rcnn.cnn.train.RegionPool;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.run.DetectionSet.Sample;

/**
 * The regions of an image, in the order that every stage uses.
 *
 * <p>For training the ground truth comes first, then the proposals, as in the authors' region
 * lists; row {@code i} of an image's features belongs to region {@code i}. For testing there are
 * proposals only.
 *
 * @param boxes the regions
 * @param groundTruth how many of them, at the front, are ground truth
 * @param annotation the image's objects of the known classes
 */
record Regions(List<Box> boxes, int groundTruth, Annotation annotation) {

  /** The regions of a training image. */
  static Regions forTraining(Sample sample, RankedBoxes proposals, Set<String> classes)
      throws IOException {
    return of(sample, proposals.classified(sample.id()), classes);
  }

  /** The regions of a training image with all its proposals, also those not classified. */
  static Regions ofAll(Sample sample, ProposalStore proposals, Set<String> classes)
      throws IOException {
    return of(sample, proposals.boxes(sample.id()), classes);
  }

  private static Regions of(Sample sample, List<Box> proposals, Set<String> classes) {
    Annotation known = ofKnownClasses(sample.annotation(), classes);
    List<Box> boxes = new ArrayList<>(known.objects().stream().map(GroundTruth::box).toList());
    int groundTruth = boxes.size();
    boxes.addAll(proposals);
    return new Regions(boxes, groundTruth, known);
  }

  /** The regions that are proposals. */
  List<Box> proposals() {
    return boxes.subList(groundTruth, boxes.size());
  }

  /**
   * The boxes of a training image that are not classified and overlap an object of a known class by
   * at least an IoU, best ranked first.
   */
  static List<Box> morePositives(
      Sample sample, RankedBoxes proposals, Set<String> classes, double positiveIou)
      throws IOException {
    Annotation known = ofKnownClasses(sample.annotation(), classes);
    return proposals.others(sample.id()).stream()
        .filter(box -> RegionPool.isPositive(known, box, positiveIou))
        .toList();
  }

  private static Annotation ofKnownClasses(Annotation all, Set<String> classes) {
    return new Annotation(
        all.imageId(),
        all.width(),
        all.height(),
        all.objects().stream().filter(object -> classes.contains(object.className())).toList());
  }
}
