package org.rcnn.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.pipeline.report.StudyResult.Line;

/** A curve of fine-tuning as a line to be laid over others. */
public final class LearningLine {

  /**
   * A curve is drawn as the means of at most this many parts: several noisy ones hide each other.
   */
  private static final int PARTS = 60;

  private LearningLine() {}

  /**
   * The means of a curve's parts, each at its last iteration.
   *
   * @param name in the legend
   * @param curve the points in their order
   * @param figure what is drawn of a point
   */
  public static Line of(
      String name, List<LearningPoint> curve, ToDoubleFunction<LearningPoint> figure) {
    int parts = Math.min(PARTS, curve.size());
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      List<LearningPoint> within =
          curve.subList(part * curve.size() / parts, (part + 1) * curve.size() / parts);
      x.add((double) within.get(within.size() - 1).iteration());
      y.add(within.stream().mapToDouble(figure).average().orElse(Double.NaN));
    }
    return new Line(name, x, y);
  }
}
