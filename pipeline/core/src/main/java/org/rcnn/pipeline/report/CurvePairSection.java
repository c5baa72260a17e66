package org.rcnn.pipeline.report;

import java.util.List;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;

/** Precision/recall curves of two rows, one over the other, class by class. */
final class CurvePairSection {

  private final EvaluationResult before;
  private final EvaluationResult after;
  private final List<String> names;

  /**
   * The section.
   *
   * @param contrast the two rows
   */
  CurvePairSection(Contrast contrast) {
    this.before = contrast.without().result();
    this.after = contrast.with().result();
    this.names = List.of(contrast.without().row().label(), contrast.with().row().label());
  }

  void appendTo(Html html) {
    html.open("p", "class", "legend");
    html.open("span").leaf("i", "", "class", "swatch l2").text(names.get(0)).close();
    html.open("span").leaf("i", "", "class", "swatch l1").text(names.get(1)).close();
    html.close();
    html.open("div", "class", "panels");
    for (ClassResult result : after.classes()) {
      if (result.isScored()) {
        PrecisionRecallPanel.append(html, before.of(result.className()), result);
      }
    }
    html.close();
  }
}
