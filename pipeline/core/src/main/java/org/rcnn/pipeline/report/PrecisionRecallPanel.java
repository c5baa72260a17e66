package org.rcnn.pipeline.report;

import java.util.List;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.PrecisionRecallCurve;

/**
 * One small precision/recall plot: the curve as measured, and below it, shaded, the highest
 * precision at any higher recall, whose area is the AP.
 */
final class PrecisionRecallPanel {

  private static final double SIDE = 150;
  private static final double LEFT = 24;
  private static final double TOP = 6;
  private static final double BOTTOM = 18;
  private static final double RIGHT = 6;
  private static final double HEIGHT = SIDE * 0.8 + TOP + BOTTOM;

  private PrecisionRecallPanel() {}

  static void append(Html html, ClassResult result) {
    String ap = Numbers.percent(result.ap());
    begin(html, "", result.className(), ap, ap);
    if (result.curve().size() > 0) {
      html.empty("path", "class", "area", "d", envelope(result.curve()));
      html.empty("path", "class", "s1", "d", line(result.curve()));
    }
    html.close().close();
  }

  /** One plot with the curves of two results of a class, the later one over the earlier one. */
  static void append(Html html, ClassResult before, ClassResult after) {
    String from = Numbers.percent(before.ap());
    String to = Numbers.percent(after.ap());
    begin(html, "two", after.className(), from + " → " + to, from + " before and " + to + " after");
    if (before.curve().size() > 0) {
      html.empty("path", "class", "s2", "d", line(before.curve()));
    }
    if (after.curve().size() > 0) {
      html.empty("path", "class", "area", "d", envelope(after.curve()));
      html.empty("path", "class", "s1", "d", line(after.curve()));
    }
    html.close().close();
  }

  /**
   * One plot with the curves of several results of a class, in the colours of {@link LineChart}.
   *
   * @param results a result of each; null for one that does not know the class
   */
  static void append(Html html, String className, List<ClassResult> results) {
    List<String> figures =
        results.stream().map(one -> Numbers.percent(one == null ? Double.NaN : one.ap())).toList();
    begin(html, "two", className, String.join(" / ", figures), Findings.list(figures));
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) != null && results.get(i).curve().size() > 0) {
        html.empty("path", "class", "s" + (i + 1), "d", line(results.get(i).curve()));
      }
    }
    html.close().close();
  }

  /**
   * A figure up to its curves; the figure and its picture stay open.
   *
   * @param lines "two" if the AP stands below the class, so that plots side by side are level
   */
  private static void begin(
      Html html, String lines, String className, String ap, String apInWords) {
    html.open("figure", "class", "pr");
    html.open("figcaption", "class", lines).leaf("span", className).leaf("b", ap).close();
    String description = "Precision over recall of %s, AP %s".formatted(className, apInWords);
    html.svg("", "", SIDE + LEFT + RIGHT, HEIGHT, description);
    for (double tick : new double[] {0, 0.5, 1}) {
      grid(html, tick);
    }
  }

  private static void grid(Html html, double tick) {
    String label = Numbers.decimals(tick, tick == 0.5 ? 1 : 0);
    line(html, "x", x(tick), "y", y(0), y(1));
    line(html, "y", y(tick), "x", x(0), x(1));
    html.label(label, "tick middle", x(tick), y(0) + 13);
    if (tick > 0) {
      html.label(label, "tick end", LEFT - 4, y(tick) + 4);
    }
  }

  /** A line at a place of one axis, from a place of the other to another. */
  private static void line(
      Html html, String axis, double at, String along, double from, double to) {
    html.empty(
        "line",
        "class",
        "grid",
        axis + "1",
        Numbers.coordinate(at),
        axis + "2",
        Numbers.coordinate(at),
        along + "1",
        Numbers.coordinate(from),
        along + "2",
        Numbers.coordinate(to));
  }

  private static double x(double recall) {
    return LEFT + SIDE * recall;
  }

  private static double y(double precision) {
    return TOP + SIDE * 0.8 * (1 - precision);
  }

  /** From the vertical axis on, so that a curve of a single detection shows, too. */
  private static String line(PrecisionRecallCurve curve) {
    int n = curve.size() + 1;
    double[] px = new double[n];
    double[] py = new double[n];
    px[0] = x(0);
    py[0] = y(curve.precision(0));
    for (int i = 1; i < n; i++) {
      px[i] = x(curve.recall(i - 1));
      py[i] = y(curve.precision(i - 1));
    }
    return LineChart.path(px, py, 0.5);
  }

  private static String envelope(PrecisionRecallCurve curve) {
    int n = curve.size();
    double[] px = new double[2 * n];
    double[] py = new double[2 * n];
    double best = 0;
    for (int i = n - 1; i >= 0; i--) {
      best = Math.max(best, curve.precision(i));
      // A step function: the precision at this recall applies from the previous recall on.
      px[2 * i] = x(i == 0 ? 0 : curve.recall(i - 1));
      px[2 * i + 1] = x(curve.recall(i));
      py[2 * i] = y(best);
      py[2 * i + 1] = y(best);
    }
    return LineChart.path(px, py, 0.5)
        + "V%sH%sZ".formatted(Numbers.coordinate(y(0)), Numbers.coordinate(x(0)));
  }
}
