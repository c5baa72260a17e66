package org.rcnn.pipeline.study;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.stage.Heads;

/**
 * Varies the IoU from which a proposal is a positive of the SVMs: {@code positive-iou=0,0.5,0.7};
 * with 0 the ground truth alone is. There is a series for the configured negatives and one for the
 * paper's. A threshold of negatives above that of positives is lowered to it, since no region can
 * be both.
 */
public record PositiveIouStudy() implements Study {

  private static final double PAPERS_NEGATIVE_IOU = 0.3;
  private static final String GROUND_TRUTH = "ground truth";

  @Override
  public String name() {
    return "positive-iou";
  }

  @Override
  public String question() {
    return "How well must a proposal fit to be a positive of the SVMs?";
  }

  @Override
  public String source() {
    return "paper, section 2.3 and appendix B: the ground truth alone.";
  }

  @Override
  public String values() {
    return "IoUs from which proposals are positives; 0: the ground truth alone. Once with the"
        + " negatives of svm.negative-iou, once with the paper's, below 0.3.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    return List.of("0.5", "0.6", "0.7", "0.8", "0.9", "0");
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return new Axis(
        "IoU from which a proposal is a positive (1: ground truth alone)",
        true,
        "negatives",
        "positives",
        "");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    Set<Double> ascending = new LinkedHashSet<>(Values.numbers(name(), values));
    if (ascending.remove(0.0)) {
      // The strictest of all, so it stands at the end.
      ascending.add(0.0);
    }
    Set<Double> negatives = new LinkedHashSet<>();
    negatives.add(configured.svm().negativeIou());
    negatives.add(PAPERS_NEGATIVE_IOU);
    List<Point> points = new ArrayList<>();
    for (double negative : negatives) {
      ascending.forEach(positive -> points.add(point(negative, positive, configured)));
    }
    return points;
  }

  private static Point point(double negative, double positive, PipelineConfig configured) {
    double lowered = positive > 0 ? Math.min(negative, positive) : negative;
    Map<String, String> settings =
        Map.of(
            "svm.negative-iou", Double.toString(lowered),
            "svm.positive-iou", Double.toString(positive));
    return new Point(
        negatives(negative),
        positive > 0 ? "IoU ≥ " + Values.label(positive) : GROUND_TRUTH,
        positive > 0 ? positive : 1,
        Values.with(configured, settings),
        Values.row(configured, Heads.SVM));
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    return List.of(
        "The ground truth is always a positive; at 1 it is alone. Where the threshold of positives is"
            + " lower than that of negatives, both are the lower one.",
        "At most svm.max-positives (%d) of a class are used, a random sample of its proposals."
            .formatted(configured.svm().maxPositives()));
  }

  @Override
  public String finding(List<Measured> points) {
    StringBuilder text = new StringBuilder();
    for (String series : Values.series(points)) {
      List<Measured> line = Values.series(points, series);
      text.append(text.isEmpty() ? "" : " ").append(ofSeries(series, line));
    }
    return text.toString();
  }

  private static String ofSeries(String series, List<Measured> line) {
    Measured best = Values.best(line);
    // Where positives begin below the series' negatives, those were lowered to them.
    String negatives = negatives(best.point().config().svm().negativeIou());
    String text =
        "With negatives of %s, positives %s%s are the best (%s)"
            .formatted(
                series,
                best.label().equals(GROUND_TRUTH) ? "of the ground truth alone" : best.label(),
                negatives.equals(series) ? "" : " against negatives lowered to " + negatives,
                Values.percent(best.meanAp()));
    Optional<Measured> alone =
        line.stream().filter(m -> m.label().equals(GROUND_TRUTH) && m != best).findFirst();
    if (alone.isPresent()) {
      text +=
          ", and with the ground truth alone the mAP is %s"
              .formatted(Difference.of(alone.get(), best).said());
    }
    List<Measured> others =
        line.stream().filter(point -> !point.label().equals(GROUND_TRUTH)).toList();
    return text + Values.ties(best, others, Measured::label) + ".";
  }

  private static String negatives(double iou) {
    return "IoU < " + Values.label(iou);
  }
}
