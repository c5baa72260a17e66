package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
  static Regions forTraining(Sample sample, ProposalStore proposals, Set<String> classes)
      throws IOException {
    Annotation known = ofKnownClasses(sample.annotation(), classes);
    List<Box> boxes = new ArrayList<>(known.objects().stream().map(GroundTruth::box).toList());
    int groundTruth = boxes.size();
    boxes.addAll(proposals.boxes(sample.id()));
    return new Regions(boxes, groundTruth, known);
  }

  private static Annotation ofKnownClasses(Annotation all, Set<String> classes) {
    return new Annotation(
        all.imageId(),
        all.width(),
        all.height(),
        all.objects().stream().filter(object -> classes.contains(object.className())).toList());
  }
}
