package org.rcnn.pipeline.report;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Which figures of a table's column are its best: bold in every table of average precisions.
 *
 * @param highest the highest figure, a fraction; NaN if all look the same, so that none is the best
 */
record ColumnBest(double highest) {

  /** The best of a column that holds one figure of each row; NaN for rows without one. */
  static ColumnBest of(List<EvaluatedRow> rows, ToDoubleFunction<EvaluatedRow> figure) {
    DoubleSummaryStatistics column =
        rows.stream().mapToDouble(figure).filter(ap -> !Double.isNaN(ap)).summaryStatistics();
    boolean same =
        column.getCount() == rows.size()
            && Numbers.percent(column.getMin()).equals(Numbers.percent(column.getMax()));
    return new ColumnBest(column.getCount() == 0 || same ? Double.NaN : column.getMax());
  }

  /** Compares figures as they are printed, so that of two that look equal neither looks worse. */
  boolean is(double value) {
    return !Double.isNaN(value)
        && !Double.isNaN(highest)
        && Numbers.percent(value).equals(Numbers.percent(highest));
  }
}
