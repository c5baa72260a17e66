package org.rcnn.pipeline.report;

import java.util.List;
import org.rcnn.eval.Interval;

/**
 * What each step of the method is worth: the change of the mean AP between rows that differ in
 * nothing else, with its range drawn around it.
 */
final class ContrastSection {

  private final List<Contrast> contrasts;

  /**
   * The section.
   *
   * @param contrasts step by step
   */
  ContrastSection(List<Contrast> contrasts) {
    this.contrasts = List.copyOf(contrasts);
  }

  void appendTo(Html html) {
    double widest =
        contrasts.stream()
            .map(Contrast::gain)
            .mapToDouble(gain -> Math.max(Math.abs(gain.low()), Math.abs(gain.high())))
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "step").leaf("th", "added to");
    ReportPage.heads(html, "mAP without", "with", "change");
    html.open("th", "class", "wide").open("div", "class", "ends");
    String end = Numbers.percent(widest);
    html.leaf("span", "-" + end).leaf("span", "0").leaf("span", "+" + end).close().close();
    html.close().close().open("tbody");
    Contrast before = null;
    for (Contrast one : contrasts) {
      boolean first = before == null || before.step() != one.step();
      html.open("tr", "class", first && before != null ? "rule" : "");
      html.leaf(first ? "th" : "td", first ? one.step().title() : "").leaf("td", one.name());
      html.leaf("td", Numbers.percent(one.without().meanAp()), "class", "n");
      html.leaf("td", Numbers.percent(one.with().meanAp()), "class", "n");
      html.leaf("td", AblationFindings.signed(one.gain()), "class", "n");
      html.open("td", "class", "wide");
      draw(html, one, widest);
      html.close().close();
      before = one;
    }
    html.close().close().close();
  }

  private static void draw(Html html, Contrast one, double widest) {
    Interval gain = one.gain();
    if (Double.isNaN(gain.low()) || widest == 0) {
      return;
    }
    double low = place(gain.low(), widest);
    double high = place(gain.high(), widest);
    String kind = one.isWithinChance() ? " open" : gain.estimate() < 0 ? " worse" : "";
    html.open("div", "class", "range" + kind).leaf("i", "", "class", "zero");
    String way = "left:%s;width:%s".formatted(ReportPage.width(low), ReportPage.width(high - low));
    html.leaf("i", "", "class", "way", "style", way);
    String at = "left:" + ReportPage.width(place(gain.estimate(), widest));
    html.leaf("i", "", "class", "dot", "style", at).close();
  }

  private static double place(double change, double widest) {
    return 0.5 + change / widest / 2;
  }
}
