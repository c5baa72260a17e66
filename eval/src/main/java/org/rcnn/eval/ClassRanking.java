package org.rcnn.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.voc.VocResults;

/**
 * One class over a split: its objects, image by image, and its detections, from best to worst.
 *
 * <p>Detections of equal score keep the order in which they are given: that of the result file, as
 * in the devkit, or, where they are given by image, that of the split's images and then of each
 * image's list. A file written image by image along the split has that same order.
 */
final class ClassRanking {

  final String className;

  /** Detections in rank order: index into the split, score, box. */
  final int[] image;

  final double[] score;
  final Box[] box;

  /**
   * Objects of the class: those of image {@code i} are {@code firstObject[i] .. firstObject[i+1]}.
   */
  final int[] firstObject;

  final GroundTruth[] object;

  /** Objects that are not difficult. */
  final int positives;

  private record Ranked(int image, Detection detection) {}

  private ClassRanking(String className, List<Annotation> split, List<Ranked> detections) {
    this.className = className;
    // The devkit sorts the negated scores upwards. Subtracting from 0 makes -0 and 0 a tie, as in
    // the devkit.
    detections.sort(Comparator.comparingDouble(ranked -> 0.0 - ranked.detection.score()));
    image = detections.stream().mapToInt(Ranked::image).toArray();
    score = detections.stream().mapToDouble(ranked -> ranked.detection.score()).toArray();
    box = detections.stream().map(ranked -> ranked.detection.box()).toArray(Box[]::new);

    firstObject = new int[split.size() + 1];
    List<GroundTruth> objects = new ArrayList<>();
    for (int i = 0; i < split.size(); i++) {
      for (GroundTruth truth : split.get(i).objects()) {
        if (truth.className().equals(className)) {
          objects.add(truth);
        }
      }
      firstObject[i + 1] = objects.size();
    }
    object = objects.toArray(GroundTruth[]::new);
    positives = (int) Arrays.stream(object).filter(truth -> !truth.difficult()).count();
  }

  /**
   * The rankings of the given classes, in their order; objects and detections of other classes are
   * left out.
   *
   * @throws IllegalArgumentException if a class or image is named twice, or detections are given
   *     for an image that the split does not hold
   */
  static List<ClassRanking> of(
      List<String> classNames, List<Annotation> split, Map<String, List<Detection>> detections) {
    Map<String, List<Ranked>> ofClass = empty(classNames);
    places(split, detections.keySet());
    for (int i = 0; i < split.size(); i++) {
      for (Detection detection : detections.getOrDefault(split.get(i).imageId(), List.of())) {
        List<Ranked> ranked = ofClass.get(detection.className());
        if (ranked != null) {
          ranked.add(new Ranked(i, detection));
        }
      }
    }
    return rankings(split, ofClass);
  }

  /** The same for result files; those of other classes are left out. */
  static List<ClassRanking> of(
      List<String> classNames, List<Annotation> split, VocResults results) {
    Map<String, List<Ranked>> ofClass = empty(classNames);
    Set<String> named = new HashSet<>();
    results
        .classes()
        .forEach(name -> results.lines(name).forEach(line -> named.add(line.imageId())));
    Map<String, Integer> places = places(split, named);
    ofClass.forEach(
        (name, ranked) ->
            results
                .lines(name)
                .forEach(
                    line -> ranked.add(new Ranked(places.get(line.imageId()), line.detection()))));
    return rankings(split, ofClass);
  }

  /**
   * Refuses what no evaluation can mean.
   *
   * @param detected the images that have detections
   * @throws IllegalArgumentException if a class or image is named twice, or detections are given
   *     for an image that the split does not hold
   */
  static void requireNames(List<String> classNames, List<Annotation> split, Set<String> detected) {
    empty(classNames);
    places(split, detected);
  }

  private static Map<String, List<Ranked>> empty(List<String> classNames) {
    Map<String, List<Ranked>> ofClass = new LinkedHashMap<>();
    for (String className : classNames) {
      if (ofClass.put(className, new ArrayList<>()) != null) {
        throw new IllegalArgumentException(
            "The class \"%s\" is listed twice; name every class once.".formatted(className));
      }
    }
    return ofClass;
  }

  private static List<ClassRanking> rankings(
      List<Annotation> split, Map<String, List<Ranked>> ofClass) {
    List<ClassRanking> rankings = new ArrayList<>();
    ofClass.forEach((name, ranked) -> rankings.add(new ClassRanking(name, split, ranked)));
    return rankings;
  }

  /** Each image's place in the split, which must contain every image that has detections. */
  private static Map<String, Integer> places(List<Annotation> split, Set<String> detected) {
    Map<String, Integer> places = new HashMap<>();
    for (Annotation annotation : split) {
      if (places.put(annotation.imageId(), places.size()) != null) {
        throw new IllegalArgumentException(
            "The image \"%s\" is in the split twice; list every image once."
                .formatted(annotation.imageId()));
      }
    }
    // Sorted, so that the report does not depend on the set's order.
    detected.stream()
        .filter(id -> !places.containsKey(id))
        .sorted()
        .findFirst()
        .ifPresent(
            id -> {
              throw new IllegalArgumentException(
                  "There are detections for the image \"%s\", which the split does not hold; score them against the split they were made on."
                      .formatted(id));
            });
    return places;
  }

  /** Number of detections. */
  int size() {
    return box.length;
  }
}
