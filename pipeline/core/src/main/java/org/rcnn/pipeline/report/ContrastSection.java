package org.rcnn.pipeline.report;

import java.util.List;

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
    ChangeBar bar = ChangeBar.of(contrasts.stream().map(Contrast::gain).toList());
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "step").leaf("th", "added to");
    // A phone has no room for both, and the ablation has them again.
    html.leaf("th", "mAP without", "class", "n spare").leaf("th", "with", "class", "n spare");
    ReportPage.heads(html, "change");
    bar.head(html);
    html.close().close().open("tbody");
    Contrast before = null;
    for (Contrast one : contrasts) {
      boolean first = before == null || before.step() != one.step();
      html.open("tr", "class", first && before != null ? "rule" : "");
      html.leaf(first ? "th" : "td", first ? one.step().title() : "").leaf("td", one.name());
      html.leaf("td", Numbers.percent(one.without().meanAp()), "class", "n spare");
      html.leaf("td", Numbers.percent(one.with().meanAp()), "class", "n spare");
      html.leaf("td", Ranges.signed(one.gain()), "class", "n");
      bar.cell(html, one.gain());
      html.close();
      before = one;
    }
    html.close().close().close();
  }
}
