package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.rcnn.eval.AspectResult;
import org.rcnn.eval.ClassErrors;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.SizeResult;

/**
 * The report's section on how detection depends on the size and the aspect ratio of objects: one
 * small chart for each class and, first, one for all.
 */
final class SensitivitySection {

  private static final double LEFT = 26;
  private static final double TOP = 8;
  private static final double STEP = 17;
  private static final double GAP = 16;
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
  }

  void appendTo(Html html) {
    double highest = highest();
    html.open("div", "class", "panels sensitivity");
    if (errors.classes().size() > 1) {
      chart(html, "all classes", errors.meanAp(), errors.sizes(), errors.aspects(), highest);
    }
    for (ClassErrors one : errors.classes()) {
      if (one.positives() > 0) {
        chart(html, one.className(), one.ap(), one.sizes(), one.aspects(), highest);
      }
    }
    html.close();
    html.leaf(
        "p",
        "Left, size: XS smallest tenth, S next two tenths, M middle four, L two, XL largest tenth."
            + " Right, width by height: XT tallest tenth, T, M, W, XW widest tenth. Dashed: AP of"
            + " all objects.",
        "class",
        "lead");
  }

  /** The charts' common end of the scale: the highest AP shown, in steps of a fifth. */
  private double highest() {
    double highest = 0;
    for (ClassErrors one : errors.classes()) {
      for (Group group : groups(one.sizes(), one.aspects())) {
        highest = Math.max(highest, Double.isNaN(group.ap()) ? 0 : group.ap());
      }
      highest = Math.max(highest, Double.isNaN(one.ap()) ? 0 : one.ap());
    }
    return Math.min(1, Math.max(0.2, Math.ceil(highest * 5 - 1e-9) / 5));
  }

  private static List<Group> groups(List<SizeResult> sizes, List<AspectResult> aspects) {
    List<Group> groups = new ArrayList<>();
    sizes.forEach(result -> groups.add(Group.of(result)));
    aspects.forEach(result -> groups.add(Group.of(result)));
    return groups;
  }

  private static void chart(
      Html html,
      String name,
      double ap,
      List<SizeResult> sizes,
      List<AspectResult> aspects,
      double highest) {
    List<Group> groups = groups(sizes, aspects);
    html.open("figure").open("figcaption").leaf("span", name);
    html.leaf("b", Numbers.percent(ap)).close();
    html.svg("", "", WIDTH, TOP + HEIGHT + 18, description(name, groups));
    for (double tick : new double[] {0, highest / 2, highest}) {
      line(html, "grid", LEFT, WIDTH - 6, y(tick, highest));
      html.label(Numbers.decimals(100 * tick, 0), "end", LEFT - 4, y(tick, highest) + 4);
    }
    line(html, "mark chosen", LEFT, WIDTH - 6, y(ap, highest));
    for (int i = 0; i < groups.size(); i++) {
      bar(html, groups.get(i), x(i, sizes.size()), highest);
    }
    html.close().close();
  }

  private static void bar(Html html, Group group, double centre, double highest) {
    html.label(group.name(), "middle", centre, TOP + HEIGHT + 13);
    if (Double.isNaN(group.ap())) {
      return;
    }
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

  private static String description(String name, List<Group> groups) {
    List<String> figures = new ArrayList<>();
    groups.forEach(group -> figures.add(group.title() + " " + Numbers.percent(group.ap())));
    return "Normalised AP of " + name + " in per cent: " + String.join(", ", figures);
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
