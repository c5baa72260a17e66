package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.report.StudyResult.Line;
import org.rcnn.pipeline.report.StudyResult.Point;
import org.rcnn.pipeline.report.StudyResult.Samples;

/**
 * A study's finding, its table with a row for every point, and its pictures: the mean AP as lines
 * over what was changed, and those of the study's own.
 *
 * <p>The table also has the figures that explain the mean AP: where SVMs were trained, how many
 * regions were positives, negatives or neither, and how many positives the training itself left on
 * the wrong side; how many of the most confident false positives are on the right object but fit
 * badly; and what the study adds. Beside the mean AP stands the range that holds it for 95 % of
 * resamples of the test images.
 */
public final class StudyReport {

  /** Where the first sentence of a finding, the page's heading, ends. */
  private static final Pattern SENTENCE_END = Pattern.compile("(?<=\\.) (?=[A-Z])");

  private static final String RANGE = "95 %";
  private static final String MEAN_AP = "Mean average precision, in per cent";

  private final StudyResult result;
  private final Map<String, String> settings;
  private final Axis axis;
  private final List<Point> rows;

  /** The report of a result. */
  public StudyReport(StudyResult result) {
    this(result, Map.of());
  }

  /**
   * The report of a result.
   *
   * @param settings those that the study started from, value by key in the order of the page
   */
  public StudyReport(StudyResult result, Map<String, String> settings) {
    this.result = Objects.requireNonNull(result, "result");
    this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    this.axis = result.axis();
    this.rows = result.rows();
  }

