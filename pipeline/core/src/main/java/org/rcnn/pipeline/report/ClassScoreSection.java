package org.rcnn.pipeline.report;

import java.util.List;
import java.util.function.ToIntFunction;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;

/** The report's section on average precision: a row for each class, and their mean. */
final class ClassScoreSection {

  private final EvaluationResult result;

  /**
   * The section.
   *
   * @param result of at least one class
   */
  ClassScoreSection(EvaluationResult result) {
    this.result = result;
  }

  void appendTo(Html html) {
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "class").leaf("th", "AP, %", "class", "n").leaf("td", "", "class", "wide");
    ReportPage.heads(html, "objects", "found", "false positives");
    html.close().close().open("tbody");
    for (ClassResult score : result.classes()) {
      html.open("tr").open("th");
      ReportPage.swatch(html, score.className());
      html.text(score.className()).close();
      html.leaf("td", Numbers.percent(score.ap()), "class", "n");
      html.open("td", "class", "wide");
      ReportPage.bar(html, score.ap(), "");
      html.close();
      ReportPage.count(html, score.positives());
      ReportPage.count(html, score.truePositives());
      ReportPage.count(html, score.falsePositives());
      html.close();
    }
    html.close();
    html.open("tfoot").open("tr").leaf("th", "all classes");
    html.leaf("td", Numbers.percent(result.meanAp()), "class", "n");
    html.open("td", "class", "wide");
    ReportPage.bar(html, result.meanAp(), "strong");
    html.close();
    count(html, ClassResult::positives);
    count(html, ClassResult::truePositives);
    count(html, ClassResult::falsePositives);
    html.close().close();
    html.close().close();
  }

  private void count(Html html, ToIntFunction<ClassResult> count) {
    List<ClassResult> classes = result.classes();
    ReportPage.count(html, classes.stream().mapToLong(count::applyAsInt).sum());
  }
}
