package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A chart of lines over a common axis, as an SVG element whose colours come from the page's style
 * sheet (classes {@code s1} to {@code s6}).
 *
 * <p>Points closer than the eye can tell apart are thinned, but every peak is kept. A long series
 * is noisy, so it is drawn faintly, with its moving mean over it. A chart of a few single
 * measurements marks each point, with its range where it has one, and has a legend.
 */
final class LineChart {

  private static final double WIDTH = 460;
  private static final double HEIGHT = 230;
  private static final double LEFT = 46;
  private static final double RIGHT = 14;
  private static final double TOP = 12;
  private static final double BOTTOM = 36;
  private static final int SMOOTH_FROM = 60;

  /** Height of a row of names above the plot, and where in it a name's base line is. */
  private static final double ROW = 14;

  private static final double BASE = 11;

  /** Height of a file's title and the space below it. */
  private static final double TITLE = 20;

  /** About the width of a letter in a name. */
  private static final double LETTER = 5.7;

  /** The width of a wide letter, so that a short name of such letters keeps its distance. */
  private static final double WIDE_LETTER = 6.5;

  /** The space around a name. */
  private static final double GAP = 4;

  /** What a name in the legend stands right of: its line's stroke and a gap. */
  private static final double STROKE = 22;

  /** Between the points of several lines at one category, so that their ranges stay apart. */
  private static final double BESIDE = 7;

  /**
   * Names of categories that are too long for their place are slanted by this angle, in degrees.
   */
  private static final double SLANT = 35;

  /** The page's styles for charts, in colours that suit light and dark backgrounds. */
  private static final String FILE_STYLE =
      "text{font:11px system-ui,sans-serif;fill:#7b8086}.end{text-anchor:end}"
          + ".middle{text-anchor:middle}.title{font-size:13px}.grid{stroke:#7b8086;stroke-width:1;opacity:.35}"
          + "path{fill:none;stroke-width:1.8;stroke-linejoin:round}circle{stroke:none}"
          + ".mark{stroke:#7b8086;stroke-width:1}.chosen{stroke-dasharray:4 3}"
          + ".s1{stroke:#2f7fc1}.s2{stroke:#c4570b}.s3{stroke:#3d8a4e}.s4{stroke:#9a62b5}"
          + ".s5{stroke:#c99410}.s6{stroke:#7b8086;stroke-dasharray:5 3}"
          + "circle.s1{fill:#2f7fc1}circle.s2{fill:#c4570b}circle.s3{fill:#3d8a4e}"
          + "circle.s4{fill:#9a62b5}circle.s5{fill:#c99410}circle.s6{fill:#7b8086;stroke-dasharray:none}";

  /** Lines of different colours, the last dashed; a seventh looks as the first. */
  private static final int COLOURS = 6;

  private final String xTitle;
  private final List<Series> series;
  private final double xMin;
  private final double xMax;
  private final double yMin;
  private final double yMax;
  private final Kind kind;
  private final List<String> names;
  private final List<Placed> marks;
  private final List<Entry> legend;
  private final double legendHeight;
  private final boolean slanted;
  private final double margin;
  private final double top;
  private final double bottom;
  private final double height;

  /**
   * A vertical line at an event, with a name above the chart.
   *
   * @param chosen whether it marks what was chosen; else a beginning
   */
  record Mark(double x, String name, boolean chosen) {}

  /**
   * A mark whose name does not overlap another's.
   *
   * @param row from the top
   * @param left where the name begins
   * @param right where it ends
   */
  private record Placed(Mark mark, int row, double left, double right) {
    boolean overlaps(double from, double to) {
      return left < to && from < right;
    }
  }

  /** How lines are told apart. */
  private enum Kind {
    /** By a legend in the page. */
    CURVES,
    /** By a legend above the chart. */
    OVERLAID,
    /** Each point is marked, and a legend stands above the chart. */
    POINTS
  }

  /** A line's name in the legend, at {@code left} pixels of a row counted from the top. */
  private record Entry(int line, int row, double left) {}

  /**
   * One line; points with a NaN are gaps.
   *
   * @param low where each point's range begins, NaN without one; empty if none has a range
   * @param high where it ends
   */
  record Series(String name, double[] x, double[] y, double[] low, double[] high) {

    /** A line whose points have no ranges. */
    Series(String name, double[] x, double[] y) {
      this(name, x, y, new double[0], new double[0]);
    }

