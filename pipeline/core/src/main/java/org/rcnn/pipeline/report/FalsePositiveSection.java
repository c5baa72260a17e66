package org.rcnn.pipeline.report;

import java.util.Locale;
import java.util.Map;
import org.rcnn.eval.ClassErrors;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.ErrorKind;

/** The report's section on the kinds of false positives, class by class. */
final class FalsePositiveSection {

  private final ErrorDiagnosis errors;

  /**
   * The section.
   *
   * @param errors of at least one class
   */
  FalsePositiveSection(ErrorDiagnosis errors) {
    this.errors = errors;
  }

  void appendTo(Html html) {
    html.open("p", "class", "legend");
    for (ErrorKind kind : ErrorKind.values()) {
      html.open("span").leaf("i", "", "class", "swatch " + cssClass(kind));
      html.text(kind.title()).close();
    }
    html.close();
    html.scroll().open("table").open("thead").open("tr");
    html.leaf("th", "class").leaf("td", "", "class", "wide");
    for (ErrorKind kind : ErrorKind.values()) {
      html.leaf("th", kind.title(), "class", "n");
    }
    html.leaf("th", "missed objects", "class", "n").close().close().open("tbody");
    for (ClassErrors one : errors.classes()) {
      row(html, one.className(), one.topFalsePositives(), one.missed(), one.positives());
    }
    html.close();
    if (errors.classes().size() > 1) {
      html.open("tfoot");
      long positives = errors.classes().stream().mapToLong(ClassErrors::positives).sum();
      row(html, "all classes", errors.topFalsePositives(), errors.missed(), positives);
      html.close();
    }
    html.close().close();
  }

  /** The colour of a kind in the style sheet. */
  private static String cssClass(ErrorKind kind) {
    return "e" + (1 + kind.ordinal());
  }

  private static void row(
      Html html, String name, Map<ErrorKind, Integer> kinds, long missed, long positives) {
    double all = kinds.values().stream().mapToInt(Integer::intValue).sum();
    html.open("tr").leaf("th", name).open("td", "class", "wide");
    html.open("div", "class", "bar stacked");
    kinds.forEach(
        (kind, count) -> {
          if (count > 0) {
            double share = count / all;
            String title =
                String.format(
                    Locale.ROOT, "%s: %d (%s %%)", kind.title(), count, Numbers.percent(share));
            String width = "width:" + ReportPage.width(share);
            html.leaf("i", "", "class", cssClass(kind), "style", width, "title", title);
          }
        });
    html.close().close();
    kinds.values().forEach(count -> ReportPage.count(html, count));
    html.leaf("td", Numbers.count(missed) + " of " + Numbers.count(positives), "class", "n");
    html.close();
  }
}
