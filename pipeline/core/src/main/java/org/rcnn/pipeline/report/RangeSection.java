package org.rcnn.pipeline.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.rcnn.eval.Interval;

/** Every AP of the ablation with its range: a line for each class, a column for each row. */
final class RangeSection {

  private final List<ResampledRow> rows;

  RangeSection(List<ResampledRow> rows) {
    this.rows = List.copyOf(rows);
  }

  void appendTo(Html html) {
    Set<String> classes = new LinkedHashSet<>();
    rows.forEach(row -> classes.addAll(row.result().apByClass().keySet()));
    html.scroll().open("table", "class", "ranges").open("thead").open("tr").leaf("th", "class");
    rows.forEach(row -> html.leaf("th", row.name(), "class", "n"));
    html.close().close().open("tbody");
    for (String name : classes) {
      html.open("tr").leaf("th", name);
      for (ResampledRow row : rows) {
        cell(html, row.range(name));
      }
      html.close();
    }
    html.close().open("tfoot").open("tr").leaf("th", "mAP");
    rows.forEach(row -> cell(html, row.meanRange()));
    html.close().close().close().close();
  }

  private static void cell(Html html, Interval ap) {
    html.open("td", "class", "n").text(Numbers.percent(ap.estimate()) + " ");
    html.leaf("small", Ranges.cell(ap)).close();
  }
}
