package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.rcnn.eval.ConfusionMatrix;

/** The report's section on what objects are taken for: the confusion matrix as a heat map. */
final class ConfusionSection {

  private final ConfusionMatrix matrix;
  private final List<String> names;

  ConfusionSection(ConfusionMatrix matrix) {
    this.matrix = matrix;
    this.names = new ArrayList<>(matrix.classNames());
    names.add("background");
  }

  void appendTo(Html html) {
    html.scroll();
    html.open("table", "class", "confusion").open("thead").open("tr");
    html.leaf("th", "objects of", "scope", "col");
    for (int column = 0; column < names.size(); column++) {
      boolean missed = column == names.size() - 1;
      html.open("th", "scope", "col").leaf("span", missed ? "not found" : names.get(column));
      html.close();
    }
    html.leaf("th", "all", "class", "n", "scope", "col").close().close().open("tbody");
    for (int row = 0; row < names.size(); row++) {
      row(html, row);
    }
    html.close().close().close();
    html.leaf(
        "p",
        ("Detections that lie on a difficult object, or on one that a better detection has named,"
                + " are left out: %s.")
            .formatted(Numbers.count(matrix.leftOut())),
        "class",
        "lead");
  }

  private void row(Html html, int row) {
    int all = matrix.total(row);
    html.open("tr").leaf("th", names.get(row), "scope", "row");
    for (int column = 0; column < names.size(); column++) {
      cell(html, row, column, all);
    }
    html.leaf("td", Numbers.count(all), "class", "n").close();
  }

  private void cell(Html html, int row, int column, int all) {
    int last = names.size() - 1;
    if (row == last && column == last) {
      html.leaf("td", "");
      return;
    }
    int count = matrix.count(row, column);
    if (count == 0) {
      html.leaf("td", "");
      return;
    }
    double share = (double) count / all;
    // The square root keeps small shares visible beside the diagonal.
    double shade = Math.sqrt(share);
    html.leaf(
        "td",
        Numbers.count(count),
        "style",
        "--share:" + Numbers.decimals(100 * shade, 0) + "%",
        "title",
        title(row, column, count, all, share));
  }

  private String title(int row, int column, int count, int all, double share) {
    int last = names.size() - 1;
    String percent = Numbers.percent(share);
    if (row == last) {
      return String.format(
          Locale.ROOT,
          "%d of %d detections on the background (%s %%) are of %s",
          count,
          all,
          percent,
          names.get(column));
    }
    String how =
        column == last ? "not found" : column == row ? "found" : "taken for " + names.get(column);
    return String.format(
        Locale.ROOT, "%s: %d of %d (%s %%) %s", names.get(row), count, all, percent, how);
  }
}
