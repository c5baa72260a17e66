package org.rcnn.eval;

import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.rcnn.data.Labelled;

/**
 * The ways of turning a precision/recall curve into one number. A new metric is one constant with
 * its function.
 */
public enum ApMetric implements Labelled {
  /**
   * VOC2007: the mean, over the eleven recalls 0, 0.1, …, 1, of the best precision at that recall
   * or beyond. The metric of the R-CNN paper's VOC2007 tables; follows {@code VOCevaldet.m} of the
   * VOC2007 devkit.
   */
  VOC07("VOC2007 AP (11 points)", curve -> curve.meanPrecisionAt(elevenRecalls())),

  /**
   * VOC2010 and later: the area under the curve whose precision is made monotone from the right;
   * follows {@code VOCap.m} of the VOC2010 devkit.
   */
  AREA("VOC2010 AP (area under the curve)", PrecisionRecallCurve::area),

  /**
   * COCO's AP: the mean over the ten IoU thresholds 0.50, 0.55, …, 0.95 of a 101-point interpolated
   * AP.
   *
   * <p>An approximation, because VOC annotations lack some of COCO's fields. As in pycocotools, a
   * detection matches the best object of its image that is <em>not yet matched</em> (VOC considers
   * matched ones, too, and counts the detection as a duplicate); objects that count come before
   * those that do not; at most 100 detections per image and class are used; and precision is made
   * monotone and read at 101 recalls. There are differences: VOC's difficult objects stand for
   * COCO's crowd regions (detections on them count neither as right nor as wrong), but their
   * overlap is IoU, not intersection over detection; there is one area range, all; and ties are
   * broken by split order, not by numeric image id. {@link CocoEvaluator} has COCO's other figures;
   * where no object is difficult its AP is this one.
   */
  COCO(
      "COCO AP (IoU .50:.05:.95)",
      curve -> curve.meanPrecisionAt(hundredAndOneRecalls()),
      Matching::coco,
      tenOverlaps());

  private final String title;
  private final ToDoubleFunction<PrecisionRecallCurve> ap;
  private final Matching.Rule rule;
  private final double[] overlaps;

  /** A metric with VOC's matching, at the evaluation's overlap. */
  ApMetric(String title, ToDoubleFunction<PrecisionRecallCurve> ap) {
    this(title, ap, Matching::voc);
  }

  /** The mean of the AP over fixed overlaps or, without any, the AP at the evaluation's overlap. */
  ApMetric(
      String title,
      ToDoubleFunction<PrecisionRecallCurve> ap,
      Matching.Rule rule,
      double... overlaps) {
    this.title = title;
    this.ap = ap;
    this.rule = rule;
    this.overlaps = overlaps;
  }

  /** The name used in headings. */
  public String title() {
    return title;
  }

  /**
   * The AP of one curve; for a metric that {@linkplain #averagesOverlaps averages overlaps}, its AP
   * at the curve's overlap.
   */
  public double ap(PrecisionRecallCurve curve) {
    return ap.applyAsDouble(curve);
  }

  /** Whether the AP is a mean over fixed overlaps, independent of the evaluation's overlap. */
  public boolean averagesOverlaps() {
    return overlaps.length > 0;
  }

  /** The overlaps that an AP is a mean over: fixed ones, or the evaluation's. */
  double[] overlaps(double iou) {
    return averagesOverlaps() ? overlaps.clone() : new double[] {iou};
  }

  /** Matches detections with objects. */
  Matching match(ClassRanking ranking, double iou) {
    return rule.match(ranking, iou);
  }

  /**
   * The AP of a ranking whose curve at the evaluation's overlap is known.
   *
   * @param ranking a class with at least one object that counts
   */
  double ap(ClassRanking ranking, PrecisionRecallCurve curve) {
    if (!averagesOverlaps()) {
      return ap(curve);
    }
    double sum = 0;
    for (double overlap : overlaps) {
      sum += ap(PrecisionRecallCurve.of(match(ranking, overlap), ranking));
    }
    return sum / overlaps.length;
  }

  /**
   * The eleven recalls as products {@code k * 0.1} in double arithmetic, so that three of them are
   * slightly above the decimal fraction: a recall of exactly 3/10, 3/5 or 7/10 does not reach its
   * step. The independent numbers in the parity tests and the R-CNN authors' own Python port of the
   * devkit use these thresholds. The devkit writes the loop as {@code t=0:0.1:1}; a MATLAB
   * <em>vector</em> of that form is filled from both ends and would contain exactly 0.6 and 0.7, so
   * where a recall is exactly one of the two, implementations may differ by a precision / 11.
   */
  private static double[] elevenRecalls() {
    return IntStream.rangeClosed(0, 10).mapToDouble(k -> k * 0.1).toArray();
  }

  /** The values of numpy's {@code linspace(0, 1, 101)}, as pycocotools has them. */
  static double[] hundredAndOneRecalls() {
    return IntStream.rangeClosed(0, 100).mapToDouble(k -> k == 100 ? 1 : k * 0.01).toArray();
  }

  /** The values of numpy's {@code linspace(0.5, 0.95, 10)}, as pycocotools has them. */
  static double[] tenOverlaps() {
    double step = (0.95 - 0.5) / 9;
    return IntStream.range(0, 10).mapToDouble(k -> k == 9 ? 0.95 : 0.5 + k * step).toArray();
  }
}
