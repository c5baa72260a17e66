package org.rcnn.eval;

import java.util.Arrays;

/**
 * Precision and recall of one class after each of its ranked detections.
 *
 * <p>Point {@code i} is what would be reported if the detector stopped after its {@code i + 1} most
 * confident counted detections. Detections that count neither way (on difficult objects) leave both
 * numbers as they are and have no point. Recall never falls from one point to the next; precision
 * may do either.
 *
 * <p>Immutable.
 */
public final class PrecisionRecallCurve {

  private final double[] scores;
  private final double[] recalls;
  private final double[] precisions;

  private PrecisionRecallCurve(double[] scores, double[] recalls, double[] precisions) {
    this.scores = scores;
    this.recalls = recalls;
    this.precisions = precisions;
  }

  /** The curve of a ranking of a class that has at least one object that counts. */
  static PrecisionRecallCurve of(Matching matching, ClassRanking ranking) {
    return of(matching.verdicts(), ranking.score, ranking.positives);
  }

  /**
   * The curve of verdicts.
   *
   * @param verdicts the verdict on each detection, best score first
   * @param scores the score of each detection
   * @param positives the objects that can be found, at least 1
   */
  static PrecisionRecallCurve of(Verdict[] verdicts, double[] scores, int positives) {
    return weighted(verdicts, scores, positives, 1);
  }

  /**
   * The curve with the precision that the detector would have if each object stood for several: of
   * {@code t} true and {@code f} false positives the precision is {@code weight * t / (weight * t +
   * f)}.
   */
  static PrecisionRecallCurve weighted(
      Verdict[] verdicts, double[] scores, int positives, double weight) {
    double[] counted = new double[verdicts.length];
    double[] recalls = new double[verdicts.length];
    double[] precisions = new double[verdicts.length];
    int points = 0;
    int truePositives = 0;
    int falsePositives = 0;
    for (int d = 0; d < verdicts.length; d++) {
      if (verdicts[d] == Verdict.IGNORED) {
        continue;
      }
      if (verdicts[d] == Verdict.TRUE_POSITIVE) {
        truePositives++;
      } else {
        falsePositives++;
      }
      double found = weight * truePositives;
      counted[points] = scores[d];
      recalls[points] = (double) truePositives / positives;
      precisions[points] = found / (falsePositives + found);
      points++;
    }
    return new PrecisionRecallCurve(
        Arrays.copyOf(counted, points),
        Arrays.copyOf(recalls, points),
        Arrays.copyOf(precisions, points));
  }

  /**
   * A curve of known points, without scores.
   *
   * @param recalls ascending
   */
  static PrecisionRecallCurve ofPoints(double[] recalls, double[] precisions) {
    return new PrecisionRecallCurve(new double[recalls.length], recalls, precisions);
  }

  /** A curve without points: a class that has no object, or no counted detection. */
  public static PrecisionRecallCurve empty() {
    return new PrecisionRecallCurve(new double[0], new double[0], new double[0]);
  }

  /** Number of points. */
  public int size() {
    return scores.length;
  }

  /** Score of the detection that point {@code i} ends with. */
  public double score(int i) {
    return scores[i];
  }

  /** Share of the objects found, at point {@code i}. */
  public double recall(int i) {
    return recalls[i];
  }

  /** Share of the detections that are right, at point {@code i}. */
  public double precision(int i) {
    return precisions[i];
  }

  /** The highest recall reached, 0 for a curve without points. */
  public double finalRecall() {
    return recalls.length == 0 ? 0 : recalls[recalls.length - 1];
  }

  /** Mean of the interpolated precision over ascending recalls, in one walk from the right. */
  double meanPrecisionAt(double[] at) {
    double[] best = new double[at.length];
    double ceiling = 0;
    int i = recalls.length - 1;
    for (int k = at.length - 1; k >= 0; k--) {
      for (; i >= 0 && recalls[i] >= at[k]; i--) {
        ceiling = Math.max(ceiling, precisions[i]);
      }
      best[k] = ceiling;
    }
    double ap = 0;
    for (double precision : best) {
      ap += precision / at.length; // the devkit's order of operations
    }
    return ap;
  }

  /** The area below the interpolated precision. */
  double area() {
    double area = 0;
    double ceiling = 0;
    for (int i = recalls.length - 1; i >= 0; i--) {
      ceiling = Math.max(ceiling, precisions[i]);
      area += (recalls[i] - (i == 0 ? 0 : recalls[i - 1])) * ceiling;
    }
    return area;
  }

  /** Same points. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PrecisionRecallCurve curve
        && Arrays.equals(scores, curve.scores)
        && Arrays.equals(recalls, curve.recalls)
        && Arrays.equals(precisions, curve.precisions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(new int[] {Arrays.hashCode(scores), Arrays.hashCode(recalls)});
  }

  @Override
  public String toString() {
    return "PrecisionRecallCurve[%d points, recall %.3f]".formatted(size(), finalRecall());
  }
}
