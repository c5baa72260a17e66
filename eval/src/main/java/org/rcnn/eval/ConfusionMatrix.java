package org.rcnn.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/**
 * What objects are taken for: for each class the objects by the class of the detection that found
 * them, with background as one more row and column.
 *
 * <p>The rule. Detections of at least the score threshold come from best to worst, all classes
 * together. Each takes the object of its image that it overlaps most among those not yet taken, at
 * least at the overlap threshold; one of its own class before one of another. So an object is named
 * by its best detection. An object that none takes is in the column of background. A detection that
 * takes none is in the row of background, unless it lies on an object (at the overlap threshold)
 * that is taken, or on a difficult one: then it is left out and only {@linkplain #leftOut counted}.
 * Difficult objects themselves are in no row. Of equal scores the first in the list comes first; of
 * equal overlaps the first object.
 *
 * <p>The table depends on the score threshold, unlike an AP, and compares scores of different
 * classes.
 *
 * <p>Immutable.
 */
public final class ConfusionMatrix {

  private final List<String> classNames;
  private final double minScore;
  private final double iou;
  private final int[][] counts;
  private final int leftOut;

  private ConfusionMatrix(
      List<String> classNames, double minScore, double iou, int[][] counts, int leftOut) {
    this.classNames = List.copyOf(classNames);
    this.minScore = minScore;
    this.iou = iou;
    this.counts = counts;
    this.leftOut = leftOut;
  }

  /**
   * Counts detections.
   *
   * @param classNames the classes, each once; objects and detections of others are left out
   * @param split the annotations of every image
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @param minScore the least score of a detection that is counted
   * @param iou the overlap from which a detection is on an object, above 0 and at most 1
   * @throws IllegalArgumentException if the overlap is out of range, a class or image is named
   *     twice, or there are detections for an image that is not in the split
   */
  public static ConfusionMatrix of(
      List<String> classNames,
      List<Annotation> split,
      Map<String, List<Detection>> detections,
      double minScore,
      double iou) {
    DetectionEvaluator.checkIou(iou);
    ClassRanking.requireNames(classNames, split, detections.keySet());
    Map<String, Integer> types = new HashMap<>();
    classNames.forEach(name -> types.put(name, types.size()));
    int[][] counts = new int[types.size() + 1][types.size() + 1];
    int leftOut = 0;
    for (Annotation image : split) {
      List<Detection> found =
          detections.getOrDefault(image.imageId(), List.of()).stream()
              .filter(d -> d.score() >= minScore && types.containsKey(d.className()))
              .sorted(Comparator.comparingDouble(d -> 0.0 - d.score()))
              .toList();
      List<GroundTruth> objects =
          image.objects().stream().filter(o -> types.containsKey(o.className())).toList();
      leftOut += count(found, objects, iou, types, counts);
    }
    return new ConfusionMatrix(classNames, minScore, iou, counts, leftOut);
  }

  /**
   * A score threshold for the table: the one at which precision and recall balance best, by the
   * largest F1 over all classes together. A detection is right or wrong by VOC's rule, as in {@link
   * DetectionEvaluator}. It is chosen on the very detections, so it describes them and promises
   * nothing for others.
   *
   * @param iou the overlap from which a detection matches an object, above 0 and at most 1
   * @return the lowest score of a detection to be counted; empty if no detection is right
   * @throws IllegalArgumentException as for {@link #of}
   */
  public static OptionalDouble balancedScore(
      List<String> classNames,
      List<Annotation> split,
      Map<String, List<Detection>> detections,
      double iou) {
    DetectionEvaluator.checkIou(iou);
    DoubleStream.Builder right = DoubleStream.builder();
    DoubleStream.Builder wrong = DoubleStream.builder();
    int positives = 0;
    for (ClassRanking ranking : ClassRanking.of(classNames, split, detections)) {
      Matching matching = Matching.voc(ranking, iou);
      positives += ranking.positives;
      for (int d = 0; d < ranking.size(); d++) {
        if (matching.verdicts()[d] == Verdict.TRUE_POSITIVE) {
          right.add(ranking.score[d]);
        } else if (matching.verdicts()[d] == Verdict.FALSE_POSITIVE) {
          wrong.add(ranking.score[d]);
        }
      }
    }
    return balanced(right.build().sorted().toArray(), wrong.build().sorted().toArray(), positives);
  }

  /** Both ascending. F1 is largest at the score of a right detection. */
  private static OptionalDouble balanced(double[] right, double[] wrong, int positives) {
    OptionalDouble best = OptionalDouble.empty();
    double largest = 0;
    int below = wrong.length;
    for (int i = right.length - 1; i >= 0; i--) {
      while (below > 0 && wrong[below - 1] >= right[i]) {
        below--;
      }
      double found = right.length - i;
      double f1 = 2 * found / (found + wrong.length - below + positives);
      if (f1 >= largest) {
        largest = f1;
        best = OptionalDouble.of(right[i]);
      }
    }
    return best;
  }

  /** Adds an image; gives the detections left out. */
  private static int count(
      List<Detection> found,
      List<GroundTruth> objects,
      double iou,
      Map<String, Integer> types,
      int[][] counts) {
    int background = types.size();
    int leftOut = 0;
    List<GroundTruth> free = new ArrayList<>(objects);
    free.removeIf(GroundTruth::difficult);
    for (Detection detection : found) {
      int column = types.get(detection.className());
      GroundTruth own = best(detection, free, true, iou);
      GroundTruth taken = own != null ? own : best(detection, free, false, iou);
      if (taken != null) {
        counts[types.get(taken.className())][column]++;
        free.removeIf(object -> object == taken);
      } else if (objects.stream().anyMatch(o -> o.box().iou(detection.box()) >= iou)) {
        leftOut++;
      } else {
        counts[background][column]++;
      }
    }
    free.forEach(object -> counts[types.get(object.className())][background]++);
    return leftOut;
  }

  private static GroundTruth best(
      Detection detection, List<GroundTruth> free, boolean ownClass, double iou) {
    Box box = detection.box();
    GroundTruth best = null;
    double most = 0;
    for (GroundTruth object : free) {
      if (object.className().equals(detection.className()) == ownClass) {
        double overlap = box.iou(object.box());
        if (overlap >= iou && overlap > most) {
          most = overlap;
          best = object;
        }
      }
    }
    return best;
  }

  /** The classes, in the order of rows and columns; background comes after them. */
  public List<String> classNames() {
    return classNames;
  }

  /** The least score of a detection that was counted. */
  public double minScore() {
    return minScore;
  }

  /** The overlap from which a detection is on an object. */
  public double iou() {
    return iou;
  }

  /**
   * The objects of one class that were taken for another.
   *
   * @param truth the index of the objects' class; the number of classes for background, whose row
   *     holds detections on nothing
   * @param detected the index of the detections' class; the number of classes for background, whose
   *     column holds the objects that no detection found
   * @throws IndexOutOfBoundsException if there is no such row or column
   */
  public int count(int truth, int detected) {
    return counts[truth][detected];
  }

  /** The sum of a row: the objects of a class, or the detections on nothing. */
  public int total(int truth) {
    return Arrays.stream(counts[truth]).sum();
  }

  /** Detections that took no object but lie on one that is difficult or was taken. */
  public int leftOut() {
    return leftOut;
  }
}
