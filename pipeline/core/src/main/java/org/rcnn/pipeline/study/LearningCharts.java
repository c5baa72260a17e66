package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.pipeline.report.LearningLine;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.report.StudyResult.Line;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.LearningCurve;
import org.rcnn.pipeline.study.Study.Measured;

/** Curves of fine-tuning, one over the other: the second picture of studies that fine-tune. */
public final class LearningCharts {

  private LearningCharts() {}

  /** The loss on the training images, a line for every fine-tuned network. */
  public static Chart losses(List<Measured> points) throws IOException {
    return chart("Loss of fine-tuning", points, LearningPoint::loss);
  }

  /** The accuracy on regions with a class, in per cent, a line for every fine-tuned network. */
  public static Chart positiveAccuracies(List<Measured> points) throws IOException {
    return chart(
        "Accuracy of fine-tuning on positives, in per cent",
        points,
        point -> 100 * point.positiveAccuracy());
  }

  private static Chart chart(
      String title, List<Measured> points, ToDoubleFunction<LearningPoint> figure)
      throws IOException {
    // Points of several layers share a network, and are named alike.
    Map<LearningCurve, String> names = new LinkedHashMap<>();
    for (Measured measured : points) {
      if (measured.point().row().finetuned()) {
        names.putIfAbsent(new Evidence(measured.experiment()).learningCurve(), measured.label());
      }
    }
    List<Line> lines = new ArrayList<>();
    names.forEach((curve, name) -> lines.add(LearningLine.of(name, curve.curve(), figure)));
    return new Chart(title, "iteration", List.of(), false, lines);
  }
}
