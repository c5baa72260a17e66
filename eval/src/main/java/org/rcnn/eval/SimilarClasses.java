package org.rcnn.eval;

import java.util.List;
import java.util.Set;

/**
 * Which classes are easily confused: groups of class names, which may share members. Two different
 * classes are similar if some group holds both.
 *
 * @param groups the groups
 */
public record SimilarClasses(List<Set<String>> groups) {

  private static final Set<String> VOC_NAMES =
      Set.of(
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  /** Keeps its own copy. */
  public SimilarClasses {
    groups = groups.stream().map(Set::copyOf).toList();
  }

  /** No class is similar to another. */
  public static SimilarClasses none() {
    return new SimilarClasses(List.of());
  }

  /**
   * The groups of Hoiem et al. for VOC's twenty classes: vehicles; animals with persons; chairs,
   * tables and sofas; things that fly.
   */
  public static SimilarClasses voc() {
    return new SimilarClasses(
        List.of(
            Set.of("aeroplane", "bicycle", "boat", "bus", "car", "motorbike", "train"),
            Set.of("bird", "cat", "cow", "dog", "horse", "person", "sheep"),
            Set.of("chair", "diningtable", "sofa"),
            Set.of("aeroplane", "bird")));
  }

  /** VOC's groups if every class has the name of a VOC class, none otherwise. */
  public static SimilarClasses defaultFor(List<String> classNames) {
    return VOC_NAMES.containsAll(classNames) ? voc() : none();
  }

  /** Whether two different classes are easily confused. */
  public boolean areSimilar(String a, String b) {
    return !a.equals(b)
        && groups.stream().anyMatch(group -> group.contains(a) && group.contains(b));
  }
}
