package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import org.rcnn.eval.OperatingPoint;

/**
 * The report's section on the scores from which detections count: precision, recall and F1 by class
 * at its threshold on the test images, and the three against the threshold.
 */
final class ThresholdSection {

  /** Thresholds drawn for a class: enough for a line, few enough not to be smoothed. */
  private static final int DRAWN = 50;

  private final ThresholdTable table;

  ThresholdSection(ThresholdTable table) {
    this.table = table;
  }

  /** The sentence below the heading. */
  String lead() {
    if (table.lines().isEmpty()) {
      return "No threshold could be chosen: nothing right was found in %d %s."
          .formatted(table.thresholds().images(), table.thresholds().basis().description());
    }
    OperatingPoint there = table.togetherOnBasis();
    return "So in pictures, in the command detect and in a program. %s There"
            .formatted(table.basis())
        + " all classes together have a precision of %s %% and a recall of %s %%; below are test images, which decided nothing."
            .formatted(Numbers.percent(there.precision()), Numbers.percent(there.recall()));
  }

  void appendTo(Html html) {
    if (table.lines().isEmpty()) {
      return;
    }
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "class");
    ReportPage.heads(html, "from score", "right", "wrong", "missed");
    ReportPage.heads(html, "precision, %", "recall, %", "F1, %", "highest F1, %");
    html.close().close().open("tbody");
    for (ThresholdTable.Line line : table.lines()) {
      html.open("tr").leaf("th", line.threshold().className());
      html.leaf("td", Numbers.decimals(line.threshold().score(), 2), "class", "n");
      boolean scored = line.curve().positives() > 0;
      figures(html, line.at(), scored);
      html.leaf("td", scored ? Numbers.percent(ThresholdTable.bestF1(line)) : "-", "class", "n");
      html.close();
    }
    html.close().open("tfoot").open("tr").leaf("th", "all classes").leaf("td", "");
    figures(html, table.together(), true);
    html.leaf("td", "").close().close().close().close();
    html.leaf(
        "p",
        "Mean F1 over the classes: %s %%; with the best threshold of each class on the test images it would be %s %%."
            .formatted(Numbers.percent(table.meanF1()), Numbers.percent(table.meanBestF1())));
    curves(html);
  }

  /** Counts and shares; without an object of the class nothing is known of its detections. */
  private static void figures(Html html, OperatingPoint at, boolean scored) {
    for (int count :
        new int[] {at.truePositives(), at.falsePositives(), at.positives() - at.truePositives()}) {
      html.leaf("td", scored ? Numbers.count(count) : "-", "class", "n");
    }
    for (double share : new double[] {at.precision(), at.recall(), at.f1()}) {
      html.leaf("td", scored ? Numbers.percent(share) : "-", "class", "n");
    }
  }

  private void curves(Html html) {
    html.open("p", "class", "legend");
    int colour = 1;
    for (String name : List.of("precision", "recall", "F1")) {
      html.open("span").leaf("i", "", "class", "swatch l" + colour).text(name).close();
      colour++;
    }
    html.close();
    html.open("div", "class", "halves");
    for (ThresholdTable.Line line : table.lines()) {
      if (line.curve().points().isEmpty()) {
        continue;
      }
      String name = line.threshold().className();
      html.open("figure").leaf("figcaption", name);
      LineChart.ofFractions("score from which detections count", series(line))
          .marked(List.of(new LineChart.Mark(line.threshold().score(), "chosen", true)))
          .appendTo(html, "Precision, recall and F1 of %s by threshold".formatted(name));
      html.close();
    }
    html.close();
  }

  /** Precision, recall and F1 of a class against the threshold. */
  static List<LineChart.Series> series(ThresholdTable.Line line) {
    List<OperatingPoint> points = line.curve().points();
    double low = points.get(points.size() - 1).threshold();
    double high = points.get(0).threshold();
    double[] at = new double[DRAWN];
    List<double[]> shares = new ArrayList<>(List.of(new double[DRAWN], new double[DRAWN]));
    shares.add(new double[DRAWN]);
    for (int i = 0; i < DRAWN; i++) {
      at[i] = low + (high - low) * i / (DRAWN - 1);
      OperatingPoint point = line.curve().at(at[i]);
      shares.get(0)[i] = point.precision();
      shares.get(1)[i] = point.recall();
      shares.get(2)[i] = point.f1();
    }
    return List.of(
        new LineChart.Series("precision", at, shares.get(0)),
        new LineChart.Series("recall", at, shares.get(1)),
        new LineChart.Series("F1", at, shares.get(2)));
  }
}
