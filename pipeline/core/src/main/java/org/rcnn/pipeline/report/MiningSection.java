package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.rcnn.svm.Round;

/** The report's section on hard-negative mining: a row for each class's trainings. */
final class MiningSection {

  private final Map<String, List<Round>> byClass = new LinkedHashMap<>();

  /**
   * The section.
   *
   * @param rounds the trainings, those of a class in the order in which they happened
   */
  MiningSection(List<Round> rounds) {
    for (Round round : rounds) {
      byClass.computeIfAbsent(round.className(), name -> new ArrayList<>()).add(round);
    }
  }

  void appendTo(Html html) {
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "class");
    ReportPage.heads(html, "trainings", "positives", "negatives", "hard, %", "added");
    html.leaf("th", "added by training");
    ReportPage.heads(html, "evicted", "support vectors", "objective", "duality gap");
    html.close().close().open("tbody");
    byClass.forEach((name, rounds) -> row(html, name, rounds));
    html.close().close().close();
  }

  private static void row(Html html, String name, List<Round> rounds) {
    Round last = rounds.get(rounds.size() - 1);
    html.open("tr").leaf("th", name);
    ReportPage.count(html, rounds.size());
    ReportPage.count(html, last.positives());
    ReportPage.count(html, last.negatives());
    html.leaf("td", hardShares(rounds), "class", "n");
    ReportPage.count(html, sum(rounds, Round::added));
    html.open("td");
    sparkline(html, rounds.stream().mapToInt(Round::added).toArray());
    html.close();
    ReportPage.count(html, sum(rounds, Round::evicted));
    ReportPage.count(html, last.supportVectors());
    html.leaf("td", Numbers.significant(last.objective()), "class", "n");
    double gap = (last.objective() - last.dualObjective()) / Math.abs(last.objective());
    html.leaf("td", Double.isNaN(gap) ? "-" : Numbers.decimals(100 * gap, 2) + " %", "class", "n");
    html.close();
  }

  private static long sum(List<Round> rounds, ToIntFunction<Round> count) {
    return rounds.stream().mapToLong(count::applyAsInt).sum();
  }

  /** The share of hard negatives among those examined, first and last. */
  private static String hardShares(List<Round> rounds) {
    List<String> shares =
        rounds.stream()
            .filter(round -> round.examined() > 0)
            .map(round -> Numbers.percent(round.hard() / (double) round.examined()))
            .toList();
    return switch (shares.size()) {
      case 0 -> "-";
      case 1 -> shares.get(0);
      default -> shares.get(0) + " → " + shares.get(shares.size() - 1);
    };
  }

  /** A small bar for each count, all within the width of a word. */
  private static void sparkline(Html html, int[] counts) {
    double width = 110;
    double height = 20;
    int highest = 1;
    for (int count : counts) {
      highest = Math.max(highest, count);
    }
    double step = Math.min(10, width / counts.length);
    html.svg("", "spark", width, height, "Added by training: " + Arrays.toString(counts));
    for (int i = 0; i < counts.length; i++) {
      double tall = Math.max(1, height * counts[i] / highest);
      html.empty(
          "rect",
          "x",
          Numbers.coordinate(i * step),
          "y",
          Numbers.coordinate(height - tall),
          "width",
          Numbers.coordinate(Math.max(0.4, step - (step > 3 ? 2 : 0.2))),
          "height",
          Numbers.coordinate(tall));
    }
    html.close();
  }
}
