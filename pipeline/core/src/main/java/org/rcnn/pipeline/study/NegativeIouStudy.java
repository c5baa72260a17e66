package org.rcnn.pipeline.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.rcnn.data.Labelled;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.stage.Heads;

/**
 * Varies the IoU below which a region is a negative: {@code negative-iou=0,0.1,0.3}.
 *
 * <p>The answer depends on the positives, so the study has two series. In the paper's, only the
 * ground truth is positive, and regions between the threshold and the ground truth are ignored. In
 * the project's, proposals from {@code svm.positive-iou} on (0.7 if that is off) are positives too;
 * a threshold above that value raises it, since no region can be both. At 0 an image with an object
 * of the class has no negatives of that class, since an IoU is never below 0.
 *
 * @param readings the series, at least one
 */
public record NegativeIouStudy(List<Positives> readings) implements Study {

  /** IoU from which proposals are positives if the configuration has no such value. */
  private static final double DEFAULT_POSITIVE_IOU = 0.7;

  /** Which regions are positives. */
  public enum Positives implements Labelled {
    /** The paper's: the ground truth. */
    GROUND_TRUTH,
    /** The project's: the ground truth and proposals that nearly fit. */
    PROPOSALS
  }

  /** Keeps its own copy. */
  public NegativeIouStudy {
    readings = List.copyOf(readings);
  }

  /** The study with both series. */
  public NegativeIouStudy() {
    this(List.of(Positives.values()));
  }

  @Override
  public String name() {
    return "negative-iou";
  }

  @Override
  public String question() {
    return "How little must a region overlap an object to be a negative of the SVMs?";
  }

  @Override
  public String source() {
    return "paper, section 2.3: of 0 to 0.5 on a validation set 0.3 was the best, and 0.5 or 0 cost 5"
        + " and 4 points.";
  }

  @Override
  public String values() {
    return "IoUs below which a region is a negative. Once with only the ground truth as positives, as"
        + " in the paper, and once with proposals from svm.positive-iou on (or 0.7) as positives"
        + " too.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    return List.of("0", "0.1", "0.3", "0.5", "0.7");
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return new Axis(
        "IoU below which a region is a negative", true, "positives", "negatives", "IoU < ");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    TreeSet<Double> thresholds = Values.numbers(name(), values);
    List<Point> points = new ArrayList<>();
    if (readings.contains(Positives.GROUND_TRUTH)) {
      thresholds.forEach(t -> points.add(point("ground truth alone", t, 0, configured)));
    }
    if (readings.contains(Positives.PROPOSALS)) {
      double line =
          configured.svm().positiveIou() > 0
              ? configured.svm().positiveIou()
              : DEFAULT_POSITIVE_IOU;
      String series = "and proposals, IoU ≥ " + Values.label(line);
      thresholds.forEach(t -> points.add(point(series, t, Math.max(line, t), configured)));
    }
    return points;
  }

  private static Point point(
      String series, double negative, double positive, PipelineConfig configured) {
    Map<String, String> settings =
        Map.of(
            "svm.negative-iou", Double.toString(negative),
            "svm.positive-iou", Double.toString(positive));
    return new Point(
        series,
        Values.label(negative),
        negative,
        Values.with(configured, settings),
        Values.row(configured, Heads.SVM));
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "With the ground truth alone as positives (the paper's reading), regions between the"
            + " threshold and the ground truth are ignored; with proposals as positives, those"
            + " between the two thresholds.");
    if (points.stream().anyMatch(point -> point.at() == 0)) {
      notes.add(
          "At 0 an image that holds the class has no negatives of it: overlaps are never below 0.");
    }
    return notes;
  }

  @Override
  public String finding(List<Measured> points) {
    StringBuilder text = new StringBuilder();
    for (String series : Values.series(points)) {
      List<Measured> line = Values.series(points, series);
      text.append(text.isEmpty() ? "" : " ");
      text.append(
          series.startsWith("ground")
              ? "With the ground truth alone as positives"
              : "With proposals as positives too");
      text.append(ofSeries(line));
    }
    return text.toString();
  }

  private static String ofSeries(List<Measured> line) {
    Measured best = Values.best(line);
    Measured worst = Values.worst(line);
    if (Values.look(best.meanAp(), worst.meanAp())) {
      return ", negatives below IoU %s give %s."
          .formatted(
              Values.list(line.stream().map(Measured::label).toList()),
              Values.percent(best.meanAp()));
    }
    List<Measured> others = line.stream().filter(point -> point != worst).toList();
    return ", negatives below IoU %s are the best (%s), and with those below %s the mAP is %s%s."
        .formatted(
            best.label(),
            Values.percent(best.meanAp()),
            worst.label(),
            Difference.of(worst, best).said(),
            Values.ties(best, others, Measured::label));
  }
}
