package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.rcnn.eval.AspectResult;
import org.rcnn.eval.ClassErrors;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.SizeResult;

/**
 * The report's section on how detection depends on the size and the aspect ratio of objects: one
 * small chart for each class and, first, one for all. Small groups have no column: a column of four
 * objects looks as certain as one of four hundred.
 */
final class SensitivitySection {

  /** In a smaller group each object, found or not, moves the recall by more than ten points. */
  static final int FEWEST_OBJECTS = 10;

  private static final String MEAN =
      " Classes without two such groups to compare have no chart. All classes: the mean of the"
          + " classes' AP, small groups included.";

  private static final double LEFT = 26;
  private static final double TOP = 8;

  /** As wide as a count of four digits below a column. */
  private static final double STEP = 20;

  private static final double GAP = 12;
  private static final double HEIGHT = 96;
  private static final double WIDTH = LEFT + 10 * STEP + GAP + 6;

  private final ErrorDiagnosis errors;

  /**
   * The section.
   *
   * @param errors of at least one class with objects
   */
  SensitivitySection(ErrorDiagnosis errors) {
    this.errors = errors;
  }

  /** A group of objects: its short name, how many there are and were found, and their AP. */
  private record Group(String name, String title, int positives, int found, double ap) {

    static Group of(SizeResult result) {
      return new Group(
          result.size().name(),
          result.size().title(),
          result.positives(),
          result.found(),
          result.normalisedAp());
    }

    static Group of(AspectResult result) {
      return new Group(
          result.aspect().name(),
          result.aspect().title(),
          result.positives(),
          result.found(),
          result.normalisedAp());
    }

    boolean isDrawn() {
      return positives >= FEWEST_OBJECTS && !Double.isNaN(ap);
    }
  }

  /** A chart: what it is of, the AP of all its objects, and its groups, those by size first. */
  private record Chart(String name, double ap, int sizes, List<Group> groups) {

    static Chart of(String name, double ap, List<SizeResult> sizes, List<AspectResult> aspects) {
      List<Group> groups = new ArrayList<>();
      sizes.forEach(result -> groups.add(Group.of(result)));
      aspects.forEach(result -> groups.add(Group.of(result)));
      return new Chart(name, ap, sizes.size(), groups);
    }

    /** Whether there are two columns by size, or by aspect ratio. */
    boolean compares() {
      return drawn(groups.subList(0, sizes)) > 1 || drawn(groups.subList(sizes, groups.size())) > 1;
    }

    private static long drawn(List<Group> groups) {
      return groups.stream().filter(Group::isDrawn).count();
    }

    /** Every AP that it shows. */
    DoubleStream shown() {
      return DoubleStream.concat(
              DoubleStream.of(ap), groups.stream().filter(Group::isDrawn).mapToDouble(Group::ap))
          .filter(value -> !Double.isNaN(value));
    }
  }

  void appendTo(Html html) {
    List<Chart> charts = charts();
    double highest = highest(charts);
    html.open("div", "class", "panels sensitivity");
    charts.forEach(chart -> draw(html, chart, highest));
    html.close();
    html.leaf(
        "p",
        ("Left, size: XS smallest tenth, S next two tenths, M middle four, L two, XL largest tenth."
                + " Right, width by height: XT tallest tenth, T, M, W, XW widest tenth. Below each"
                + " group: how many objects it has; groups of fewer than %d objects are left out."
                + " Dashed: AP of all objects.%s")
            .formatted(FEWEST_OBJECTS, hasMean() ? MEAN : ""),
        "class",
        "lead");
  }

  private boolean hasMean() {
    return errors.classes().size() > 1;
  }

  private List<Chart> charts() {
    List<Chart> charts = new ArrayList<>();
    if (hasMean()) {
      charts.add(Chart.of("all classes", errors.meanAp(), errors.sizes(), errors.aspects()));
    }
    for (ClassErrors one : errors.classes()) {
      Chart chart = Chart.of(one.className(), one.ap(), one.sizes(), one.aspects());
      if (one.positives() > 0 && (chart.compares() || !hasMean())) {
        charts.add(chart);
      }
    }
    return charts;
  }

