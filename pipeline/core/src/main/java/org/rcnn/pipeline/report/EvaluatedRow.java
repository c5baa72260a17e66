package org.rcnn.pipeline.report;

import java.util.Objects;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.stage.Row;

/**
 * A row of the ablation table and its result.
 *
 * @param row the variant
 * @param result how well it detects
 */
public record EvaluatedRow(Row row, EvaluationResult result) {

  /** Refuses missing parts. */
  public EvaluatedRow {
    Objects.requireNonNull(row, "row");
    Objects.requireNonNull(result, "result");
  }

  /** The paper's name of the variant: {@code FT fc7 BB}; other heads than SVMs are named. */
  public String name() {
    String head = row.head().label();
    return (row.finetuned() ? "FT " : "")
        + row.layer().label()
        + (head.equals("svm") ? "" : " " + head)
        + (row.boxRegression() ? " BB" : "");
  }

  /** The AP of a class, a fraction; NaN for a class without one. */
  double ap(String className) {
    return result.apByClass().getOrDefault(className, Double.NaN);
  }
}
