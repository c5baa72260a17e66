package org.rcnn.pipeline.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.draw.ClassColours;

/**
 * A page about a run: what was found in sentences, then figures, then sections.
 *
 * <p>The page is a single file: style, charts (SVG) and pictures (data URIs) are inside it. It has
 * no scripts and needs nothing from other places, so it can be mailed, archived and printed. It
 * reads on narrow screens and follows the reader's light or dark setting.
 *
 * <p>All text may contain any characters. Equal content gives an equal page: no time stamp is
 * added.
 *
 * @param title what was run, on what
 * @param subtitle a line below it: what distinguishes the run; may be empty
 * @param findings what the page says, a sentence each, the most important first
 * @param headline the page's one figure; empty for a page without
 * @param keyFigures a few figures beside it, name to value as it is shown
 * @param problems problems that did not stop the run: skipped images, doubtful annotations
 * @param sections in the order of a reader's questions; those of nothing are left out by the caller
 * @param footer a line at the end; may be empty
 */
record ReportPage(
    String title,
    String subtitle,
    List<String> findings,
    Optional<Headline> headline,
    Map<String, String> keyFigures,
    List<String> problems,
    List<Section> sections,
    String footer) {

  /** From so many sections on, the page begins with links to them. */
  private static final int SECTIONS_WITH_LINKS = 4;

  /**
   * The page's one figure.
   *
   * @param name what it is
   * @param value as it is shown
   * @param unit behind it, smaller
   * @param remark a line below it
   */
  record Headline(String name, String value, String unit, String remark) {

    /** The unit of a change in points and, if it is known, the change's range. */
    static String points(Interval change) {
      return Ranges.isKnown(change) ? "points (%s)".formatted(Ranges.ends(change)) : "points";
    }

    /** A remark on such a change, which says what its range is. */
    static String remark(Interval change, String remark) {
      return Ranges.isKnown(change)
          ? "in brackets %d %% of resamples of the test images; %s"
              .formatted(Interval.PERCENT, remark)
          : remark;
    }
  }

  /** Keeps its own copies, the map in its order. */
  ReportPage {
    Objects.requireNonNull(title, "title");
    findings = List.copyOf(findings);
    keyFigures = Collections.unmodifiableMap(new LinkedHashMap<>(keyFigures));
    problems = List.copyOf(problems);
    sections = List.copyOf(sections);
  }

  /** The whole page, a complete HTML document. */
  String toHtml() {
    Html html = begin(title);
    html.open("body");
    header(html);
    problems(html);
    html.open("main");
    sections.forEach(section -> section.appendTo(html));
    html.close();
    if (!footer.isEmpty()) {
      html.leaf("footer", footer);
    }
    return html.close().close().toString();
  }

  /** A page up to its body; the element {@code html} stays open. */
  static Html begin(String title) {
    Html html = new Html();
    html.trusted("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
    html.empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.leaf("title", title);
    html.open("style").trusted(styleSheet()).close().close();
    return html;
  }

  private static String styleSheet() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(
          Objects.requireNonNull(in, "report.css is missing from the class path").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The report's style sheet could not be read.", e);
    }
  }

  private void header(Html html) {
    html.open("header").leaf("h1", title);
    if (!subtitle.isEmpty()) {
      html.leaf("p", subtitle, "class", "subtitle");
    }
    if (!findings.isEmpty()) {
      html.open("ul", "class", "findings");
      findings.forEach(finding -> html.leaf("li", finding));
      html.close();
    }
    figures(html);
    if (sections.size() >= SECTIONS_WITH_LINKS) {
      html.open("nav", "aria-label", "Sections");
      sections.forEach(section -> html.leaf("a", section.title(), "href", "#" + section.id()));
      html.close();
    }
    html.close();
  }

  private void figures(Html html) {
    if (headline.isEmpty() && keyFigures.isEmpty()) {
      return;
    }
    html.open("dl", "class", "figures");
    headline.ifPresent(
        first -> {
          html.open("div", "class", "headline").leaf("dt", first.name());
          html.open("dd").text(first.value()).leaf("small", " " + first.unit()).close();
          html.leaf("dd", first.remark(), "class", "metric").close();
        });
    keyFigures.forEach(
        (name, value) -> html.open("div").leaf("dt", name).leaf("dd", value).close());
    html.close();
  }

  private void problems(Html html) {
    if (problems.isEmpty()) {
      return;
    }
    html.open("aside", "id", "problems", "class", "remarks").leaf("h2", "Problems").open("ul");
    problems.forEach(problem -> html.leaf("li", problem));
    html.close().close();
  }

  /** The heads of columns of figures. */
  static void heads(Html html, String... names) {
    for (String name : names) {
      html.leaf("th", name, "class", "n");
    }
  }

  /** A cell with a count. */
  static void count(Html html, long count) {
    html.leaf("td", Numbers.count(count), "class", "n");
  }

  /** A patch of a class's colour. */
  static void swatch(Html html, String className) {
    String colour = ClassColours.css(ClassColours.of(className));
    html.leaf("i", "", "class", "swatch", "style", "background:" + colour);
  }

  /** A bar that fills a fraction of its cell. */
  static void bar(Html html, double fraction, String kind) {
    html.open("div", "class", "bar");
    if (fraction > 0) {
      html.leaf("i", "", "class", kind, "style", "width:" + width(fraction));
    }
    html.close();
  }

  /** A fraction as a length in the style of an element. */
  static String width(double fraction) {
    return Numbers.decimals(100 * Math.min(1, Math.max(0, fraction)), 2) + "%";
  }
}
