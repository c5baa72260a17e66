package org.rcnn.pipeline.report;

import java.util.stream.IntStream;
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
    html.open("figure", "class", "pr");
    html.open("figcaption")
        .leaf("span", result.className())
        .leaf("b", Numbers.percent(result.ap()))
        .close();
    html.open(
        "svg",
        "viewBox",
        "0 0 %s %s".formatted(LineChart.number(SIDE + LEFT + RIGHT), LineChart.number(HEIGHT)),
        "role",
        "img",
        "aria-label",
        "Precision over recall of %s, AP %s"
            .formatted(result.className(), Numbers.percent(result.ap())));
    for (double tick : new double[] {0, 0.5, 1}) {
      grid(html, tick);
    }
    if (result.curve().size() > 0) {
      html.empty("path", "class", "area", "d", envelope(result.curve()));
      html.empty("path", "class", "s1", "d", line(result.curve()));
    }
    html.close().close();
  }

  private static void grid(Html html, double tick) {
    String x = LineChart.number(x(tick));
    String y = LineChart.number(y(tick));
    String label = Numbers.decimals(tick, tick == 0.5 ? 1 : 0);
    html.empty(
        "line",
        "class",
        "grid",
        "x1",
        x,
        "x2",
        x,
        "y1",
        LineChart.number(y(0)),
        "y2",
        LineChart.number(y(1)));
    html.empty(
        "line",
        "class",
        "grid",
        "y1",
        y,
        "y2",
        y,
        "x1",
        LineChart.number(x(0)),
        "x2",
        LineChart.number(x(1)));
    html.leaf("text", label, "class", "tick middle", "x", x, "y", LineChart.number(y(0) + 13));
    if (tick > 0) {
      html.leaf(
          "text",
          label,
          "class",
          "tick end",
          "x",
          LineChart.number(LEFT - 4),
          "y",
          LineChart.number(y(tick) + 4));
    }
  }

  private static double x(double recall) {
    return LEFT + SIDE * recall;
  }

  private static double y(double precision) {
    return TOP + SIDE * 0.8 * (1 - precision);
  }

  private static String line(PrecisionRecallCurve curve) {
    double[] px = IntStream.range(0, curve.size()).mapToDouble(i -> x(curve.recall(i))).toArray();
    double[] py =
        IntStream.range(0, curve.size()).mapToDouble(i -> y(curve.precision(i))).toArray();
    return LineChart.path(px, py, 0.5);
  }

  private static String envelope(PrecisionRecallCurve curve) {
    int n = curve.size();
    double[] px = new double[2 * n];
    double[] py = new double[2 * n];
    double best = 0;
    for (int i = n - 1; i >= 0; i--) {
      best = Math.max(best, curve.precision(i));
      // A stair: the precision reached at this recall holds from the recall before.
      px[2 * i] = x(i == 0 ? 0 : curve.recall(i - 1));
      px[2 * i + 1] = x(curve.recall(i));
      py[2 * i] = y(best);
      py[2 * i + 1] = y(best);
    }
    return LineChart.path(px, py, 0.5)
        + "V%sH%sZ".formatted(LineChart.number(y(0)), LineChart.number(x(0)));
  }
}
