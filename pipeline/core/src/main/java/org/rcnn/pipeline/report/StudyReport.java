package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.svm.SampleCounts;

/**
 * The result of training the same SVMs several times with one setting changed: a row for every
 * training, and the mean AP as lines over that setting.
 *
 * <p>The table also has the figures that explain the mean AP: how many regions were positives,
 * negatives or neither, how many positives the training itself left on the wrong side, and how many
 * of the most confident false positives are on the right object but fit badly.
 */
public final class StudyReport {

  private final String title;
  private final Axis axis;
  private final List<String> notes;
  private final List<Training> rows;

  /**
   * A report.
   *
   * @param title what was studied, on what
   * @param axis what was changed
   * @param notes how to read the table, a sentence each
   * @param rows the trainings, series by series
   */
  public StudyReport(String title, Axis axis, List<String> notes, List<Training> rows) {
    this.title = Objects.requireNonNull(title, "title");
    this.axis = Objects.requireNonNull(axis, "axis");
    this.notes = List.copyOf(notes);
    this.rows = List.copyOf(rows);
  }

  /**
   * What was changed, as plot and tables name it.
   *
   * @param title in words
   * @param numeric whether places along the axis are numbers; else the labels name them
   * @param series heads the column of the series
   * @param labels heads the column of the labels
   * @param prefix stands before each label in the tables
   */
  public record Axis(String title, boolean numeric, String series, String labels, String prefix) {

    /** Numbers, printed as they are. */
    public static Axis ofNumbers(String title) {
      return new Axis(title, true, "series", title, "");
    }

    /** Points that have names. */
    public static Axis ofNames(String title) {
      return new Axis(title, false, "series", title, "");
    }
  }

  /**
   * One training and its result.
   *
   * @param series the name of its line in the plot; empty if there is only one
   * @param label the value of what was changed
   * @param at its place along the axis
   * @param result how well the SVMs detect
   * @param samples what they learned from, sums over the classes
   * @param misplaced share of the positives that their last training scored below 0; NaN if unknown
   * @param localisation share of the most confident false positives that are on an object of the
   *     class but fit badly; NaN without any
   * @param seconds time of training; NaN if unknown
   */
  public record Training(
      String series,
      String label,
      double at,
      EvaluationResult result,
      SampleCounts samples,
      double misplaced,
      double localisation,
      double seconds) {

    /** Refuses missing parts. */
    public Training {
      Objects.requireNonNull(series, "series");
      Objects.requireNonNull(label, "label");
      Objects.requireNonNull(result, "result");
      Objects.requireNonNull(samples, "samples");
    }

    private double mAP() {
      return result.meanAp();
    }
  }

