package org.rcnn.pipeline.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.OperatingCurve;
import org.rcnn.eval.OperatingPoint;
import org.rcnn.eval.ThresholdCriterion;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.ClassThreshold;
import org.rcnn.pipeline.stage.Thresholds;

/**
 * What a detector finds on the test images at its thresholds: precision, recall and F1 by class,
 * and beside them the highest F1 that any threshold would have had there.
 *
 * <pre>
 * class   from  precision  recall    F1  highest F1
 * -------------------------------------------------
 * cat     0.41       71.0    60.2  65.2        66.0
 * </pre>
 */
public final class ThresholdTable {

  private final Thresholds thresholds;
  private final List<Line> lines;

  /**
   * A class's line.
   *
   * @param curve on the test images
   * @param at what the class has there at its threshold
   * @param best the point with the highest F1 there; null if nothing right was found
   * @param onBasis what it had at the threshold on the images that decided it
   */
  record Line(
      ClassThreshold threshold,
      OperatingCurve curve,
      OperatingPoint at,
      OperatingPoint best,
      OperatingPoint onBasis) {}

  /**
   * A table.
   *
   * @param result the detector's evaluation on the test images
   */
  public ThresholdTable(Thresholds thresholds, EvaluationResult result) {
    this.thresholds = thresholds;
    this.lines =
        IntStream.range(0, thresholds.classes().size())
            .mapToObj(
                c ->
                    line(
                        thresholds.classes().get(c), thresholds.onBasis().get(c), result.classes()))
            .toList();
  }

  private static Line line(
      ClassThreshold threshold, OperatingPoint onBasis, List<ClassResult> results) {
    ClassResult own =
        results.stream()
            .filter(result -> result.className().equals(threshold.className()))
            .findFirst()
            .orElseThrow();
    OperatingCurve curve = OperatingCurve.of(own);
    return new Line(
        threshold,
        curve,
        curve.at(threshold.score()),
        curve.choose(ThresholdCriterion.F1, 0).orElse(null),
        onBasis);
  }

  Thresholds thresholds() {
    return thresholds;
  }

  List<Line> lines() {
    return lines;
  }

  /** All classes together, each at its own threshold. */
  OperatingPoint together() {
    return sum(lines.stream().map(Line::at).toList());
  }

  /** The same on the images that decided the thresholds. */
  OperatingPoint togetherOnBasis() {
    return sum(lines.stream().map(Line::onBasis).toList());
  }

  private static OperatingPoint sum(List<OperatingPoint> points) {
    return new OperatingPoint(
        Double.NaN,
        points.stream().mapToInt(OperatingPoint::truePositives).sum(),
        points.stream().mapToInt(OperatingPoint::falsePositives).sum(),
        points.stream().mapToInt(OperatingPoint::positives).sum());
  }

  /** The mean F1 over the classes that the test images have objects of; NaN if there is none. */
  public double meanF1() {
    return mean(lines.stream().mapToDouble(line -> line.at().f1()).toArray());
  }

  /** The mean of the highest F1 over the same classes. */
  public double meanBestF1() {
    return mean(lines.stream().mapToDouble(ThresholdTable::bestF1).toArray());
  }

  private double mean(double[] f1) {
    return IntStream.range(0, f1.length)
        .filter(c -> lines.get(c).curve().positives() > 0)
        .mapToDouble(c -> f1[c])
        .average()
        .orElse(Double.NaN);
  }

  /** The highest F1 of a class on the test images. */
  static double bestF1(Line line) {
    return line.best() == null ? 0 : line.best().f1();
  }

  /** What the thresholds were chosen for and on, as a sentence. */
  String basis() {
    String wanted =
        switch (thresholds.choose()) {
          case F1 -> "the highest F1";
          case PRECISION -> "a precision of " + Numbers.percent(thresholds.wanted()) + " %";
          case RECALL -> "a recall of " + Numbers.percent(thresholds.wanted()) + " %";
        };
    return "Chosen for %s on %d %s."
        .formatted(wanted, thresholds.images(), thresholds.basis().description());
  }

  /** The table for a console, lines ended by {@code \n}; in per cent. */
  public String toText() {
    if (lines.isEmpty()) {
      return "No threshold could be chosen: nothing right was found in %d %s.\n"
          .formatted(thresholds.images(), thresholds.basis().description());
    }
    int width =
        Math.max(
            5, lines.stream().mapToInt(l -> l.threshold().className().length()).max().orElse(0));
    String format = "%-" + width + "s  %6s  %9s  %6s  %5s  %10s\n";
    StringBuilder text = new StringBuilder();
    text.append(format.formatted("class", "from", "precision", "recall", "F1", "highest F1"));
    String rule = "-".repeat(width + 46) + "\n";
    text.append(rule);
    for (Line line : lines) {
      OperatingPoint at = line.at();
      boolean scored = line.curve().positives() > 0;
      text.append(
          format.formatted(
              line.threshold().className(),
              String.format(Locale.ROOT, "%.2f", line.threshold().score()),
              scored ? Numbers.percent(at.precision()) : "-",
              Numbers.percent(at.recall()),
              scored ? Numbers.percent(at.f1()) : "-",
              scored ? Numbers.percent(bestF1(line)) : "-"));
    }
    text.append(rule);
    text.append(
        format.formatted(
            "mean", "", "", "", Numbers.percent(meanF1()), Numbers.percent(meanBestF1())));
    return text.toString();
  }

  /**
   * Adds the thresholds and what the classes have at them to a result, as fractions: {@code
   * {"thresholds": {"cat": {"score": 0.41, "precision": …, "recall": …, "f1": …, "highest_f1":
   * …}}}}.
   */
  public void putInto(ObjectNode tree) {
    ObjectNode all = tree.putObject("thresholds");
    for (Line line : lines) {
      ObjectNode node = all.putObject(line.threshold().className());
      node.put("score", line.threshold().score());
      node.put("precision", Json.orNull(line.at().precision()));
      node.put("recall", Json.orNull(line.at().recall()));
      node.put("f1", Json.orNull(line.at().f1()));
      node.put("highest_f1", line.curve().positives() > 0 ? bestF1(line) : null);
    }
  }
}
