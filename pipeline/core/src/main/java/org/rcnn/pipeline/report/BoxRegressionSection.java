package org.rcnn.pipeline.report;

import java.util.List;
import java.util.Locale;
import org.rcnn.svm.BoxRegressionReport;

/** The report's section on what box regression changed on held-back pairs, class by class. */
final class BoxRegressionSection {

  private final List<BoxRegressionReport> corrections;

  BoxRegressionSection(List<BoxRegressionReport> corrections) {
    this.corrections = List.copyOf(corrections);
  }

  void appendTo(Html html) {
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "class");
    ReportPage.heads(html, "pairs used", "held back", "IoU before", "after", "change");
    html.open("th", "class", "wide").open("div", "class", "ends");
    html.leaf("span", "IoU 0.5").leaf("span", "1.0").close().close();
    html.close().close().open("tbody");
    corrections.forEach(correction -> row(html, correction));
    html.close().close().close();
  }

  private static void row(Html html, BoxRegressionReport correction) {
    double before = correction.iouBefore();
    double after = correction.iouAfter();
    html.open("tr").leaf("th", correction.className());
    ReportPage.count(html, correction.pairsUsed());
    ReportPage.count(html, correction.pairsHeldBack());
    html.leaf("td", Numbers.decimals(before, 3), "class", "n");
    html.leaf("td", Numbers.decimals(after, 3), "class", "n");
    String change = String.format(Locale.ROOT, "%+.3f", after - before);
    html.leaf("td", Double.isNaN(after - before) ? "-" : change, "class", "n");
    html.open("td", "class", "wide");
    if (!Double.isNaN(after - before)) {
      double from = fromHalf(Math.min(before, after));
      double to = fromHalf(Math.max(before, after));
      String place =
          "left:%s;width:%s".formatted(ReportPage.width(from), ReportPage.width(to - from));
      html.open("div", "class", "shift").leaf("i", "", "class", "way", "style", place);
      html.leaf("i", "", "class", "ring", "style", "left:" + ReportPage.width(fromHalf(before)));
      html.leaf(
          "i",
          "",
          "class",
          after >= before ? "dot" : "dot worse",
          "style",
          "left:" + ReportPage.width(fromHalf(after)));
      html.close();
    }
    html.close().close();
  }

  private static double fromHalf(double iou) {
    return Math.min(1, Math.max(0, (iou - 0.5) / 0.5));
  }
}
