package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

/**
 * One image as the SVM sees it: its regions and their features.
 *
 * <p>The first {@code groundTruthCount} regions are the annotated objects of the classes trained,
 * in the order of {@code annotation.objects()}; the proposals follow.
 *
 * @param id the image's name
 * @param regions the boxes, ground truth first
 * @param groundTruthCount how many of them are ground truth
 * @param annotation the image's annotation
 * @param features {@code regions × dimension} values, row-major, unscaled; not copied
 */
public record TrainingImage(
    String id, List<Box> regions, int groundTruthCount, Annotation annotation, float[] features) {

  /** Refuses parts that contradict each other. */
  public TrainingImage {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(annotation, "annotation");
    regions = List.copyOf(regions);
    if (groundTruthCount < 0 || groundTruthCount > regions.size()) {
      throw new IllegalArgumentException(
          "Image %s cannot have %d ground truth regions among %d regions."
              .formatted(id, groundTruthCount, regions.size()));
    }
    if (regions.isEmpty() ? features.length != 0 : features.length % regions.size() != 0) {
      throw new IllegalArgumentException(
          "Image %s has %d feature values, which is not a multiple of its %d regions; compute its features again."
              .formatted(id, features.length, regions.size()));
    }
  }

  /**
   * An image whose annotated objects are all of classes to train.
   *
   * @param annotation the image's annotation
   * @param proposals the boxes beside the objects
   * @param features a row for each object, in the order of the annotation, and for each proposal
   */
  public static TrainingImage of(Annotation annotation, List<Box> proposals, float[] features) {
    List<Box> regions = new ArrayList<>();
    annotation.objects().forEach(object -> regions.add(object.box()));
    regions.addAll(proposals);
    return new TrainingImage(
        annotation.imageId(), regions, annotation.objects().size(), annotation, features);
  }

  /** The length of a region's feature, 0 if the image has no regions. */
  public int dimension() {
    return regions.isEmpty() ? 0 : features.length / regions.size();
  }

  /** Copies the features of some regions, one after the other. */
  void copyFeatures(int[] rows, float[] into) {
    int dimension = dimension();
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(features, rows[i] * dimension, into, i * dimension, dimension);
    }
  }

  /** The objects of the first regions. */
  List<GroundTruth> groundTruth(Set<String> classes) {
    List<GroundTruth> known =
        annotation.objects().stream().filter(o -> classes.contains(o.className())).toList();
    if (known.size() != groundTruthCount) {
      throw new IllegalArgumentException(
          "Image %s has %d ground truth regions but its annotation %d objects of the classes to train; compute its features again for these classes."
              .formatted(id, groundTruthCount, known.size()));
    }
    return known;
  }
}