  private record Column(String head, boolean right, Function<Point, String> figure) {}

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    if (hasSeries()) {
      columns.add(new Column(axis.series(), false, Point::series));
    }
    columns.add(new Column(axis.labels(), false, this::changed));
    columns.add(new Column("mAP", true, row -> Numbers.percent(row.meanAp())));
    if (rows.stream().map(Point::range).anyMatch(Ranges::isKnown)) {
      columns.add(new Column(RANGE, true, row -> Ranges.cell(row.range())));
    }
    Set<String> figures = new LinkedHashSet<>();
    rows.forEach(row -> figures.addAll(row.figures().keySet()));
    figures.forEach(figure -> columns.add(new Column(figure, true, row -> figure(row, figure))));
    if (rows.stream().anyMatch(row -> row.samples() != null)) {
      addSamples(columns);
      columns.add(new Column("misplaced, %", true, row -> Numbers.percent(row.misplaced())));
    }
    columns.add(new Column("bad fit, %", true, row -> Numbers.percent(row.localisation())));
    columns.add(new Column("seconds", true, row -> Numbers.decimals(row.seconds(), 1)));
    return columns;
  }

  private boolean hasSeries() {
    return rows.stream().anyMatch(row -> !row.series().isEmpty());
  }

  private static String figure(Point row, String name) {
    double value = row.figures().getOrDefault(name, Double.NaN);
    return Math.abs(value) >= 1000 ? Numbers.count(Math.round(value)) : plain(value);
  }

  /** A whole number without decimals, another with four digits. */
  private static String plain(double value) {
    return value == Math.rint(value)
        ? Numbers.count(Math.round(value))
        : Numbers.significant(value);
  }

  private void addSamples(List<Column> columns) {
    columns.add(samples("positives", StudyReport::positives));
    if (anySamples(s -> s.positivesAfter() != s.positives())) {
      columns.add(samples("up-sampled", s -> Numbers.count(s.positivesAfter())));
    }
    columns.add(samples("ignored", s -> Numbers.count(s.ignored())));
    columns.add(samples("negatives", s -> Numbers.count(s.negatives())));
    if (anySamples(s -> s.negativesAfter() != s.negatives())) {
      columns.add(samples("down-sampled", s -> Numbers.count(s.negativesAfter())));
    }
  }

  private static Column samples(String head, Function<Samples, String> figure) {
    return new Column(head, true, row -> row.samples() == null ? "-" : figure.apply(row.samples()));
  }

  private boolean anySamples(Predicate<Samples> test) {
    return rows.stream().map(Point::samples).filter(Objects::nonNull).anyMatch(test);
  }

  private String changed(Point row) {
    return axis.prefix() + row.label();
  }

  private static String positives(Samples samples) {
    return Numbers.count(samples.groundTruth())
        + (samples.proposals() == 0 ? "" : " + " + Numbers.count(samples.proposals()));
  }

  /** The table for a console, with the finding and an explanation of its columns below it. */
  public String toText() {
    List<Column> columns = columns();
    int[] widths = new int[columns.size()];
    for (int c = 0; c < widths.length; c++) {
      widths[c] = columns.get(c).head().length();
      for (Point row : rows) {
        widths[c] = Math.max(widths[c], columns.get(c).figure().apply(row).length());
      }
    }
    StringBuilder text = new StringBuilder();
    appendLine(text, columns, widths, Column::head);
    int total = 2 * (widths.length - 1);
    for (int width : widths) {
      total += width;
    }
    String series = null;
    for (Point row : rows) {
      if (!row.series().equals(series)) {
        text.append("-".repeat(total)).append('\n');
        series = row.series();
      }
      appendLine(text, columns, widths, column -> column.figure().apply(row));
    }
    text.append('\n').append(result.question()).append('\n');
    text.append(result.finding()).append("\n\n");
    explanations().forEach(sentence -> text.append(sentence).append('\n'));
    return text.toString();
  }

  private static void appendLine(
      StringBuilder text, List<Column> columns, int[] widths, Function<Column, String> cell) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String value = cell.apply(columns.get(c));
      String room = " ".repeat(widths[c] - value.length());
      line.append(c == 0 ? "" : "  ");
      line.append(columns.get(c).right() ? room + value : value + room);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private List<String> explanations() {
    List<String> sentences = new ArrayList<>();
    if (rows.stream().map(Point::range).anyMatch(Ranges::isKnown)) {
      sentences.add(
          RANGE
              + ": the range of the mAP over 95 % of sets of as many images, drawn with replacement"
              + " from the test images. All rows see the same sets, so a difference is surer than"
              + " two ranges suggest.");
      if (rows.size() > 2) {
        sentences.add(
            "Where the finding names a best row, it is chosen on these test images, so its lead looks"
                + " larger than it is.");
      }
    }
    if (rows.stream().anyMatch(row -> row.samples() != null)) {
      sentences.add(
          "positives: annotated objects + proposals; counts are sums over the classes."
              + " misplaced: positives that the training itself scored below 0.");
    }
    sentences.add(
        "bad fit: of the most confident false positives, those on the right object."
            + " seconds: to make what not all rows share.");
    sentences.addAll(result.notes());
    sentences.add("Source: " + result.source());
    return sentences;
  }

  /** The tables in GitHub's Markdown: the figures, then the AP of each class. */
  public String toMarkdown() {
    List<Column> columns = columns();
    StringBuilder text = new StringBuilder("# " + MarkdownText.escaped(result.question()) + "\n\n");
    text.append("**").append(MarkdownText.escaped(result.finding())).append("**\n\n");
    text.append(MarkdownText.escaped(subject())).append("\n\n|");
    columns.forEach(
        column -> text.append(' ').append(MarkdownText.escaped(column.head())).append(" |"));
    text.append("\n|");
    columns.forEach(column -> text.append(column.right() ? "---:|" : ":---|"));
    text.append('\n');
    for (Point row : rows) {
      text.append('|');
      columns.forEach(
          column ->
              text.append(' ')
                  .append(MarkdownText.escaped(column.figure().apply(row)))
                  .append(" |"));
      text.append('\n');
    }
    text.append('\n');
    explanations().forEach(sentence -> text.append(MarkdownText.escaped(sentence)).append('\n'));
    text.append("\n| class, AP in per cent |");
    rows.forEach(row -> text.append(' ').append(MarkdownText.escaped(changed(row))).append(" |"));
    text.append("\n|:---|").append("---:|".repeat(rows.size())).append('\n');
    if (hasSeries()) {
      text.append("| ").append(MarkdownText.escaped(axis.series())).append(" |");
      rows.forEach(row -> text.append(' ').append(MarkdownText.escaped(row.series())).append(" |"));
      text.append('\n');
    }
    for (String name : result.classes()) {
      text.append("| ").append(MarkdownText.escaped(name)).append(" |");
      rows.forEach(row -> text.append(' ').append(apOf(row, name)).append(" |"));
      text.append('\n');
    }
    return text.toString();
  }

  private String subject() {
    return "Study %s: %s.".formatted(result.study(), result.subject());
  }

  private static String apOf(Point row, String className) {
    return Numbers.percent(row.ap().getOrDefault(className, Double.NaN));
  }

  /** The plot of the mean AP as a standalone SVG file. */
  public String toSvg() {
    return chart().toFile(MEAN_AP, result.question());
  }

  /** One of the study's own pictures as a standalone SVG file. */
  public String toSvg(Chart chart) {
    return drawn(chart).toFile(chart.title(), chart.title());
  }

  /** The finding, plots, tables and settings as a standalone HTML page. */
  public String toHtml() {
    Html html = ReportPage.begin(result.question());
    html.open("body").open("header").leaf("h1", result.question());
    html.leaf("p", subject(), "class", "subtitle").close().open("main");
    String[] sentences = SENTENCE_END.split(result.finding(), 2);
    html.open("section").leaf("h2", sentences[0]);
    if (sentences.length > 1) {
      html.leaf("p", sentences[1]);
    }
    html.open("div", "class", "halves");
    appendCharts(html);
    html.close().close();
    html.open("section").leaf("h2", "All figures").scroll();
    appendTable(html);
    html.close();
    explanations().forEach(sentence -> html.leaf("p", sentence, "class", "lead"));
    html.close();
    html.open("section").leaf("h2", "Average precision by class, in per cent");
    html.scroll();
    appendClasses(html);
    html.close().close();
    RunFindings.configuration(settings).forEach(section -> section.appendTo(html));
    return html.close().close().close().toString();
  }

  /** The pictures, each a figure: the mean AP, then the study's own. */
  void appendCharts(Html html) {
    html.open("figure").leaf("figcaption", MEAN_AP);
    chart().appendTo(html, "Mean AP by " + axis.title());
    html.close();
    for (Chart chart : result.charts()) {
      html.open("figure").leaf("figcaption", chart.title());
      drawn(chart).appendTo(html, chart.title());
      html.close();
    }
  }

  private void appendTable(Html html) {
    List<Column> columns = columns();
    html.open("table").open("thead").open("tr");
    columns.forEach(column -> html.leaf("th", column.head(), "class", column.right() ? "n" : ""));
    html.close().close().open("tbody");
    for (Point row : rows) {
      html.open("tr");
      columns.forEach(
          column ->
              html.leaf("td", column.figure().apply(row), "class", column.right() ? "n" : ""));
      html.close();
    }
    html.close().close();
  }

  private void appendClasses(Html html) {
    html.open("table").open("thead");
    if (hasSeries()) {
      html.open("tr").leaf("th", axis.series());
      rows.forEach(row -> html.leaf("th", row.series(), "class", "n"));
      html.close();
    }
    html.open("tr").leaf("th", "class");
    rows.forEach(row -> html.leaf("th", changed(row), "class", "n"));
    html.close().close().open("tbody");
    for (String name : result.classes()) {
      html.open("tr").leaf("th", name);
      rows.forEach(row -> html.leaf("td", apOf(row, name), "class", "n"));
      html.close();
    }
    html.close().close();
  }

  private LineChart chart() {
    List<LineChart.Series> lines = new ArrayList<>();
    for (String series : result.series()) {
      // The table keeps the order of the values asked for; a line goes from left to right.
      List<Point> points =
          rows.stream()
              .filter(row -> row.series().equals(series))
              .sorted(Comparator.comparingDouble(Point::at))
              .toList();
      lines.add(
          new LineChart.Series(
              series.isEmpty() ? "mAP" : series,
              points.stream().mapToDouble(Point::at).toArray(),
              points.stream().mapToDouble(row -> 100 * row.meanAp()).toArray(),
              points.stream().mapToDouble(row -> 100 * row.low()).toArray(),
              points.stream().mapToDouble(row -> 100 * row.high()).toArray()));
    }
    return LineChart.ofPoints(axis.title(), names(), lines);
  }

  /** The labels below the places 0, 1, 2 and so on, which series may share. */
  private List<String> names() {
    Map<Double, String> names = new TreeMap<>();
    if (!axis.numeric()) {
      rows.forEach(row -> names.putIfAbsent(row.at(), row.label()));
    }
    return List.copyOf(names.values());
  }

  private static LineChart drawn(Chart chart) {
    List<LineChart.Series> lines = chart.lines().stream().map(StudyReport::drawn).toList();
    return chart.marked()
        ? LineChart.ofPoints(chart.axis(), chart.names(), lines)
        : LineChart.overlaid(chart.axis(), lines);
  }

  private static LineChart.Series drawn(Line line) {
    return new LineChart.Series(
        line.name(),
        line.x().stream().mapToDouble(x -> x).toArray(),
        line.y().stream().mapToDouble(y -> y).toArray());
  }
}