    /** All that is drawn along the vertical axis. */
    DoubleStream drawn() {
      return Stream.of(y, low, high).flatMapToDouble(Arrays::stream).filter(Double::isFinite);
    }

    boolean hasRange(int point) {
      return point < low.length && Double.isFinite(low[point] + high[point]);
    }
  }

  /** A chart whose vertical axis goes from 0 to the data's maximum, rounded up. */
  static LineChart fromZero(String xTitle, List<Series> series) {
    return new LineChart(xTitle, series, 0, top(series), Kind.CURVES, List.of(), List.of());
  }

  /**
   * A chart of a few points each, with a legend. Its vertical axis begins at 0 or, where all points
   * lie in the upper part, below the lowest.
   *
   * @param names categories at 0, 1, 2 and so on, whose points no line joins; empty for an axis of
   *     numbers
   */
  static LineChart ofPoints(String xTitle, List<String> names, List<Series> series) {
    double top = top(series);
    double bottom = bottom(series, top);
    double step = Ticks.step(top - bottom, 5);
    double fitted = Math.ceil(highest(series) / step - 1e-9) * step;
    return new LineChart(
        xTitle, series, bottom, fitted > bottom ? fitted : top, Kind.POINTS, names, List.of());
  }

  /** A chart of curves from 0 upwards, one over the other, with a legend. */
  static LineChart overlaid(String xTitle, List<Series> series) {
    return new LineChart(xTitle, series, 0, top(series), Kind.OVERLAID, List.of(), List.of());
  }

  /** Where an axis begins whose lines reach up to {@code top}. */
  private static double bottom(List<Series> series, double top) {
    double lowest =
        series.stream().flatMapToDouble(Series::drawn).min().orElse(Double.POSITIVE_INFINITY);
    if (!Double.isFinite(lowest) || lowest < top / 2) {
      return Double.isFinite(lowest) ? Math.min(0, lowest) : 0;
    }
    double step = Ticks.step(Math.max(top - lowest, top / 20), 4);
    return Math.max(0, Math.floor(lowest / step - 1e-9) * step);
  }

  private static double highest(List<Series> series) {
    return Math.max(0, series.stream().flatMapToDouble(Series::drawn).max().orElse(0));
  }

  private static double top(List<Series> series) {
    double highest = highest(series);
    double step = Ticks.step(highest == 0 ? 1 : highest, 5);
    return highest == 0 ? 1 : Math.ceil(highest / step - 1e-9) * step;
  }

  /** A chart of fractions, from 0 to 1. */
  static LineChart ofFractions(String xTitle, List<Series> series) {
    return new LineChart(xTitle, series, 0, 1, Kind.CURVES, List.of(), List.of());
  }

  /** The same chart with marks, whose places it then includes. */
  LineChart marked(List<Mark> at) {
    return new LineChart(xTitle, series, yMin, yMax, kind, names, at);
  }

