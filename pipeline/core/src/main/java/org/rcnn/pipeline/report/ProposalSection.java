package org.rcnn.pipeline.report;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.rcnn.proposals.ProposalRecall;

/** The report's section on how well the proposals cover the objects. */
final class ProposalSection {

  private final String method;
  private final ProposalRecall.Result recall;

  /**
   * The section.
   *
   * @param method how the proposals were made, such as {@code selective search, fast}
   * @param recall how well they cover the objects
   */
  ProposalSection(String method, ProposalRecall.Result recall) {
    this.method = method;
    this.recall = recall;
  }

  void appendTo(Html html) {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("Method", method);
    figures.put("Images measured", Numbers.count(recall.images()));
    figures.put("Windows per image", Numbers.count(Math.round(recall.windowsPerImage())));
    figures.put("Recall at IoU 0.5", Numbers.percent(recall.recallAt(0.5)) + " %");
    figures.put("Recall at IoU 0.7", Numbers.percent(recall.recallAt(0.7)) + " %");
    figures.put("Mean average best overlap", Numbers.decimals(recall.mabo(), 3));
    html.open("div", "class", "halves").open("div");
    new PairSection(figures).appendTo(html);
    html.close();
    html.open("figure").leaf("figcaption", "Recall by IoU threshold");
    double[] overlaps = IntStream.rangeClosed(10, 20).mapToDouble(step -> step / 20.0).toArray();
    double[] recalls = Arrays.stream(overlaps).map(recall::recallAt).toArray();
    LineChart.ofFractions("IoU", List.of(new LineChart.Series("recall", overlaps, recalls)))
        .appendTo(html, "Recall of the proposals by IoU threshold");
    html.close();
    html.close();
    if (!recall.abo().isEmpty()) {
      html.leaf("h3", "Average best overlap by class").open("div", "class", "barlist");
      recall
          .abo()
          .forEach(
              (name, abo) -> {
                html.open("div").leaf("span", name);
                ReportPage.bar(html, abo, "");
                html.leaf("span", Numbers.decimals(abo, 3), "class", "n").close();
              });
      html.close();
    }
  }
}
