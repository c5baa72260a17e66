package org.rcnn.pipeline.report;

import java.util.Collection;
import org.rcnn.eval.Interval;

/**
 * Changes with their ranges, drawn one below the other around a common zero: a dot, hollow where
 * the range leaves open which way the change goes.
 *
 * @param widest the end of the axis
 */
record ChangeBar(double widest) {

  /** An axis that holds all of some changes. */
  static ChangeBar of(Collection<Interval> changes) {
    return new ChangeBar(
        changes.stream()
            .mapToDouble(change -> Math.max(Math.abs(change.low()), Math.abs(change.high())))
            .filter(Double::isFinite)
            .max()
            .orElse(0));
  }

  /** The head of the column: the axis, or nothing where no change has a range. */
  void head(Html html) {
    if (widest == 0) {
      html.leaf("td", "", "class", "wide");
      return;
    }
    html.open("th", "class", "wide").open("div", "class", "ends");
    String end = Numbers.percent(widest);
    html.leaf("span", "-" + end).leaf("span", "0").leaf("span", "+" + end).close().close();
  }

  /** A cell with a change; nothing is drawn of one without a range. */
  void cell(Html html, Interval change) {
    html.open("td", "class", "wide");
    if (!Double.isNaN(change.low()) && widest > 0) {
      draw(html, change);
    }
    html.close();
  }

  private void draw(Html html, Interval change) {
    double low = place(change.low());
    double high = place(change.high());
    boolean open = Contrast.isWithinChance(change);
    String kind = open ? " open" : change.estimate() < 0 ? " worse" : "";
    html.open("div", "class", "range" + kind).leaf("i", "", "class", "zero");
    String way = "left:%s;width:%s".formatted(ReportPage.width(low), ReportPage.width(high - low));
    html.leaf("i", "", "class", "way", "style", way);
    String at = "left:" + ReportPage.width(place(change.estimate()));
    html.leaf("i", "", "class", "dot", "style", at).close();
  }

  private double place(double change) {
    return 0.5 + change / widest / 2;
  }
}
