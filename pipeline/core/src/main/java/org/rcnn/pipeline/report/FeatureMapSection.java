package org.rcnn.pipeline.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.rcnn.pipeline.draw.ClassColours;
import org.rcnn.pipeline.learned.FeatureMap;
import org.rcnn.pipeline.learned.FeatureMap.Agreement;
import org.rcnn.pipeline.learned.FeatureMap.Plane;

/** Two maps of objects by their features, before and after fine-tuning. */
final class FeatureMapSection {

  static final String LEAD =
      "Each mark is one of up to "
          + FeatureMap.MOST_OBJECTS
          + " objects of the test images, evenly chosen from the classes, or a piece of background;"
          + " marks lie near each other where the network describes them alike. A map is the plane in"
          + " which the features vary most (principal components), the second turned to lie like the first; the scales"
          + " of the two are their own. Classes that overlap here may still be apart in the other"
          + " dimensions.";

  private static final double SIDE = 420;
  private static final double MARGIN = 12;
  private static final double SIZE = 4.2;

  private final FeatureMap map;
  private final List<String> classes;

  FeatureMapSection(FeatureMap map) {
    this.map = map;
    this.classes = map.classes();
  }

  void appendTo(Html html) {
    // Objects of one image alone have no neighbour in another.
    if (map.after().agreement().objects() > 0) {
      html.leaf("p", sentence(), "class", "lead");
    }
    legend(html);
    html.open("div", "class", "halves");
    plane(html, "Before fine-tuning", map.before());
    plane(html, "After fine-tuning", map.after());
    html.close();
  }

  private String sentence() {
    Agreement before = map.before().agreement();
    Agreement after = map.after().agreement();
    return "Measured in all dimensions: for each of %2$d objects the object of another image that is nearest by %1$s. It has the same class for %3$s %% (%4$d) before fine-tuning and for %5$s %% (%6$d) after, %7$s; of neighbours drawn at random, %8$s %% would."
        .formatted(
            map.layer().label(),
            after.objects(),
            Numbers.percent(before.share()),
            before.same().size(),
            Numbers.percent(after.share()),
            after.same().size(),
            Ranges.signedPoints(map.gain()),
            Numbers.percent(after.chance()));
  }

  private void legend(Html html) {
    html.open("p", "class", "legend");
    for (int c = 0; c < classes.size(); c++) {
      key(html, classes.get(c), c);
    }
    key(html, "background", -1);
    html.close();
  }

  private void key(Html html, String name, int index) {
    html.open("span").open("svg", "class", "key", "viewBox", "0 0 12 12", "aria-hidden", "true");
    mark(html, index, outline(index, 6, 6));
    html.close().text(name).close();
  }

  private void plane(Html html, String title, Plane plane) {
    html.open("figure");
    html.leaf(
        "figcaption",
        "%s: the plane shows %s %% of the variance"
            .formatted(title, Numbers.decimals(100 * plane.share(), 0)));
    double[] xs = plane.x();
    double[] ys = plane.y();
    double scale = (SIDE - 2 * MARGIN) / Math.max(1e-9, Math.max(span(xs), span(ys)));
    double left = SIDE / 2 - scale * middle(xs);
    double top = SIDE / 2 + scale * middle(ys);
    html.svg("", "map", SIDE, SIDE, title + ": objects of " + classes.size() + " classes");
    // Background first, so that objects lie on top.
    for (int c = -1; c < classes.size(); c++) {
      StringBuilder path = new StringBuilder();
      for (int i = 0; i < map.points().size(); i++) {
        if (classes.indexOf(map.points().get(i).className()) == c) {
          path.append(outline(c, left + scale * xs[i], top - scale * ys[i]));
        }
      }
      html.open("g").leaf("title", c < 0 ? "background" : classes.get(c));
      mark(html, c, path.toString());
      html.close();
    }
    html.close().close();
  }

  private static double span(double[] values) {
    return Arrays.stream(values).max().orElse(0) - Arrays.stream(values).min().orElse(0);
  }

  private static double middle(double[] values) {
    return (Arrays.stream(values).max().orElse(0) + Arrays.stream(values).min().orElse(0)) / 2;
  }

  private void mark(Html html, int index, String path) {
    String colour =
        index < 0 ? "" : "fill:" + ClassColours.css(ClassColours.of(classes.get(index)));
    html.empty("path", "class", index < 0 ? "cross" : "spot", "style", colour, "d", path);
  }

  /**
   * The outline of a mark: a cross for background; for classes in turn a circle, a square, a
   * triangle and a diamond, because colours alone may be too much alike.
   */
  private static String outline(int index, double x, double y) {
    double r = SIZE;
    if (index < 0) {
      return draw("M%.1f %.1fh%.1fM%.1f %.1fv%.1f", x - r / 2, y, r, x, y - r / 2, r);
    }
    return switch (index % 4) {
      case 0 ->
          draw(
              "M%.1f %.1fa%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 %.1f 0z",
              x - r, y, r, r, 2 * r, r, r, -2 * r);
      case 1 ->
          draw("M%.1f %.1fh%.1fv%.1fh%.1fz", x - r * .9, y - r * .9, r * 1.8, r * 1.8, -r * 1.8);
      case 2 -> draw("M%.1f %.1fl%.1f %.1fh%.1fz", x, y - r * 1.2, r * 1.2, r * 2.1, -r * 2.4);
      default ->
          draw(
              "M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fz",
              x, y - r * 1.3, r * 1.3, r * 1.3, -r * 1.3, r * 1.3, -r * 1.3, -r * 1.3);
    };
  }

  private static String draw(String form, Object... numbers) {
    return String.format(Locale.ROOT, form, numbers);
  }
}
