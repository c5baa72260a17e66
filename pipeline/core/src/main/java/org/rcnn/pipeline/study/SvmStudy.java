package org.rcnn.pipeline.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig.Svm;

/**
 * A study of one question about the SVMs' samples, which needs nothing but features that are there:
 * the same SVMs trained again and again with one thing changed.
 *
 * <p>{@code negative-iou=0,0.1,0.3}: below which overlap a region is a negative. The answer depends
 * on what the positives are, so the study asks twice. First as the paper does: positives are the
 * ground truth alone, and what overlaps it more than a negative may is ignored. Then as this
 * project does: proposals from {@code svm.positive-iou} on (0.7 where that is off) are positives,
 * too; a threshold above it raises it, for no region can be both. At 0 no region of an image that
 * holds the class is a negative, however far from it: an overlap is never below 0.
 *
 * <p>{@code resampling=none,up:5,down:0.3,weight:4,up:5+down:0.3}: what balances few positives
 * against many negatives. {@code up:N} counts every positive N times, {@code down:S} shows mining
 * the share S of the negatives, {@code weight:W} sets the cost of a positive relative to a
 * negative; {@code +} joins them, and what a value does not name is off (the weight: as
 * configured).
 *
 * @param name {@code negative-iou} or {@code resampling}
 * @param axis what varies, in words
 * @param points what is trained and evaluated, series by series
 */
public record SvmStudy(String name, String axis, List<Point> points) {

  /** From here on proposals are positives where the configuration has none. */
  private static final double DEFAULT_POSITIVE_IOU = 0.7;

  /** Keeps its own copy of the points. */
  public SvmStudy {
    points = List.copyOf(points);
  }

  /**
   * One training.
   *
   * @param series which line of the plot it is on
   * @param label what was varied
   * @param at its place along the axis
   * @param settings the head's settings
   */
  public record Point(String series, String label, double at, Svm settings) {}

  /** What the positives of the study of negative-iou are. */
  public enum Positives {
    /** The paper's: the ground truth. */
    GROUND_TRUTH,
    /** The project's: proposals that nearly fit, too. */
    PROPOSALS
  }

  /** Whether the axis is one of numbers; else its points have names. */
  public boolean isNumeric() {
    return name.equals("negative-iou");
  }

  /**
   * Reads a study as the command line writes it.
   *
   * @param text name and values, such as {@code negative-iou=0,0.1,0.3}
   * @param configured the settings that it starts from
   * @param positives the series of the study of negative-iou, at least one
   * @throws ConfigException if there is no such study or a value is none of its
   */
  public static SvmStudy parse(String text, Svm configured, List<Positives> positives) {
    String[] parts = text.split("=", 2);
    if (parts.length < 2 || parts[1].isBlank()) {
      throw new ConfigException(
          "--study takes a name and values, such as negative-iou=0,0.3,0.7; got '%s'."
              .formatted(text));
    }
    List<String> values = List.of(parts[1].split(",", -1));
    return switch (parts[0]) {
      case "negative-iou" -> negativeIou(values, configured, positives);
      case "resampling" -> resampling(values, configured);
      default ->
          throw new ConfigException(
              "There is no study '%s'; there are negative-iou and resampling.".formatted(parts[0]));
    };
  }

  private static SvmStudy negativeIou(
      List<String> values, Svm configured, List<Positives> positives) {
    // Ascending and each once, as the plot's axis is.
    TreeSet<Double> thresholds = new TreeSet<>();
    values.forEach(value -> thresholds.add(number("negative-iou", value)));
    List<Point> points = new ArrayList<>();
    if (positives.contains(Positives.GROUND_TRUTH)) {
      for (double t : thresholds) {
        points.add(new Point("ground truth alone", label(t), t, configured.withThresholds(t, 0)));
      }
    }
    if (positives.contains(Positives.PROPOSALS)) {
      double line = configured.positiveIou() > 0 ? configured.positiveIou() : DEFAULT_POSITIVE_IOU;
      for (double t : thresholds) {
        points.add(
            new Point(
                "and proposals, IoU ≥ " + label(line),
                label(t),
                t,
                configured.withThresholds(t, Math.max(line, t))));
      }
    }
    return new SvmStudy("negative-iou", "IoU below which a region is a negative", points);
  }

  private static SvmStudy resampling(List<String> values, Svm configured) {
    List<Point> points = new ArrayList<>();
    for (String value : values) {
      points.add(new Point("", value.strip(), points.size(), resampled(value.strip(), configured)));
    }
    return new SvmStudy("resampling", "resampling", points);
  }

  private static Svm resampled(String value, Svm configured) {
    double weight = configured.positiveWeight();
    int copies = 1;
    double share = 1;
    if (!value.equals("none")) {
      for (String term : value.split("\\+", -1)) {
        String[] parts = term.split(":", 2);
        double amount = parts.length == 2 ? number("resampling", parts[1]) : Double.NaN;
        switch (parts[0]) {
          case "up" -> copies = whole(term, amount);
          case "down" -> share = amount;
          case "weight" -> weight = amount;
          default -> throw unknown(value);
        }
        if (Double.isNaN(amount)) {
          throw unknown(value);
        }
      }
    }
    return configured.withResampling(weight, copies, share);
  }

  private static int whole(String term, double amount) {
    if (amount != Math.rint(amount) || amount > Integer.MAX_VALUE) {
      throw new ConfigException(
          "'%s' is no number of copies; write a whole number, such as up:5.".formatted(term));
    }
    return (int) amount;
  }

  private static ConfigException unknown(String value) {
    return new ConfigException(
        "'%s' is no resampling; write none, up:N, down:SHARE, weight:W or several joined by +."
            .formatted(value));
  }

  private static double number(String study, String text) {
    try {
      double value = Double.parseDouble(text.strip());
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new ConfigException(
        "The study of %s takes numbers separated by commas, not '%s'.".formatted(study, text));
  }

  private static String label(double value) {
    return String.format(Locale.ROOT, "%s", value).replaceAll("\\.0$", "");
  }
}
