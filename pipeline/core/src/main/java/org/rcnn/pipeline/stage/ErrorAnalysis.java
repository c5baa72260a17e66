package org.rcnn.pipeline.stage;

import java.util.List;
import java.util.Objects;
import org.rcnn.eval.ClassExamples;
import org.rcnn.eval.CocoSummary;
import org.rcnn.eval.ConfusionMatrix;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.TideDiagnosis;

/**
 * What a row's errors on the test set are.
 *
 * @param coco the figures by which detectors are compared on COCO, difficult objects as crowds
 * @param diagnosis the kinds of false positives and the sensitivity to size and aspect ratio, class
 *     by class (Hoiem et al. 2012)
 * @param tide the six kinds of errors and what each costs, over all classes (Bolya et al. 2020)
 * @param confusion what objects are taken for, by detections from the {@linkplain
 *     ConfusionMatrix#balancedScore balanced score} on or, if none is right, at even odds or better
 * @param examples errors that are worth looking at, class by class
 */
public record ErrorAnalysis(
    CocoSummary coco,
    ErrorDiagnosis diagnosis,
    TideDiagnosis tide,
    ConfusionMatrix confusion,
    List<ClassExamples> examples) {

  /** Refuses missing parts; keeps its own copy of the list. */
  public ErrorAnalysis {
    Objects.requireNonNull(coco, "coco");
    Objects.requireNonNull(diagnosis, "diagnosis");
    Objects.requireNonNull(tide, "tide");
    Objects.requireNonNull(confusion, "confusion");
    examples = List.copyOf(examples);
  }
}
