package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rcnn.eval.Interval;

/** A comparison of runs as text: for a console, as Markdown, and as CSV. */
final class ComparisonTable {

  private static final String HEADING =
      "what,name,run,value,low,high,difference,difference_low,difference_high\n";

  private final RunComparison comparison;
  private final ComparedRun first;

  ComparisonTable(RunComparison comparison) {
    this.comparison = comparison;
    this.first = comparison.first();
  }

  /** The findings and the mean AP of each run, for a console. */
  String toText() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("run", "mAP", "95 % range", "difference"));
    for (ComparedRun run : comparison.runs()) {
      rows.add(
          List.of(
              run.name(),
              Numbers.percent(run.meanAp()),
              Ranges.cell(run.meanRange()),
              change(run, run.over(first))));
    }
    StringBuilder text = new StringBuilder();
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String cell = row.get(c);
        String padding = " ".repeat(widths[c] - cell.length());
        line.append(c == 0 ? cell + padding : "  " + padding + cell);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    text.append('\n');
    comparison.findings().forEach(sentence -> text.append(sentence).append('\n'));
    return text.toString();
  }

  /** A difference to the first run, in points; empty for the first run itself. */
  private String change(ComparedRun run, Optional<Interval> difference) {
    if (run == first) {
      return "";
    }
    return difference.map(Ranges::signed).orElse("other images");
  }

  String toMarkdown() {
    StringBuilder text = new StringBuilder();
    String names = Findings.list(comparison.runs().stream().map(ComparedRun::name).toList());
    text.append("# ").append(MarkdownText.escaped(names)).append(" compared\n\n");
    comparison
        .findings()
        .forEach(finding -> text.append("- ").append(MarkdownText.escaped(finding)).append('\n'));

    text.append("\n## Mean average precision\n\n");
    text.append(
        "%s, in per cent; the range holds it for 95 %% of resamples of the test images. Differences are from %s, in points.\n\n"
            .formatted(comparison.metric().title(), MarkdownText.escaped(first.name())));
    heading(text, List.of("run", "detector", "mAP", "range", "difference"), 2);
    for (ComparedRun run : comparison.runs()) {
      row(
          text,
          List.of(
              run.name(),
              run.row(),
              Numbers.percent(run.meanAp()),
              Ranges.cell(run.meanRange()),
              change(run, run.over(first))));
    }

    text.append("\n## Average precision by class\n\n");
    List<String> heads = new ArrayList<>(List.of("class"));
    comparison.runs().forEach(run -> heads.add(run.name()));
    comparison.others().forEach(run -> heads.add(run.name() + ", difference"));
    heading(text, heads, 1);
    for (String name : comparison.classes()) {
      List<String> cells = new ArrayList<>(List.of(name));
      comparison.runs().forEach(run -> cells.add(Numbers.percent(run.ap(name))));
      comparison.others().forEach(run -> cells.add(change(run, run.over(first, name))));
      row(text, cells);
    }

    text.append("\n## What differs\n\n");
    differing(text, comparison.differingSettings(), "setting", "All settings are equal.\n\n");
    differing(text, comparison.differingProvenance(), "beside the settings", "");

    text.append("## Seconds by stage\n\n");
    times(text);
    return text.toString();
  }

  private void differing(
      StringBuilder text, Map<String, List<String>> differing, String head, String none) {
    if (differing.isEmpty()) {
      text.append(none);
      return;
    }
    List<String> heads = new ArrayList<>(List.of(head));
    comparison.runs().forEach(run -> heads.add(run.name()));
    heading(text, heads, heads.size());
    differing.forEach(
        (key, values) -> {
          List<String> cells = new ArrayList<>(List.of(key));
          cells.addAll(values);
          row(text, cells);
        });
    text.append('\n');
  }

  private void times(StringBuilder text) {
    List<String> heads = new ArrayList<>(List.of("stage"));
    comparison.runs().forEach(run -> heads.add(run.name()));
    heading(text, heads, 1);
    comparison
        .seconds()
        .forEach(
            (stage, seconds) -> {
              List<String> cells = new ArrayList<>(List.of(stage));
              seconds.forEach(taken -> cells.add(Numbers.decimals(taken, 1)));
              row(text, cells);
            });
  }

  /** The head of a table whose first columns are text, and the others figures. */
  private static void heading(StringBuilder text, List<String> heads, int words) {
    row(text, heads);
    text.append('|');
    for (int i = 0; i < heads.size(); i++) {
      text.append(i < words ? " --- |" : " ---: |");
    }
    text.append('\n');
  }

  private static void row(StringBuilder text, List<String> cells) {
    text.append('|');
    cells.forEach(cell -> text.append(' ').append(MarkdownText.escaped(cell)).append(" |"));
    text.append('\n');
  }

  /**
   * A line for every figure, in the form of RFC 4180: fractions and seconds, empty where there is
   * none. {@code what} is mAP, AP, seconds, setting or provenance.
   */
  String toCsv() {
    StringBuilder text = new StringBuilder(HEADING);
    for (ComparedRun run : comparison.runs()) {
      line(text, "mAP", "", run, run.meanRange(), run.over(first));
    }
    for (String name : comparison.classes()) {
      for (ComparedRun run : comparison.runs()) {
        if (!Double.isNaN(run.ap(name))) {
          line(text, "AP", name, run, run.range(name), run.over(first, name));
        }
      }
    }
    comparison
        .seconds()
        .forEach(
            (stage, seconds) ->
                values(text, "seconds", stage, seconds.stream().map(this::figure).toList()));
    comparison.differingSettings().forEach((key, all) -> values(text, "setting", key, all));
    comparison.differingProvenance().forEach((key, all) -> values(text, "provenance", key, all));
    return text.toString();
  }

  private void line(
      StringBuilder text,
      String what,
      String name,
      ComparedRun run,
      Interval value,
      Optional<Interval> difference) {
    List<String> cells = new ArrayList<>(List.of(what, name, run.name()));
    figures(value, cells);
    figures(
        run == first
            ? new Interval(Double.NaN, Double.NaN, Double.NaN)
            : difference.orElse(new Interval(Double.NaN, Double.NaN, Double.NaN)),
        cells);
    csv(text, cells);
  }

  private void figures(Interval interval, List<String> cells) {
    cells.add(figure(interval.estimate()));
    cells.add(figure(interval.low()));
    cells.add(figure(interval.high()));
  }

  private String figure(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6f", value);
  }

  private void values(StringBuilder text, String what, String name, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      String run = comparison.runs().get(i).name();
      csv(text, List.of(what, name, run, values.get(i), "", "", "", "", ""));
    }
  }

  private static void csv(StringBuilder text, List<String> cells) {
    List<String> quoted =
        cells.stream()
            .map(
                cell ->
                    cell.matches("(?s).*[\",\\r\\n].*")
                        ? '"' + cell.replace("\"", "\"\"") + '"'
                        : cell)
            .toList();
    text.append(String.join(",", quoted)).append('\n');
  }
}
