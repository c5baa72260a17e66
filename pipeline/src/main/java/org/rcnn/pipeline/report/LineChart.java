package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart of lines over a common axis, as an SVG element whose colours come from the page's style
 * sheet (classes {@code s1}, {@code s2}).
 *
 * <p>Many points are thinned to what the eye can tell apart, keeping every peak. A long series is
 * noisy, so it is drawn faintly, with its moving mean over it.
 */
final class LineChart {

  private static final double WIDTH = 460;
  private static final double HEIGHT = 230;
  private static final double LEFT = 46;
  private static final double RIGHT = 14;
  private static final double TOP = 12;
  private static final double BOTTOM = 36;
  private static final int SMOOTH_FROM = 60;

  private final String xTitle;
  private final List<Series> series;
  private final double xMin;
  private final double xMax;
  private final double yMin;
  private final double yMax;

  /** One line; points with a NaN are gaps. */
  record Series(String name, double[] x, double[] y) {}

  /** A chart whose vertical axis goes from 0 to what the data need. */
  static LineChart fromZero(String xTitle, List<Series> series) {
    double highest = 0;
    for (Series line : series) {
      for (double y : line.y()) {
        highest = Double.isFinite(y) ? Math.max(highest, y) : highest;
      }
    }
    double step = niceStep(highest == 0 ? 1 : highest, 5);
    double top = highest == 0 ? 1 : Math.ceil(highest / step - 1e-9) * step;
    return new LineChart(xTitle, series, 0, top);
  }

  /** A chart of fractions, from 0 to 1. */
  static LineChart ofFractions(String xTitle, List<Series> series) {
    return new LineChart(xTitle, series, 0, 1);
  }

  private LineChart(String xTitle, List<Series> series, double yMin, double yMax) {
    this.xTitle = xTitle;
    this.series = List.copyOf(series);
    this.yMin = yMin;
    this.yMax = yMax;
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Series line : series) {
      for (double x : line.x()) {
        low = Math.min(low, x);
        high = Math.max(high, x);
      }
    }
    this.xMin = low <= high ? low : 0;
    this.xMax = high > low ? high : this.xMin + 1;
  }

  /** Appends the chart, described for those who cannot see it. */
  void appendTo(Html html, String description) {
    html.open(
        "svg",
        "class",
        "chart",
        "viewBox",
        "0 0 %.0f %.0f".formatted(WIDTH, HEIGHT),
        "role",
        "img",
        "aria-label",
        description);
    axes(html);
    for (int i = 0; i < series.size(); i++) {
      Series line = series.get(i);
      String colour = "s" + (i % 2 + 1);
      boolean noisy = line.y().length >= SMOOTH_FROM;
      html.empty("path", "class", colour + (noisy ? " faint" : ""), "d", path(line.x(), line.y()));
      if (noisy) {
        html.empty("path", "class", colour, "d", path(line.x(), smooth(line.y())));
      }
    }
    html.close();
  }

  private void axes(Html html) {
    double yStep = niceStep(yMax - yMin, 5);
    for (double y : ticks(yMin, yMax, yStep)) {
      String at = number(y(y));
      html.empty(
          "line",
          "class",
          "grid",
          "x1",
          number(LEFT),
          "x2",
          number(WIDTH - RIGHT),
          "y1",
          at,
          "y2",
          at);
      html.leaf(
          "text",
          label(y, yStep),
          "class",
          "tick end",
          "x",
          number(LEFT - 7),
          "y",
          number(y(y) + 4));
    }
    double xStep = niceStep(xMax - xMin, 6);
    for (double x : ticks(xMin, xMax, xStep)) {
      html.leaf(
          "text",
          label(x, xStep),
          "class",
          "tick middle",
          "x",
          number(x(x)),
          "y",
          number(HEIGHT - BOTTOM + 16));
    }
    html.leaf(
        "text",
        xTitle,
        "class",
        "axis middle",
        "x",
        number((LEFT + WIDTH - RIGHT) / 2),
        "y",
        number(HEIGHT - 3));
  }

  private double x(double value) {
    return LEFT + (value - xMin) / (xMax - xMin) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    double clipped = Math.min(Math.max(value, yMin), yMax);
    return HEIGHT - BOTTOM - (clipped - yMin) / (yMax - yMin) * (HEIGHT - TOP - BOTTOM);
  }

  private String path(double[] xs, double[] ys) {
    double[] px = new double[xs.length];
    double[] py = new double[xs.length];
    for (int i = 0; i < xs.length; i++) {
      px[i] = x(xs[i]);
      py[i] = y(ys[i]);
    }
    return path(px, py, 1);
  }

  /**
   * The path through points in pixels, x ascending. Of the points within {@code resolution} pixels
   * of each other sideways only the first, the extremes and the last are kept.
   */
  static String path(double[] px, double[] py, double resolution) {
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    int i = 0;
    while (i < px.length) {
      if (!Double.isFinite(px[i] + py[i])) {
        pen = false;
        i++;
        continue;
      }
      int low = i;
      int high = i;
      int last = i;
      while (last + 1 < px.length
          && Double.isFinite(px[last + 1] + py[last + 1])
          && px[last + 1] - px[i] < resolution) {
        last++;
        low = py[last] < py[low] ? last : low;
        high = py[last] > py[high] ? last : high;
      }
      int[] kept = {i, Math.min(low, high), Math.max(low, high), last};
      int before = -1;
      for (int k : kept) {
        if (k != before) {
          path.append(pen ? 'L' : 'M').append(number(px[k])).append(' ').append(number(py[k]));
          pen = true;
          before = k;
        }
      }
      i = last + 1;
    }
    return path.toString();
  }

  /** The centred moving mean over about a twentieth of the series, gaps left out. */
  static double[] smooth(double[] values) {
    int reach = Math.max(1, values.length / 40);
    double[] smooth = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      // About as far on both sides, or the ends of a falling curve would be bent; but not so near
      // at the ends that the noise comes back.
      int side = Math.max(reach / 3, Math.min(reach, Math.min(i, values.length - 1 - i)));
      int from = Math.max(0, i - side);
      int to = Math.min(values.length - 1, i + side);
      double sum = 0;
      int count = 0;
      for (int j = from; j <= to; j++) {
        if (Double.isFinite(values[j])) {
          sum += values[j];
          count++;
        }
      }
      smooth[i] = count == 0 ? Double.NaN : sum / count;
    }
    return smooth;
  }

  /** A step of 1, 2 or 5 times a power of ten that divides a range into at most so many parts. */
  static double niceStep(double range, int parts) {
    double power = Math.pow(10, Math.floor(Math.log10(range / parts)));
    for (double factor : new double[] {1, 2, 5}) {
      if (range / (power * factor) <= parts + 1e-9) {
        return power * factor;
      }
    }
    return power * 10;
  }

  private static List<Double> ticks(double from, double to, double step) {
    List<Double> ticks = new ArrayList<>();
    for (long k = (long) Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) {
      ticks.add(k * step);
    }
    return ticks;
  }

  private static String label(double value, double step) {
    int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return decimals == 0 ? Numbers.count(Math.round(value)) : Numbers.decimals(value, decimals);
  }

  /** A coordinate, to a tenth of a pixel. */
  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
