package org.rcnn.eval;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.rcnn.data.Annotation;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.voc.VocResults;

/**
 * Average precision of detections, by the rules of the PASCAL VOC devkit.
 *
 * <p>For each class, the detections of all images are sorted by descending score and assigned, one
 * after the other, to the object of the class in their image that they overlap most, whether or not
 * it is marked difficult or has been found already. If the overlap is below the threshold the
 * detection is a false positive; if the object is difficult the detection counts neither way; if a
 * better detection found the object before, this one is a false positive (a duplicate); otherwise
 * it is a true positive. Follows {@code VOCevaldet.m}; the parity tests hold APs to 1e-9 of an
 * independent implementation. {@link ApMetric#COCO} matches by COCO's rule instead.
 *
 * <p>Ties in score follow the order of the result file, as in the devkit, whose sort is stable; of
 * detections given by image, that of the split, then that of each image's list. A class whose only
 * detections are on difficult objects has AP 0, where the devkit's 0/0 gives NaN.
 *
 * <p>Immutable; may be used by several threads.
 */
public final class DetectionEvaluator {

  private final ApMetric metric;
  private final double iou;

  /**
   * An evaluator.
   *
   * @param metric how AP is computed
   * @param iou the overlap from which a detection matches an object, above 0 and at most 1; VOC's
   *     is 0.5
   * @throws IllegalArgumentException if the overlap is out of range
   */
  public DetectionEvaluator(ApMetric metric, double iou) {
    this.metric = Objects.requireNonNull(metric, "metric");
    this.iou = checkIou(iou);
  }

  /** The evaluator of the paper's VOC2007 tables: 11-point AP at IoU 0.5. */
  public static DetectionEvaluator voc07() {
    return new DetectionEvaluator(ApMetric.VOC07, 0.5);
  }

  static double checkIou(double iou) {
    if (!(iou > 0 && iou <= 1)) {
      throw new IllegalArgumentException(
          "The IoU threshold must be above 0 and at most 1, not %s.".formatted(iou));
    }
    return iou;
  }

  /**
   * Scores detections.
   *
   * @param classNames the classes to score, each once; objects and detections of others are left
   *     out
   * @param split the annotations of every image scored, also of those without detections
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @throws IllegalArgumentException if a class or image is named twice, or there are detections
   *     for an image that is not in the split
   */
  public EvaluationResult evaluate(
      List<String> classNames, List<Annotation> split, Map<String, List<Detection>> detections) {
    return result(split, ClassRanking.of(classNames, split, detections));
  }

  /**
   * Scores result files, ties in the order of their lines.
   *
   * @param classNames the classes to score, each once; objects and files of others are left out
   * @param split the annotations of every image scored, also of those without detections
   * @throws IllegalArgumentException if a class or image is named twice, or a file has a line for
   *     an image that is not in the split
   */
  public EvaluationResult evaluate(
      List<String> classNames, List<Annotation> split, VocResults results) {
    return result(split, ClassRanking.of(classNames, split, results));
  }

  /**
   * Scores detections of all classes that the split has objects of, sorted. Detections of other
   * classes are left out, because no object could make one right.
   *
   * @param split the annotations of every image scored, also of those without detections
   * @param detections detections of all classes by image id, in any order; an image without
   *     detections may be absent
   * @throws IllegalArgumentException if an image is named twice, or there are detections for an
   *     image that is not in the split
   */
  public EvaluationResult evaluate(
      List<Annotation> split, Map<String, List<Detection>> detections) {
    return evaluate(classesOf(split), split, detections);
  }

  /**
   * Scores result files of all classes that the split has objects of, sorted, ties in the order of
   * their lines.
   *
   * @param split the annotations of every image scored, also of those without detections
   * @throws IllegalArgumentException if an image is named twice, or a file has a line for an image
   *     that is not in the split
   */
  public EvaluationResult evaluate(List<Annotation> split, VocResults results) {
    return evaluate(classesOf(split), split, results);
  }

  private static List<String> classesOf(List<Annotation> split) {
    return split.stream()
        .flatMap(annotation -> annotation.objects().stream())
        .map(GroundTruth::className)
        .distinct()
        .sorted()
        .toList();
  }

  ApMetric metric() {
    return metric;
  }

  double iou() {
    return iou;
  }

  EvaluationResult result(List<Annotation> split, List<ClassRanking> rankings) {
    List<ClassResult> results = rankings.stream().map(this::score).toList();
    return new EvaluationResult(metric, iou, split.size(), results);
  }

  private ClassResult score(ClassRanking ranking) {
    Matching matching = metric.match(ranking, iou);
    boolean scored = ranking.positives > 0;
    PrecisionRecallCurve curve =
        scored ? PrecisionRecallCurve.of(matching, ranking) : PrecisionRecallCurve.empty();
    return new ClassResult(
        ranking.className,
        scored ? metric.ap(ranking, curve) : Double.NaN,
        ranking.positives,
        ranking.object.length - ranking.positives,
        matching.count(Verdict.TRUE_POSITIVE),
        matching.count(Verdict.FALSE_POSITIVE),
        matching.count(Verdict.IGNORED),
        curve);
  }
}
