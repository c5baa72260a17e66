package org.rcnn.pipeline.study;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.stage.Head;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.study.Study.Measured;

/** What studies read values with and say figures with. */
public final class Values {

  /** So many names of a long list stand in a sentence. */
  private static final int NAMED = 3;

  private Values() {}

  /**
   * Reads one of a study's values as a number.
   *
   * @throws ConfigException if it is none, or infinite
   */
  public static double number(String study, String text) {
    try {
      double value = Double.parseDouble(text.strip());
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, as infinite numbers are.
    }
    throw new ConfigException(
        "The study %s takes numbers separated by commas, not '%s'.".formatted(study, text));
  }

  /**
   * A study's values as numbers, ascending and without duplicates, as on the plot's axis.
   *
   * @throws ConfigException if one is none, or infinite
   */
  public static TreeSet<Double> numbers(String study, List<String> values) {
    TreeSet<Double> numbers = new TreeSet<>();
    values.forEach(value -> numbers.add(number(study, value)));
    return numbers;
  }

  /**
   * Settings with some changed.
   *
   * @param changes dotted key to value
   * @throws ConfigException if a value is invalid
   */
  public static PipelineConfig with(PipelineConfig configured, Map<String, String> changes) {
    return new ConfigLoader().with(configured, changes);
  }

  /**
   * The configured network and layer under a head, without box regression, so that only what is
   * studied differs.
   */
  public static Row row(PipelineConfig configured, Head head) {
    return new Row(configured.finetune().enabled(), configured.features().layer(), head, false);
  }

  /** The configured network, layer and head, without box regression. */
  public static Row row(PipelineConfig configured) {
    return row(configured, Heads.named("svm.head", configured.svm().head()));
  }

  /** The same of the fine-tuned network; a study that asks for it without one is refused. */
  public static Row fineTunedRow(PipelineConfig configured, Tap layer) {
    return new Row(true, layer, Heads.named("svm.head", configured.svm().head()), false);
  }

  /** A number as a label; a whole number has no fraction. */
  public static String label(double value) {
    return String.format(Locale.ROOT, "%s", value).replaceAll("\\.0$", "");
  }

  /** A fraction in per cent, such as {@code 24.1 %}. */
  public static String percent(double fraction) {
    return Double.isNaN(fraction)
        ? "no mAP"
        : String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }

  /**
   * The size of the difference of two fractions, such as {@code 1.4 points}: that of the figures as
   * {@link #percent} prints them, so that readers who subtract find the same.
   */
  public static String points(double left, double right) {
    return size(Math.rint(1000 * left) / 1000 - Math.rint(1000 * right) / 1000);
  }

  /** A size in points that no two printed figures have, such as {@code 1.4 points}. */
  static String size(double fraction) {
    String points = tenths(Math.abs(fraction));
    return points + (points.equals("1.0") ? " point" : " points");
  }

  /** A fraction in points with one decimal, such as {@code -0.4}. */
  static String tenths(double fraction) {
    String text = String.format(Locale.ROOT, "%.1f", 100 * fraction);
    return text.equals("-0.0") ? "0.0" : text;
  }

  /** A number with two significant digits and no exponent, such as {@code 120} or {@code 0.012}. */
  static String digits(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(2)).toPlainString()
        : "an unknown number";
  }

  /** A setting's value with so many significant digits at most, and no exponent. */
  static String plain(double value, int digits) {
    return BigDecimal.valueOf(value)
        .round(new MathContext(digits))
        .stripTrailingZeros()
        .toPlainString();
  }

  /**
   * The points that cannot be told from the best one, as the end of a sentence: {@code ; 0.3 and
   * 0.5 are within chance of the best}. Nothing if there is none.
   *
   * @param others those that the sentence has not compared with the best yet
   * @param name what a point is called
   */
  static String ties(Measured best, List<Measured> others, Function<Measured, String> name) {
    List<String> tied =
        others.stream()
            .filter(point -> point != best && Difference.of(best, point).isWithinChance())
            .map(name)
            .toList();
    return tied.isEmpty()
        ? ""
        : "; %s %s within chance of the best"
            .formatted(list(tied), tied.size() == 1 ? "is" : "are");
  }

  /** Names as in a sentence; of many, the first few and how many more. */
  static String list(List<String> names) {
    int shown = names.size() <= NAMED + 1 ? names.size() : NAMED;
    List<String> all = new ArrayList<>(names.subList(0, shown));
    if (shown < names.size()) {
      all.add("%d others".formatted(names.size() - shown));
    }
    int last = all.size() - 1;
    return last == 0
        ? all.get(0)
        : String.join(", ", all.subList(0, last)) + " and " + all.get(last);
  }

  /** Whether two fractions are the same as {@link #percent} prints them. */
  static boolean look(double left, double right) {
    return percent(left).equals(percent(right));
  }

  /** The points of a series, in their order. */
  public static List<Measured> series(List<Measured> points, String series) {
    return points.stream().filter(m -> m.point().series().equals(series)).toList();
  }

  /** The names of the series, in their order. */
  public static List<String> series(List<Measured> points) {
    return points.stream().map(m -> m.point().series()).distinct().toList();
  }

  /** The point with the highest mAP, the first of equals; the first of all if none has one. */
  public static Measured best(List<Measured> points) {
    Measured best = points.get(0);
    for (Measured point : points) {
      if (point.meanAp() > best.meanAp() || Double.isNaN(best.meanAp())) {
        best = point;
      }
    }
    return best;
  }

  /** The point with the lowest mAP, the first of equals; the first of all if none has one. */
  public static Measured worst(List<Measured> points) {
    Measured worst = points.get(0);
    for (Measured point : points) {
      if (point.meanAp() < worst.meanAp() || Double.isNaN(worst.meanAp())) {
        worst = point;
      }
    }
    return worst;
  }
}
