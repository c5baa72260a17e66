package org.rcnn.pipeline.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.eval.Repetitions;
import org.rcnn.pipeline.report.PaperTable.PaperRow;

/**
 * The ablation as a table in the layout of the paper's Table 2: a column for every class, the mean
 * at the end with its range, and below a row, where the data is the paper's, the paper's own.
 */
final class AblationSection {

  private final List<ResampledRow> rows;
  private final List<EvaluatedRow> evaluated;
  private final SeedRecord seeds;
  private final boolean withPaper;
  private final Map<String, ColumnBest> best = new LinkedHashMap<>();
  private final ColumnBest bestMean;

  /**
   * The section.
   *
   * @param rows in the order of the table
   * @param seeds what other seeds of fine-tuning gave
   * @param withPaper whether the paper's rows stand below those that it has too
   */
  AblationSection(List<ResampledRow> rows, SeedRecord seeds, boolean withPaper) {
    this.rows = List.copyOf(rows);
    this.evaluated = rows.stream().map(ResampledRow::evaluated).toList();
    this.seeds = seeds;
    this.withPaper = withPaper;
    evaluated.stream()
        .flatMap(row -> row.result().apByClass().keySet().stream())
        .distinct()
        .forEach(name -> best.put(name, ColumnBest.of(evaluated, row -> row.ap(name))));
    this.bestMean = ColumnBest.of(evaluated, row -> row.result().meanAp());
  }

  void appendTo(Html html) {
    boolean seeded = rows.stream().anyMatch(row -> seeds.of(row.row()).size() > 1);
    html.scroll("breakout")
        .open("table", "class", "ablation")
        .open("thead")
        .open("tr")
        .leaf("td", "");
    best.keySet()
        .forEach(
            name -> html.open("th", "class", "n turn", "scope", "col").leaf("span", name).close());
    html.leaf("th", "mAP", "class", "n mean").leaf("th", "95 %", "class", "n");
    if (seeded) {
      html.leaf("th", "seeds", "class", "n");
    }
    html.close().close().open("tbody");
    for (int r = 0; r < rows.size(); r++) {
      boolean rule = r > 0 && AblationTable.startsGroup(evaluated.get(r - 1), evaluated.get(r));
      row(html, rows.get(r), rule, seeded);
      if (withPaper) {
        PaperTable.row(rows.get(r).name()).ifPresent(paper -> row(html, paper, seeded));
      }
    }
    html.close().close().close();
    html.leaf("p", explanation(seeded), "class", "lead");
  }

  private void row(Html html, ResampledRow row, boolean rule, boolean seeded) {
    EvaluatedRow figures = row.evaluated();
    html.open("tr", "class", rule ? "rule" : "").leaf("th", row.name(), "scope", "row");
    for (String name : best.keySet()) {
      figure(html, "n", figures.ap(name), best.get(name));
    }
    figure(html, "n mean", row.meanAp(), bestMean);
    html.leaf("td", Ranges.cell(row.meanRange()), "class", "n");
    if (seeded) {
      html.leaf("td", spread(seeds.of(row.row())), "class", "n");
    }
    html.close();
  }

  private void row(Html html, PaperRow paper, boolean seeded) {
    html.open("tr", "class", "paper").leaf("th", "the paper", "scope", "row");
    for (String name : best.keySet()) {
      html.leaf("td", Numbers.percent(paper.ap().getOrDefault(name, Double.NaN)), "class", "n");
    }
    html.leaf("td", Numbers.percent(paper.meanAp()), "class", "n mean").leaf("td", "");
    if (seeded) {
      html.leaf("td", "");
    }
    html.close();
  }

  private static void figure(Html html, String cssClass, double value, ColumnBest best) {
    String figure = Numbers.percent(value);
    if (best.is(value)) {
      html.open("td", "class", cssClass).leaf("b", figure).close();
    } else {
      html.leaf("td", figure, "class", cssClass);
    }
  }

  /** Mean and standard deviation in per cent, and of how many: {@code 41.9 ± 0.6 (3)}. */
  static String spread(List<Double> values) {
    if (values.size() < 2) {
      return "-";
    }
    Repetitions seeds = Repetitions.of(values);
    return "%s ± %s (%d)"
        .formatted(
            Numbers.percent(seeds.mean()), Numbers.percent(seeds.deviation()), seeds.count());
  }

  private String explanation(boolean seeded) {
    String text =
        "AP in per cent%s. The best of a column is bold. FT: fine-tuned, BB: with box regression; SVMs score regions where no head is named. 95 %%: the range in which the mAP lies for 95 %% of sets of as many images, drawn with replacement from the test images."
            .formatted(rows.isEmpty() ? "" : ": " + RunFindings.metric(rows.get(0).result()));
    if (seeded) {
      text +=
          " Seeds: mean and standard deviation over runs that differ in finetune.seed, and their"
              + " number.";
    }
    if (withPaper) {
      text +=
          " The paper's rows are those of its Table 2 (arXiv 1311.2524v5): VOC2007 test, all 4,952"
              + " images, trained on all 5,011 images of trainval, from a network pre-trained on"
              + " ILSVRC 2012.";
    }
    return text;
  }
}
