package org.rcnn.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The operating points of a class, or of several together: what counts at each threshold, from the
 * highest to the lowest.
 *
 * <p>There is a point for each distinct score, so detections of equal score count together. Its
 * threshold lies halfway to the next lower score: as far as possible from the scores on both sides,
 * which another set of images will not repeat exactly. The last point's threshold is the lowest
 * score itself.
 *
 * <p>Immutable.
 */
public final class OperatingCurve {

  private final List<OperatingPoint> points;
  private final List<Judged> judged;
  private final int positives;

  /** A detection that counts, and whether it is right. */
  private record Judged(double score, boolean right) {}

  private OperatingCurve(List<Judged> unsorted, int positives) {
    // Stable, so the order of equal scores is that of the classes; it does not matter below.
    this.judged =
        unsorted.stream().sorted(Comparator.comparingDouble(Judged::score).reversed()).toList();
    this.positives = positives;
    this.points = points(judged, positives);
  }

  /** The points of an evaluated class; none if it has no object that counts. */
  public static OperatingCurve of(ClassResult result) {
    return of(List.of(result));
  }

  /**
   * The points of several classes with one threshold for all. A class without an object that counts
   * is left out, because its evaluation has no scores.
   */
  public static OperatingCurve of(List<ClassResult> results) {
    List<Judged> all = new ArrayList<>();
    int positives = 0;
    for (ClassResult result : results) {
      PrecisionRecallCurve curve = result.curve();
      double before = 0;
      for (int i = 0; i < curve.size(); i++) {
        all.add(new Judged(curve.score(i), curve.recall(i) > before));
        before = curve.recall(i);
      }
      positives += result.positives();
    }
    return new OperatingCurve(all, positives);
  }

  private static List<OperatingPoint> points(List<Judged> judged, int positives) {
    List<OperatingPoint> points = new ArrayList<>();
    int right = 0;
    for (int i = 0; i < judged.size(); i++) {
      right += judged.get(i).right() ? 1 : 0;
      double score = judged.get(i).score();
      boolean last = i + 1 == judged.size();
      if (last || judged.get(i + 1).score() < score) {
        double threshold = last ? score : score + (judged.get(i + 1).score() - score) / 2;
        points.add(new OperatingPoint(threshold, right, i + 1 - right, positives));
      }
    }
    return List.copyOf(points);
  }

  /** The points, from the highest threshold to the lowest. */
  public List<OperatingPoint> points() {
    return points;
  }

  /** The objects that can be found. */
  public int positives() {
    return positives;
  }

  /** What counts at a threshold of the caller's. */
  public OperatingPoint at(double threshold) {
    int right = 0;
    int count = 0;
    for (Judged detection : judged) {
      if (detection.score() < threshold) {
        break;
      }
      count++;
      right += detection.right() ? 1 : 0;
    }
    return new OperatingPoint(threshold, right, count - right, positives);
  }

  /**
   * The point that suits a criterion best.
   *
   * <ul>
   *   <li>{@link ThresholdCriterion#F1}: the highest F1; of equals the highest threshold.
   *   <li>{@link ThresholdCriterion#PRECISION}: the lowest threshold whose precision is at least
   *       the wanted one. If none is: the highest precision, of equals with the highest recall.
   *   <li>{@link ThresholdCriterion#RECALL}: the highest threshold whose recall is at least the
   *       wanted one. If none is: the highest recall, of equals with the highest precision.
   * </ul>
   *
   * @param wanted the precision or recall, 0 to 1; ignored for F1
   * @return empty if nothing right was found
   */
  public Optional<OperatingPoint> choose(ThresholdCriterion criterion, double wanted) {
    if (points.isEmpty() || points.get(points.size() - 1).truePositives() == 0) {
      return Optional.empty();
    }
    return switch (criterion) {
      case F1 -> best(Comparator.comparingDouble(OperatingPoint::f1));
      case PRECISION -> {
        Optional<OperatingPoint> reached =
            points.stream().filter(p -> p.precision() >= wanted).reduce((high, low) -> low);
        yield reached.isPresent()
            ? reached
            : best(
                Comparator.comparingDouble(OperatingPoint::precision)
                    .thenComparingDouble(OperatingPoint::recall));
      }
      case RECALL -> {
        Optional<OperatingPoint> reached =
            points.stream().filter(p -> p.recall() >= wanted).findFirst();
        yield reached.isPresent()
            ? reached
            : best(
                Comparator.comparingDouble(OperatingPoint::recall)
                    .thenComparingDouble(OperatingPoint::precision));
      }
    };
  }

  /** The first of the best points. */
  private Optional<OperatingPoint> best(Comparator<OperatingPoint> order) {
    return points.stream().reduce((a, b) -> order.compare(b, a) > 0 ? b : a);
  }

  /** The scores of the detections that count, best first. */
  public double[] scores() {
    return judged.stream().mapToDouble(Judged::score).toArray();
  }

  /** Whether each of {@link #scores} is right. */
  public boolean[] right() {
    boolean[] right = new boolean[judged.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = judged.get(i).right();
    }
    return right;
  }
}
