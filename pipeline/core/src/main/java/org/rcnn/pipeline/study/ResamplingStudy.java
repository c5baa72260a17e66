package org.rcnn.pipeline.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.stage.Heads;

/**
 * Varies how few positives are balanced against many negatives: {@code
 * resampling=none,up:5,down:0.3,weight:4,up:5+down:0.3}.
 *
 * <p>{@code up:N} counts every positive N times, {@code down:S} shows mining the share S of the
 * negatives, {@code weight:W} sets the cost of a positive relative to a negative; {@code +} joins
 * them. What a value does not name is off, except the weight, which is then as configured.
 */
public record ResamplingStudy() implements Study {

  private static final String NONE = "none";
  private static final String UPSAMPLING = "svm.positive-upsampling";
  private static final String SAMPLING = "svm.negative-sampling";
  private static final String WEIGHT = "svm.positive-weight";

  @Override
  public String name() {
    return "resampling";
  }

  @Override
  public String question() {
    return "Do the SVMs gain if their few positives are counted more often than their many negatives?";
  }

  @Override
  public String source() {
    return "the usual advice for unbalanced classes; the paper, section 2.3, mines hard negatives"
        + " instead, and its authors weigh a positive twice.";
  }

  @Override
  public String values() {
    return "none; up:N counts each positive N times, down:SHARE shows mining that share of the"
        + " negatives, weight:W is the cost of a positive; + joins them.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    return List.of(NONE, "up:5", "down:0.3", "weight:4", "up:5+down:0.3");
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNames("resampling");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    for (String value : values) {
      points.add(
          new Point(
              "",
              value,
              points.size(),
              Values.with(configured, settings(value)),
              Values.row(configured, Heads.SVM)));
    }
    return points;
  }

  private static Map<String, String> settings(String value) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(UPSAMPLING, "1");
    settings.put(SAMPLING, "1");
    if (value.equals(NONE)) {
      return settings;
    }
    for (String term : value.split("\\+", -1)) {
      String[] parts = term.split(":", 2);
      if (parts.length < 2) {
        throw unknown(value);
      }
      double amount = Values.number("resampling", parts[1]);
      switch (parts[0]) {
        case "up" -> settings.put(UPSAMPLING, Integer.toString(whole(term, amount)));
        case "down" -> settings.put(SAMPLING, Double.toString(amount));
        case "weight" -> settings.put(WEIGHT, Double.toString(amount));
        default -> throw unknown(value);
      }
    }
    return settings;
  }

  private static int whole(String term, double amount) {
    if (amount != Math.rint(amount) || Math.abs(amount) > Integer.MAX_VALUE) {
      throw new ConfigException(
          "'%s' does not give a whole number of copies; write one, such as up:5.".formatted(term));
    }
    return (int) amount;
  }

  private static ConfigException unknown(String value) {
    return new ConfigException(
        "'%s' is not a resampling; write none, up:N, down:SHARE, weight:W or several joined by +."
            .formatted(value));
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    PipelineConfig.Svm svm = configured.svm();
    return List.of(
        "Negatives: IoU < %s; positives: ground truth%s; up:N counts positives N times, down:S shows mining the share S of the negatives, weight:W makes a positive cost W times a negative (else %s)."
            .formatted(
                svm.negativeIou(),
                svm.positiveIou() > 0 ? " and proposals, IoU ≥ " + svm.positiveIou() : "",
                svm.positiveWeight()));
  }

  @Override
  public String finding(List<Measured> points) {
    Measured best = Values.best(points);
    Optional<Measured> none = points.stream().filter(m -> m.label().equals(NONE)).findFirst();
    if (none.isEmpty()) {
      return "The best is %s, with %s%s."
          .formatted(
              best.label(),
              Values.percent(best.meanAp()),
              Values.ties(best, points, Measured::label));
    }
    List<Measured> others = points.stream().filter(m -> m != none.get()).toList();
    if (others.isEmpty()) {
      return "Without resampling the SVMs reach %s.".formatted(Values.percent(best.meanAp()));
    }
    List<Measured> helping =
        others.stream().filter(m -> Difference.of(m, none.get()).isHigher()).toList();
    Measured told = Values.best(helping.isEmpty() ? others : helping);
    return "%s: without any the SVMs reach %s, and with %s they reach %s, %s."
        .formatted(
            helping.isEmpty() ? "No resampling helps beyond chance" : "Resampling helps",
            Values.percent(none.get().meanAp()),
            told.label(),
            Values.percent(told.meanAp()),
            Difference.of(told, none.get()).said());
  }
}