  private LineChart(
      String xTitle,
      List<Series> series,
      double yMin,
      double yMax,
      Kind kind,
      List<String> names,
      List<Mark> marks) {
    this.xTitle = xTitle;
    this.kind = kind;
    this.names = List.copyOf(names);
    this.series = List.copyOf(series);
    this.yMin = yMin;
    this.yMax = yMax;
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Series line : series) {
      for (double x : line.x()) {
        low = Double.isFinite(x) ? Math.min(low, x) : low;
        high = Double.isFinite(x) ? Math.max(high, x) : high;
      }
    }
    for (Mark mark : marks) {
      low = Math.min(low, mark.x());
      high = Math.max(high, mark.x());
    }
    if (!names.isEmpty()) {
      // Half a place left and right, so that the names at the ends have room.
      this.xMin = -0.5;
      this.xMax = names.size() - 0.5;
    } else if (high > low) {
      this.xMin = low;
      this.xMax = high;
    } else {
      // A single point stands at the right end of an axis from 0.
      this.xMin = low <= high ? Math.min(0, low) : 0;
      this.xMax = low <= high && low > this.xMin ? low : this.xMin + 1;
    }
    double longest = LETTER * names.stream().mapToInt(String::length).max().orElse(0);
    this.slanted = longest + GAP > (WIDTH - LEFT - RIGHT) / Math.max(1, names.size());
    this.bottom = BOTTOM + (slanted ? longest * Math.sin(Math.toRadians(SLANT)) : 0);
    this.margin = slanted ? margin(names) : LEFT;
    this.marks = place(marks);
    this.legend = kind == Kind.CURVES || series.size() < 2 ? List.of() : legend(series);
    this.legendHeight = ROW * rows(legend.stream().mapToInt(Entry::row));
    double rows = legendHeight + ROW * rows(this.marks.stream().mapToInt(Placed::row));
    this.top = TOP + rows;
    this.height = HEIGHT + rows + bottom - BOTTOM;
  }

  private static int rows(IntStream places) {
    return places.map(row -> row + 1).max().orElse(0);
  }

  /** Above the plot, so that no name lies on a line; as many names to a row as it has room for. */
  private static List<Entry> legend(List<Series> series) {
    List<Entry> entries = new ArrayList<>();
    double left = LEFT;
    int row = 0;
    for (int i = 0; i < series.size(); i++) {
      double width = STROKE + WIDE_LETTER * series.get(i).name().length() + 2 * GAP;
      if (left > LEFT && left + width > WIDTH) {
        left = LEFT;
        row++;
      }
      entries.add(new Entry(i, row, left));
      left += width + GAP;
    }
    return entries;
  }

  /**
   * The room left of the plot in which slanted names, which end below their places, begin; at most
   * half of the chart.
   */
  private static double margin(List<String> names) {
    double margin = LEFT;
    for (int i = 0; i < names.size(); i++) {
      double reach = LETTER * names.get(i).length() * Math.cos(Math.toRadians(SLANT));
      // Where its place is, as a share of the plot's width, which shrinks as the margin grows.
      double share = (i + 0.5) / names.size();
      margin = Math.max(margin, (GAP + reach - share * (WIDTH - RIGHT)) / (1 - share));
    }
    return Math.min(margin, WIDTH / 2);
  }

  /** Puts each name right of its line, or left of it at the chart's right edge, below others. */
  private List<Placed> place(List<Mark> all) {
    List<Placed> placed = new ArrayList<>();
    for (Mark mark : all.stream().sorted(Comparator.comparingDouble(Mark::x)).toList()) {
      double width = LETTER * mark.name().length() + 2 * GAP;
      double line = x(mark.x());
      double left = line + width <= WIDTH ? line : line - width;
      int row =
          placed.stream()
              .filter(other -> other.overlaps(left, left + width))
              .mapToInt(other -> other.row() + 1)
              .max()
              .orElse(0);
      placed.add(new Placed(mark, row, left, left + width));
    }
    return placed;
  }

  /** Appends the chart, with a description for screen readers. */
  void appendTo(Html html, String description) {
    html.svg("", "chart", WIDTH, height, description);
    append(html);
    html.close();
  }

  /** The chart as a standalone SVG file. */
  String toFile(String description) {
    return toFile("", description);
  }

  /**
   * The chart as a standalone SVG file.
   *
   * @param title what stands above it; may be empty
   */
  String toFile(String title, String description) {
    double above = title.isEmpty() ? 0 : TITLE;
    Html html = new Html();
    html.svg("http://www.w3.org/2000/svg", "chart", WIDTH, height + above, description);
    html.open("style").trusted(FILE_STYLE).close();
    if (title.isEmpty()) {
      append(html);
    } else {
      html.label(title, "title", 0, BASE);
      html.open("g", "transform", "translate(0 %s)".formatted(Numbers.coordinate(above)));
      append(html);
      html.close();
    }
    html.close();
    return html.toString();
  }

  private void append(Html html) {
    axes(html);
    marks.forEach(placed -> line(html, placed));
    for (int i = 0; i < series.size(); i++) {
      Series line = series.get(i);
      String colour = colour(i);
      boolean noisy = line.y().length >= SMOOTH_FROM;
      // Between categories there is nothing that a line could lead through.
      if (names.isEmpty()) {
        String look = colour + (noisy ? " faint" : "");
        html.empty("path", "class", look, "d", path(line.x(), line.y()));
      }
      if (noisy) {
        html.empty("path", "class", colour, "d", path(line.x(), smooth(line.y())));
      }
      if (kind == Kind.POINTS || line.y().length == 1) {
        marks(html, i);
      }
    }
    legend.forEach(entry -> name(html, entry));
    marks.forEach(placed -> name(html, placed));
  }

  private static String colour(int series) {
    return "s" + (series % COLOURS + 1);
  }

  private void line(Html html, Placed placed) {
    String at = Numbers.coordinate(x(placed.mark().x()));
    html.empty(
        "line",
        "class",
        placed.mark().chosen() ? "mark chosen" : "mark",
        "x1",
        at,
        "x2",
        at,
        "y1",
        Numbers.coordinate(legendHeight + ROW * placed.row() + 2),
        "y2",
        Numbers.coordinate(height - bottom));
  }

  private void name(Html html, Placed placed) {
    boolean before = placed.left() < x(placed.mark().x());
    html.label(
        placed.mark().name(),
        before ? "name end" : "name",
        before ? placed.right() - GAP : placed.left() + GAP,
        legendHeight + ROW * placed.row() + BASE);
  }

  private void marks(Html html, int number) {
    Series line = series.get(number);
    String colour = colour(number);
    boolean apart = !names.isEmpty() && line.low().length > 0;
    double shift = apart ? BESIDE * (number - (series.size() - 1) / 2.0) : 0;
    for (int i = 0; i < line.x().length; i++) {
      if (Double.isFinite(line.x()[i] + line.y()[i])) {
        String at = Numbers.coordinate(x(line.x()[i]) + shift);
        if (line.hasRange(i)) {
          String from = Numbers.coordinate(y(line.low()[i]));
          String to = Numbers.coordinate(y(line.high()[i]));
          html.empty("line", "class", colour, "x1", at, "x2", at, "y1", from, "y2", to);
        }
        html.open(
            "circle",
            "class",
            colour,
            "cx",
            at,
            "cy",
            Numbers.coordinate(y(line.y()[i])),
            "r",
            "3");
        html.leaf("title", Numbers.decimals(line.y()[i], 1)).close();
      }
    }
  }

  private void name(Html html, Entry entry) {
    double base = ROW * entry.row() + BASE;
    String from = Numbers.coordinate(entry.left());
    String middle = Numbers.coordinate(base - 4);
    String to = Numbers.coordinate(entry.left() + STROKE - GAP);
    html.empty("path", "class", colour(entry.line()), "d", "M%s %sH%s".formatted(from, middle, to));
    html.label(series.get(entry.line()).name(), "", entry.left() + STROKE, base);
  }

  private void axes(Html html) {
    double yStep = Ticks.step(yMax - yMin, 5);
    for (double y : Ticks.between(yMin, yMax, yStep)) {
      String at = Numbers.coordinate(y(y));
      html.empty(
          "line",
          "class",
          "grid",
          "x1",
          Numbers.coordinate(margin),
          "x2",
          Numbers.coordinate(WIDTH - RIGHT),
          "y1",
          at,
          "y2",
          at);
      html.label(Ticks.label(y, yStep), "tick end", margin - 7, y(y) + 4);
    }
    double xStep = names.isEmpty() ? Math.max(Ticks.step(xMax - xMin, 6), leastStep()) : 1;
    for (double x : Ticks.between(xMin, xMax, xStep)) {
      if (!names.isEmpty() && x >= names.size()) {
        continue;
      }
      if (names.isEmpty()) {
        html.label(Ticks.label(x, xStep), "tick middle", x(x), height - bottom + 16);
      } else {
        category(html, names.get((int) Math.round(x)), x(x));
      }
    }
    html.label(xTitle, "axis middle", (margin + WIDTH - RIGHT) / 2, height - 3);
  }

  /** Between counts, such as of layers, nothing is measured: whole numbers have whole ticks. */
  private double leastStep() {
    boolean whole =
        series.stream()
            .flatMapToDouble(line -> Arrays.stream(line.x()))
            .allMatch(x -> x == Math.rint(x));
    return whole ? 1 : 0;
  }

  private void category(Html html, String name, double at) {
    double below = height - bottom + 16;
    if (!slanted) {
      html.label(name, "tick middle", at, below);
      return;
    }
    String place = Numbers.coordinate(at) + " " + Numbers.coordinate(below - 4);
    String turn = "translate(%s) rotate(-%s)".formatted(place, Numbers.coordinate(SLANT));
    html.leaf("text", name, "class", "tick end", "transform", turn);
  }

  private double x(double value) {
    return margin + (value - xMin) / (xMax - xMin) * (WIDTH - margin - RIGHT);
  }

  private double y(double value) {
    double clipped = Math.min(Math.max(value, yMin), yMax);
    return height - bottom - (clipped - yMin) / (yMax - yMin) * (height - top - bottom);
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
          path.append(pen ? 'L' : 'M')
              .append(Numbers.coordinate(px[k]))
              .append(' ')
              .append(Numbers.coordinate(py[k]));
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
      // About symmetric, since a one-sided mean would bend the ends of a falling curve; but not so
      // narrow at the ends that the noise returns.
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
}
