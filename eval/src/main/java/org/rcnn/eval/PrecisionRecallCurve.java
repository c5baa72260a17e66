package org.rcnn.eval;

import java.util.Arrays;

/**
 * Precision and recall of one class after each of its ranked detections.
 *
 * <p>Point {@code i} tells what would be reported if the detector stopped after its {@code i + 1}
 * most confident counted detections. Detections that count neither way (on difficult objects) leave
 * both numbers as they are and have no point. Recall never falls from one point to the next;
 * precision may do either.
 *
 * <p>Immutable.
 */
public final class PrecisionRecallCurve {

  private static final double[] ELEVEN_RECALLS = elevenRecalls();
  private static final double[] HUNDRED_AND_ONE_RECALLS = hundredAndOneRecalls();

  private final double[] scores;
  private final double[] recalls;
  private final double[] precisions;

  private PrecisionRecallCurve(double[] scores, double[] recalls, double[] precisions) {
    this.scores = scores;
    this.recalls = recalls;
    this.precisions = precisions;
  }

  /**
   * The curve of a ranking.
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

  /** A curve without points: a class that has no object, or no counted detection. */
  static PrecisionRecallCurve empty() {
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

  /**
   * The best precision at a recall or beyond, 0 where the recall is never reached: the interpolated
   * precision that AP averages.
   */
  public double interpolatedPrecision(double recall) {
    double best = 0;
    for (int i = recalls.length - 1; i >= 0 && recalls[i] >= recall; i--) {
      best = Math.max(best, precisions[i]);
    }
    return best;
  }

  /**
   * The AP of this one curve: for {@link ApMetric#COCO} that is the 101-point AP at the IoU the
   * curve was drawn for, of which COCO's number averages ten.
   */
  public double ap(ApMetric metric) {
    return switch (metric) {
      case VOC07 -> interpolatedAp(ELEVEN_RECALLS);
      case AREA -> areaAp();
      case COCO -> interpolatedAp(HUNDRED_AND_ONE_RECALLS);
    };
  }

  /** Mean of the interpolated precision over ascending recalls, in one walk from the right. */
  private double interpolatedAp(double[] at) {
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

  private double areaAp() {
    double area = 0;
    double ceiling = 0;
    for (int i = recalls.length - 1; i >= 0; i--) {
      ceiling = Math.max(ceiling, precisions[i]);
      area += (recalls[i] - (i == 0 ? 0 : recalls[i - 1])) * ceiling;
    }
    return area;
  }

  /**
   * The eleven recalls as products {@code k * 0.1} in double arithmetic, so that three of them lie
   * a hair above the decimal fraction: a recall of exactly 3/10, 3/5 or 7/10 does not reach its
   * step. These are the thresholds behind the independent figures that the parity tests hold, and
   * of the R-CNN authors' own Python port of the devkit. The devkit writes the loop as {@code
   * t=0:0.1:1}; a MATLAB <em>vector</em> of that form is filled from both ends and would hold 0.6
   * and 0.7 themselves, so where a recall is exactly one of the two, implementations may differ by
   * a precision / 11.
   */
  private static double[] elevenRecalls() {
    double[] recalls = new double[11];
    for (int k = 0; k <= 10; k++) {
      recalls[k] = k * 0.1;
    }
    return recalls;
  }

  /** The values of numpy's {@code linspace(0, 1, 101)}, as pycocotools has them. */
  private static double[] hundredAndOneRecalls() {
    double[] recalls = new double[101];
    for (int k = 0; k < 100; k++) {
      recalls[k] = k * 0.01;
    }
    recalls[100] = 1;
    return recalls;
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
