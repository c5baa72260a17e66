package org.rcnn.pipeline.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.rcnn.cnn.train.FineTuning.Ending;
import org.rcnn.cnn.train.FineTuning.Judgement;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.FineTuning.PhaseEnd;
import org.rcnn.cnn.train.Keep;
import org.rcnn.cnn.train.Phase;
import org.rcnn.pipeline.stage.LearningCurve;

/**
 * The report's section on fine-tuning: its curves with the phases and the kept weights marked, the
 * phases, how far each layer moved, and the regions that were learned from.
 */
final class LearningSection {

  /** Longer lists of layers are counted in the charts. */
  private static final int LONGEST_NAME = 28;

  private final LearningCurve curve;
  private final List<LineChart.Mark> marks;

  LearningSection(LearningCurve curve) {
    this.curve = curve;
    this.marks = marks(curve);
  }

  /** Where phases begin, if there are several, and what was kept, if that was judged. */
  private static List<LineChart.Mark> marks(LearningCurve curve) {
    List<LineChart.Mark> marks = new ArrayList<>();
    for (int i = 0; i < curve.phases().size() && curve.phases().size() > 1; i++) {
      marks.add(new LineChart.Mark(curve.begin(i), name(i, curve.phases().get(i)), false));
    }
    if (!curve.judgements().isEmpty()) {
      marks.add(new LineChart.Mark(curve.kept(), "kept", true));
    }
    return marks;
  }

  private static String name(int index, Phase phase) {
    String name = index + 1 + ": " + String.join(", ", phase.layers());
    return name.length() <= LONGEST_NAME
        ? name
        : "%d: %d layers".formatted(index + 1, phase.layers().size());
  }

  void appendTo(Html html) {
    html.open("div", "class", "halves");
    loss(html);
    accuracy(html);
    if (curve.keep() == Keep.HIGHEST_MAP) {
      judgements(html);
    }
    html.close();
    LearningPoint last = curve.curve().get(curve.curve().size() - 1);
    html.leaf(
        "p",
        "After %s iterations: loss %s, accuracy %s %%, on positives %s %%."
            .formatted(
                Numbers.count(last.iteration()),
                Numbers.significant(last.loss()),
                Numbers.percent(last.accuracy()),
                Numbers.percent(last.positiveAccuracy())),
        "class",
        "lead");
    if (!curve.judgements().isEmpty()) {
      html.leaf("p", curve.choice(), "class", "lead");
    }
    phases(html);
    html.open("div", "class", "halves");
    distances(html);
    regions(html);
    html.close();
  }

  private void loss(Html html) {
    html.open("figure").open("figcaption").text("Loss ");
    List<LineChart.Series> losses = new ArrayList<>();
    losses.add(series("loss", LearningPoint::loss));
    if (curve.curve().stream().anyMatch(point -> !Double.isNaN(point.validationLoss()))) {
      losses.add(series("validation", LearningPoint::validationLoss));
      legend(html, "training images", "validation images");
    }
    html.close();
    LineChart.fromZero("iteration", losses).marked(marks).appendTo(html, "Loss by iteration");
    html.close();
  }

  private void accuracy(Html html) {
    html.open("figure").open("figcaption").text("Accuracy ");
    legend(html, "all samples", "positives");
    html.close();
    LineChart.ofFractions(
            "iteration",
            List.of(
                series("all samples", LearningPoint::accuracy),
                series("positives", LearningPoint::positiveAccuracy)))
        .marked(marks)
        .appendTo(html, "Accuracy by iteration");
    html.close();
  }

  private void judgements(Html html) {
    html.open("figure").leaf("figcaption", "mAP on validation images, in per cent");
    List<Judgement> found = curve.judgements();
    LineChart.ofPoints(
            "iteration",
            List.of(),
            List.of(
                new LineChart.Series(
                    "mAP",
                    found.stream().mapToDouble(Judgement::iteration).toArray(),
                    found.stream().mapToDouble(judgement -> 100 * judgement.figure()).toArray())))
        .marked(marks)
        .appendTo(html, "mAP on validation images by iteration");
    html.close();
  }

  private static void legend(Html html, String first, String second) {
    html.open("span", "class", "legend");
    html.open("span").leaf("i", "", "class", "swatch l1").text(first).close();
    html.open("span").leaf("i", "", "class", "swatch l2").text(second).close();
    html.close();
  }

  private LineChart.Series series(String name, ToDoubleFunction<LearningPoint> figure) {
    return new LineChart.Series(
        name,
        curve.curve().stream().mapToDouble(LearningPoint::iteration).toArray(),
        curve.curve().stream().mapToDouble(figure).toArray());
  }

  private void phases(Html html) {
    html.leaf("h3", "Phases").scroll().open("table", "class", "phases");
    html.open("thead").open("tr").leaf("th", "layers that learn");
    ReportPage.heads(html, "iterations", "rate");
    html.leaf("th", "end").close().close().open("tbody");
    for (int i = 0; i < curve.ends().size(); i++) {
      Phase phase = curve.phases().get(i);
      PhaseEnd end = curve.ends().get(i);
      boolean early = end.ending() == Ending.NO_IMPROVEMENT;
      html.open("tr").leaf("th", "%d: %s".formatted(i + 1, String.join(", ", phase.layers())));
      ReportPage.count(html, end.iteration() - curve.begin(i));
      html.leaf("td", rate(phase), "class", "n");
      html.leaf(
          "td", early ? "early, of %s".formatted(Numbers.count(phase.iterations())) : "complete");
      html.close();
    }
    html.close().close().close();
    if (!curve.rangeTests().isEmpty()) {
      html.leaf("p", "The rates are those that a range test suggested.", "class", "lead");
    }
  }

  private static String rate(Phase phase) {
    String rate = plain(new BigDecimal(phase.rate()).round(new MathContext(3)).doubleValue());
    return phase.rateDropEvery() >= phase.iterations()
        ? rate
        : "%s, × %s every %s"
            .formatted(rate, plain(phase.rateDrop()), Numbers.count(phase.rateDropEvery()));
  }

  private static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private void distances(Html html) {
    if (curve.distances().isEmpty()) {
      return;
    }
    double farthest = curve.distances().values().stream().mapToDouble(d -> d).max().orElse(0);
    html.open("div").leaf("h3", "How far each layer moved");
    html.leaf(
        "p",
        "From its weights at the start to the kept ones, in per cent of their length.",
        "class",
        "lead");
    html.scroll().open("table").open("tbody");
    curve
        .distances()
        .forEach(
            (layer, distance) -> {
              html.open("tr").leaf("th", layer).open("td", "class", "wide");
              ReportPage.bar(html, farthest > 0 ? distance / farthest : 0, "");
              html.close().leaf("td", Numbers.percent(distance) + " %", "class", "n").close();
            });
    html.close().close().close().close();
  }

  private void regions(Html html) {
    if (curve.regions().isEmpty()) {
      return;
    }
    html.open("div").leaf("h3", "Regions learned from");
    html.leaf(
        "p",
        "How many of each label there are, and how often all batches together drew one.",
        "class",
        "lead");
    html.scroll().open("table").open("thead").open("tr").leaf("th", "label");
    ReportPage.heads(html, "regions", "drawn");
    html.close().close().open("tbody");
    curve
        .regions()
        .forEach(
            (label, regions) -> {
              html.open("tr").leaf("th", label);
              ReportPage.count(html, regions);
              ReportPage.count(html, curve.drawn().getOrDefault(label, 0L));
              html.close();
            });
    html.close().close().close().close();
  }
}
