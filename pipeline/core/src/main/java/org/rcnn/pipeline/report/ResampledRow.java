package org.rcnn.pipeline.report;

import java.util.Objects;
import org.rcnn.eval.BootstrapResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.stage.Row;

/**
 * A row of the ablation, its result, and its result on resamples of the test images.
 *
 * @param row the variant
 * @param scores on the same resamples as those of every other row
 */
record ResampledRow(Row row, BootstrapResult scores) {

  ResampledRow {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(scores, "scores");
  }

  EvaluationResult result() {
    return scores.result();
  }

  EvaluatedRow evaluated() {
    return new EvaluatedRow(row, result());
  }

  /** The paper's name of the variant. */
  String name() {
    return evaluated().name();
  }

  double meanAp() {
    return result().meanAp();
  }

  /** The mean AP and its range. */
  Interval meanRange() {
    return Ranges.over(result(), scores.meanAp());
  }

  /** The AP of a class and its range. */
  Interval range(String className) {
    return Ranges.over(result(), scores.ap(className));
  }

  /** By how much the mean AP is higher than another row's. */
  Interval over(ResampledRow other) {
    return Ranges.over(result(), scores.differenceOfMeans(other.scores));
  }
}
