package org.rcnn.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One class, matched, whose AP can be asked for any weights of the images: with whole weights it is
 * the AP of a split that has every image so many times.
 *
 * <p>Only right detections make points of the curve. A wrong one leaves recall as it was and lowers
 * precision, so it is below the highest precision at its recall, from which every metric computes
 * its AP.
 */
final class WeightedClass {

  private final ApMetric metric;
  private final int[] positives;
  private final List<Ranked> overlaps;

  /**
   * The detections that count at one overlap, from best to worst, down to the last right one.
   *
   * @param place its image times two, and one more if it is right
   * @param right how many are right
   */
  private record Ranked(int[] place, int right) {}

  private WeightedClass(ApMetric metric, int[] positives, List<Ranked> overlaps) {
    this.metric = metric;
    this.positives = positives;
    this.overlaps = overlaps;
  }

  static WeightedClass of(ClassRanking ranking, ApMetric metric, double iou) {
    int[] positives = new int[ranking.firstObject.length - 1];
    for (int i = 0; i < positives.length; i++) {
      for (int o = ranking.firstObject[i]; o < ranking.firstObject[i + 1]; o++) {
        positives[i] += ranking.object[o].difficult() ? 0 : 1;
      }
    }
    List<Ranked> overlaps = new ArrayList<>();
    for (double overlap : metric.overlaps(iou)) {
      overlaps.add(ranked(ranking, metric.match(ranking, overlap)));
    }
    return new WeightedClass(metric, positives, overlaps);
  }

  private static Ranked ranked(ClassRanking ranking, Matching matching) {
    int[] place = new int[ranking.size()];
    int kept = 0;
    int last = 0;
    int right = 0;
    for (int d = 0; d < ranking.size(); d++) {
      Verdict verdict = matching.verdicts()[d];
      if (verdict == Verdict.IGNORED) {
        continue;
      }
      boolean found = verdict == Verdict.TRUE_POSITIVE;
      place[kept++] = 2 * ranking.image[d] + (found ? 1 : 0);
      if (found) {
        last = kept;
        right++;
      }
    }
    return new Ranked(Arrays.copyOf(place, last), right);
  }

  /**
   * The AP if image {@code i} counts {@code weights[i]} times; NaN if no object that counts is
   * left.
   */
  double ap(int[] weights) {
    long objects = 0;
    for (int i = 0; i < weights.length; i++) {
      objects += (long) weights[i] * positives[i];
    }
    if (objects == 0) {
      return Double.NaN;
    }
    double sum = 0;
    for (Ranked ranked : overlaps) {
      sum += metric.ap(curve(ranked, weights, objects));
    }
    return sum / overlaps.size();
  }

  private static PrecisionRecallCurve curve(Ranked ranked, int[] weights, long objects) {
    double[] recalls = new double[ranked.right()];
    double[] precisions = new double[ranked.right()];
    int points = 0;
    long found = 0;
    long wrong = 0;
    for (int place : ranked.place()) {
      int weight = weights[place >> 1];
      if ((place & 1) == 0) {
        wrong += weight;
      } else if (weight > 0) {
        found += weight;
        recalls[points] = (double) found / objects;
        precisions[points] = (double) found / (wrong + found);
        points++;
      }
    }
    return PrecisionRecallCurve.ofPoints(
        Arrays.copyOf(recalls, points), Arrays.copyOf(precisions, points));
  }
}
