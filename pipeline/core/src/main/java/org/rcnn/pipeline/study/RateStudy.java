package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.train.RangeTest;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.report.StudyResult.Line;
import org.rcnn.pipeline.stage.LearningCurve;

/**
 * Multiplies the learning rate of every phase: {@code rate=0.1,0.3,1,3,10,suggested}. {@code
 * suggested} takes what a range test before each phase suggests ({@link RangeTest}), and draws the
 * test. A rate at which training diverges is left out, and the finding names it.
 */
public record RateStudy() implements Study {

  private static final String SUGGESTED = "suggested";
  private static final String RATE = "rate";
  private static final String LOSS = "last loss";
  private static final String POSITIVES = "last accuracy on positives, %";

  @Override
  public String name() {
    return "rate";
  }

  @Override
  public String question() {
    return "How small must the learning rate of fine-tuning be, and can a test suggest it?";
  }

  @Override
  public String source() {
    return "paper, section 2.3: 0.001, a tenth of pre-training's, so that fine-tuning does not spoil"
        + " what was learned; the test: Smith 2017, Cyclical learning rates for training neural"
        + " networks.";
  }

  @Override
  public String values() {
    return "Factors on the rate of every phase, and suggested for the rate that a range test before"
        + " each phase suggests. Each fine-tunes a network.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    return List.of("0.1", "0.3", "1", "3", "10", SUGGESTED);
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    // Names, since factors as numbers would crowd at the left.
    return new Axis("times the configured rate", false, "series", "rate ×", "");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    for (String value : values) {
      Map<String, String> settings = new LinkedHashMap<>();
      String label = value;
      if (value.equals(SUGGESTED)) {
        settings.put("finetune.suggest-rate", "true");
      } else {
        double factor = Values.number(name(), value);
        if (factor <= 0) {
          throw new ConfigException(
              "The study rate takes factors above 0 and the word suggested, not '%s'."
                  .formatted(value));
        }
        label = Values.label(factor);
        settings.put("finetune.suggest-rate", "false");
        for (int i = 0; i < configured.finetune().phases().size(); i++) {
          settings.put(
              "finetune.phases." + (i + 1) + ".rate",
              Double.toString(factor * configured.finetune().phases().get(i).rate()));
        }
      }
      points.add(
          new Point(
              "",
              label,
              points.size(),
              Values.with(configured, settings),
              Values.fineTunedRow(configured, configured.features().layer())));
    }
    return points;
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    List<String> notes = new ArrayList<>();
    notes.add("rate: that of the first phase. Its drops and the other phases change with it.");
    if (points.stream().anyMatch(point -> point.config().finetune().suggestRate())) {
      notes.add(
          "suggested: %s times the rate at which the loss begins to rise in a short test, whose rate grows from %s to %s; or a third, a ninth and so on of that, the first that %d iterations stand from the start."
              .formatted(
                  RangeTest.SHARE,
                  FineTuned.rate(RangeTest.LOWEST),
                  Values.label(RangeTest.HIGHEST),
                  RangeTest.TRIAL));
    }
    return notes;
  }

  @Override
  public Map<String, Double> figures(Measured point) throws IOException {
    LearningCurve curve = FineTuned.curve(point);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(RATE, curve.phases().get(0).rate());
    figures.put(LOSS, FineTuned.lastLoss(curve.curve()));
    figures.put(POSITIVES, FineTuned.lastPositiveAccuracy(curve));
    return figures;
  }

  @Override
  public List<Chart> charts(List<Measured> points) throws IOException {
    List<Chart> charts = new ArrayList<>();
    charts.add(LearningCharts.losses(points));
    Optional<RangeTest> test = firstTest(points);
    test.ifPresent(found -> charts.add(chart(found)));
    return charts;
  }

  private static Optional<RangeTest> firstTest(List<Measured> points) throws IOException {
    for (Measured point : points) {
      List<RangeTest> tests = FineTuned.curve(point).rangeTests();
      if (!tests.isEmpty()) {
        return Optional.of(tests.get(0));
      }
    }
    return Optional.empty();
  }

  private static Chart chart(RangeTest test) {
    List<Double> rates = test.points().stream().map(p -> Math.log10(p.rate())).toList();
    List<Line> lines = new ArrayList<>();
    lines.add(new Line("loss", rates, test.smoothed()));
    double top = test.smoothed().stream().mapToDouble(loss -> loss).max().orElse(1);
    test.suggestion().ifPresent(rate -> lines.add(upright(SUGGESTED, rate, top)));
    test.risesAt().ifPresent(rate -> lines.add(upright("begins to rise", rate, top)));
    return new Chart(
        "Range test of the first phase: smoothed loss while the rate grows",
        "logarithm of the rate, base 10",
        List.of(),
        false,
        lines);
  }

  private static Line upright(String name, double rate, double top) {
    double at = Math.log10(rate);
    return new Line(name, List.of(at, at), List.of(0.0, top));
  }

  @Override
  public String finding(List<Measured> points) throws IOException {
    Map<Measured, String> names = new LinkedHashMap<>();
    for (Measured point : points) {
      LearningCurve curve = FineTuned.curve(point);
      names.put(point, named(point.label(), curve.phases().get(0).rate(), curve.rangeTests()));
    }
    return sentence(points, names);
  }

  /**
   * The finding.
   *
   * @param names what each point's rate is called
   */
  static String sentence(List<Measured> points, Map<Measured, String> names) {
    Measured best = Values.best(points);
    Measured worst = Values.worst(points);
    StringBuilder text = new StringBuilder();
    text.append(
        "The best rate is %s, with %s".formatted(names.get(best), Values.percent(best.meanAp())));
    List<Measured> others = new ArrayList<>(points);
    for (Measured point : points) {
      // Of the others, the worst and what the test suggests answer the question.
      if (point != best && (point == worst || point.label().equals(SUGGESTED))) {
        others.remove(point);
        text.append(
            "; with %s the mAP is %s"
                .formatted(names.get(point), Difference.of(point, best).said()));
      }
    }
    return text + Values.ties(best, others, names::get) + ".";
  }

  /**
   * What a rate is called.
   *
   * @param label the point's
   * @param rate that of the first phase, as it was taken
   * @param tests the range tests of the phases, if there were some
   */
  static String named(String label, double rate, List<RangeTest> tests) {
    String figure = FineTuned.rate(rate);
    if (label.equals("1")) {
      return "the configured one (%s)".formatted(figure);
    }
    if (!label.equals(SUGGESTED)) {
      return "%s times the configured one (%s)".formatted(label, figure);
    }
    return !tests.isEmpty() && tests.get(0).suggestion().isEmpty()
        ? "the configured one (%s; its range test suggests none)".formatted(figure)
        : "the suggested one (%s)".formatted(figure);
  }
}