  /** The charts' common end of the scale: the highest AP shown, in steps of a fifth. */
  private static double highest(List<Chart> charts) {
    double highest = charts.stream().flatMapToDouble(Chart::shown).max().orElse(0);
    return Math.min(1, Math.max(0.2, Math.ceil(highest * 5 - 1e-9) / 5));
  }

  private static void draw(Html html, Chart chart, double highest) {
    html.open("figure").open("figcaption").leaf("span", chart.name());
    html.leaf("b", Numbers.percent(chart.ap())).close();
    html.svg("", "", WIDTH, TOP + HEIGHT + 28, description(chart));
    for (double tick : new double[] {0, highest / 2, highest}) {
      line(html, "grid", LEFT, WIDTH - 6, y(tick, highest));
      html.label(Numbers.decimals(100 * tick, 0), "end", LEFT - 4, y(tick, highest) + 4);
    }
    line(html, "mark chosen", LEFT, WIDTH - 6, y(chart.ap(), highest));
    for (int i = 0; i < chart.groups().size(); i++) {
      Group group = chart.groups().get(i);
      double centre = x(i, chart.sizes());
      html.label(group.name(), "middle", centre, TOP + HEIGHT + 13);
      count(html, group, centre);
      if (group.isDrawn()) {
        bar(html, group, centre, highest);
      }
    }
    html.close().close();
  }

  /** Smaller than other text, for a class of thousands of objects. */
  private static void count(Html html, Group group, double centre) {
    html.leaf(
        "text",
        brief(group.positives()),
        "class",
        "middle",
        "style",
        "font-size:8.5px",
        "x",
        Numbers.coordinate(centre),
        "y",
        Numbers.coordinate(TOP + HEIGHT + 24));
  }

  /** A count of at most four digits, larger ones in thousands. */
  private static String brief(int count) {
    return count < 10_000 ? Integer.toString(count) : Math.round(count / 1000.0) + "k";
  }

  private static void bar(Html html, Group group, double centre, double highest) {
    double top = y(group.ap(), highest);
    html.open(
            "rect",
            "class",
            "column",
            "x",
            Numbers.coordinate(centre - STEP / 2 + 2.5),
            "y",
            Numbers.coordinate(top),
            "width",
            Numbers.coordinate(STEP - 5),
            "height",
            Numbers.coordinate(Math.max(0.5, TOP + HEIGHT - top)))
        .leaf("title", sentence(group))
        .close();
  }

  private static String sentence(Group group) {
    return String.format(
        Locale.ROOT,
        "%s: AP %s %%, %d of %d found",
        group.title(),
        Numbers.percent(group.ap()),
        group.found(),
        group.positives());
  }

  private static String description(Chart chart) {
    List<String> figures = new ArrayList<>();
    for (Group group : chart.groups()) {
      String ap = group.isDrawn() ? Numbers.percent(group.ap()) : "left out";
      figures.add(group.title() + " " + ap);
    }
    return "Normalised AP of " + chart.name() + " in per cent: " + String.join(", ", figures);
  }

  private static double x(int index, int sizes) {
    return LEFT + 2 + STEP * (index + 0.5) + (index < sizes ? 0 : GAP);
  }

  private static double y(double ap, double highest) {
    return TOP + HEIGHT * (1 - Math.min(1, Double.isNaN(ap) ? 0 : ap / highest));
  }

  private static void line(Html html, String kind, double from, double to, double at) {
    html.empty(
        "line",
        "class",
        kind,
        "x1",
        Numbers.coordinate(from),
        "x2",
        Numbers.coordinate(to),
        "y1",
        Numbers.coordinate(at),
        "y2",
        Numbers.coordinate(at));
  }
}