  private record Column(String head, boolean right, Function<Training, String> figure) {}

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>();
    if (rows.stream().anyMatch(row -> !row.series().isEmpty())) {
      columns.add(new Column(axis.series(), false, Training::series));
    }
    columns.add(new Column(axis.labels(), false, this::changed));
    columns.add(new Column("mAP", true, row -> Numbers.percent(row.mAP())));
    columns.add(new Column("positives", true, row -> positives(row.samples())));
    if (rows.stream().anyMatch(r -> r.samples().positivesAfter() != r.samples().positives())) {
      columns.add(
          new Column("up-sampled", true, row -> Numbers.count(row.samples().positivesAfter())));
    }
    columns.add(new Column("ignored", true, row -> Numbers.count(row.samples().ignored())));
    columns.add(new Column("negatives", true, row -> Numbers.count(row.samples().negatives())));
    if (rows.stream().anyMatch(r -> r.samples().negativesAfter() != r.samples().negatives())) {
      columns.add(
          new Column("down-sampled", true, row -> Numbers.count(row.samples().negativesAfter())));
    }
    columns.add(new Column("misplaced, %", true, row -> Numbers.percent(row.misplaced())));
    columns.add(new Column("bad fit, %", true, row -> Numbers.percent(row.localisation())));
    columns.add(new Column("seconds", true, row -> Numbers.decimals(row.seconds(), 1)));
    return columns;
  }

  private String changed(Training row) {
    return axis.prefix() + row.label();
  }

  private static String positives(SampleCounts samples) {
    return Numbers.count(samples.groundTruthPositives())
        + (samples.proposalPositives() == 0
            ? ""
            : " + " + Numbers.count(samples.proposalPositives()));
  }

  /** The table for a console, with an explanation of its columns below it. */
  public String toText() {
    List<Column> columns = columns();
    int[] widths = new int[columns.size()];
    for (int c = 0; c < widths.length; c++) {
      widths[c] = columns.get(c).head().length();
      for (Training row : rows) {
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
    for (Training row : rows) {
      if (!row.series().equals(series)) {
        text.append("-".repeat(total)).append('\n');
        series = row.series();
      }
      appendLine(text, columns, widths, column -> column.figure().apply(row));
    }
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
    sentences.add(
        "positives: annotated objects + proposals; counts are sums over the classes."
            + " misplaced: positives that the training itself scored below 0."
            + " bad fit: of the most confident false positives, those on the right object.");
    sentences.addAll(notes);
    return sentences;
  }

  /** The tables in GitHub's Markdown: the figures, then the AP of each class. */
  public String toMarkdown() {
    List<Column> columns = columns();
    StringBuilder text = new StringBuilder("# " + AblationTable.markdown(title) + "\n\n|");
    columns.forEach(
        column -> text.append(' ').append(AblationTable.markdown(column.head())).append(" |"));
    text.append("\n|");
    columns.forEach(column -> text.append(column.right() ? "---:|" : ":---|"));
    text.append('\n');
    for (Training row : rows) {
      text.append('|');
      columns.forEach(
          column ->
              text.append(' ')
                  .append(AblationTable.markdown(column.figure().apply(row)))
                  .append(" |"));
      text.append('\n');
    }
    text.append('\n');
    explanations().forEach(sentence -> text.append(AblationTable.markdown(sentence)).append('\n'));
    text.append("\n| class, AP in per cent |");
    rows.forEach(row -> text.append(' ').append(AblationTable.markdown(changed(row))).append(" |"));
    text.append("\n|:---|").append("---:|".repeat(rows.size())).append('\n');
    if (rows.stream().anyMatch(row -> !row.series().isEmpty())) {
      text.append("| ").append(AblationTable.markdown(axis.series())).append(" |");
      rows.forEach(
          row -> text.append(' ').append(AblationTable.markdown(row.series())).append(" |"));
      text.append('\n');
    }
    for (String name : classes()) {
      text.append("| ").append(AblationTable.markdown(name)).append(" |");
      rows.forEach(row -> text.append(' ').append(apOf(row, name)).append(" |"));
      text.append('\n');
    }
    return text.toString();
  }

  private static String apOf(Training row, String className) {
    return Numbers.percent(row.result().apByClass().getOrDefault(className, Double.NaN));
  }

  private Set<String> classes() {
    Set<String> classes = new LinkedHashSet<>();
    rows.forEach(row -> classes.addAll(row.result().apByClass().keySet()));
    return classes;
  }

  /** The plot as a standalone SVG file. */
  public String toSvg() {
    return chart().toFile(title);
  }

  /** Plot and tables as a standalone HTML page. */
  public String toHtml() {
    Html html = ReportPage.begin(title);
    html.open("body").open("header").leaf("h1", title).close().open("main");
    html.open("section").leaf("h2", "Mean average precision, in per cent");
    html.open("div", "class", "halves").open("figure");
    chart().appendTo(html, "Mean AP by " + axis.title());
    html.close().close().close();
    html.open("section").open("div", "class", "scroll");
    appendTable(html);
    html.close();
    explanations().forEach(sentence -> html.leaf("p", sentence, "class", "lead"));
    html.close();
    html.open("section").leaf("h2", "Average precision by class, in per cent");
    html.open("div", "class", "scroll");
    appendClasses(html);
    html.close().close();
    return html.close().close().close().toString();
  }

  private void appendTable(Html html) {
    List<Column> columns = columns();
    html.open("table").open("thead").open("tr");
    columns.forEach(column -> html.leaf("th", column.head(), "class", column.right() ? "n" : ""));
    html.close().close().open("tbody");
    for (Training row : rows) {
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
    if (rows.stream().anyMatch(row -> !row.series().isEmpty())) {
      html.open("tr").leaf("th", axis.series());
      rows.forEach(row -> html.leaf("th", row.series(), "class", "n"));
      html.close();
    }
    html.open("tr").leaf("th", "class");
    rows.forEach(row -> html.leaf("th", changed(row), "class", "n"));
    html.close().close().open("tbody");
    for (String name : classes()) {
      html.open("tr").leaf("th", name);
      rows.forEach(row -> html.leaf("td", apOf(row, name), "class", "n"));
      html.close();
    }
    html.close().close();
  }

  private LineChart chart() {
    Map<String, List<Training>> bySeries = new LinkedHashMap<>();
    rows.forEach(row -> bySeries.computeIfAbsent(row.series(), s -> new ArrayList<>()).add(row));
    List<LineChart.Series> lines = new ArrayList<>();
    bySeries.forEach(
        (series, points) ->
            lines.add(
                new LineChart.Series(
                    series.isEmpty() ? "mAP" : series,
                    points.stream().mapToDouble(Training::at).toArray(),
                    points.stream().mapToDouble(row -> 100 * row.mAP()).toArray())));
    List<String> names = axis.numeric() ? List.of() : rows.stream().map(Training::label).toList();
    return LineChart.ofPoints(axis.title(), names, lines);
  }
}
