package org.rcnn.pipeline.report;

import java.util.List;
import org.rcnn.eval.ClassResult;

/** The report's section of precision/recall plots, one for each class with objects. */
final class PrecisionRecallSection {

  private final List<ClassResult> classes;

  /**
   * The section.
   *
   * @param classes the results; those without objects have no plot
   */
  PrecisionRecallSection(List<ClassResult> classes) {
    this.classes = List.copyOf(classes);
  }

  void appendTo(Html html) {
    html.open("div", "class", "panels");
    classes.stream()
        .filter(ClassResult::isScored)
        .forEach(result -> PrecisionRecallPanel.append(html, result));
    html.close();
  }
}
