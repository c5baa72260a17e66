package org.rcnn.pipeline.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.RunComparison;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.stage.LearningCurve;
import org.rcnn.pipeline.stage.Row;

/**
 * Varies the weights that the network starts from: {@code start=none,embedded,crops.safetensors}.
 * There is a series of the networks as they start and one of the same fine-tuned, in which all
 * layers learn.
 *
 * <p>Weights of object crops are made by {@code data crops} and {@code pretrain}.
 */
public record StartStudy() implements Study {

  private static final String NONE = "none";
  private static final String EMBEDDED = "embedded";
  private static final String SCRATCH = "from scratch";
  private static final String AS_IT_STARTS = "as it starts";
  private static final String FINE_TUNED = "fine-tuned";
  private static final String LOSS = "last loss";

  /** Who gets less of the positives right than this, in per cent, has hardly begun to learn. */
  private static final double HARDLY = 5;

  private static final String POSITIVES = "last accuracy on positives, %";

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String question() {
    return "Does pre-training start fine-tuning in a better place, and which pre-training?";
  }

  @Override
  public String source() {
    return "paper, section 2.3: a network pre-trained on ImageNet's images; that objects suit"
        + " detection better than whole images is often said since.";
  }

  @Override
  public String values() {
    return "What network.weights takes: none for a network from scratch, embedded, or weight files,"
        + " such as one that pretrain has made of the objects that data crops cuts out. Each"
        + " fine-tunes a network.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    String weights = configured.network().weights();
    return List.of(NONE, weights.equals(NONE) ? EMBEDDED : weights);
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNames("starting weights").withSeries("network");
  }

  /** What the values are called: a file by as much of its path as tells it from the others. */
  private static List<String> labels(List<String> values) {
    List<String> files =
        values.stream().filter(value -> !value.equals(NONE) && !value.equals(EMBEDDED)).toList();
    List<String> names = RunComparison.names(files.stream().map(Path::of).toList());
    List<String> labels = new ArrayList<>();
    for (String value : values) {
      labels.add(
          value.equals(NONE)
              ? SCRATCH
              : value.equals(EMBEDDED) ? EMBEDDED : names.get(files.indexOf(value)));
    }
    return labels;
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    List<String> labels = labels(values);
    for (boolean finetuned : new boolean[] {false, true}) {
      for (int at = 0; at < values.size(); at++) {
        Map<String, String> settings = new LinkedHashMap<>(FineTuned.allLearn(configured));
        settings.put("network.weights", "'" + values.get(at).replace("'", "''") + "'");
        points.add(
            new Point(
                finetuned ? FINE_TUNED : AS_IT_STARTS,
                labels.get(at),
                at,
                Values.with(configured, settings),
                finetuned
                    ? Values.fineTunedRow(configured, configured.features().layer())
                    : startingRow(configured)));
      }
    }
    return points;
  }

  private static Row startingRow(PipelineConfig configured) {
    Row tuned = Values.fineTunedRow(configured, configured.features().layer());
    return new Row(false, tuned.layer(), tuned.head(), false);
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "In fine-tuning all layers learn, in every phase. Layers without starting weights are new:"
            + " from scratch all are, and learn at the new layers' rates.");
    notes.add("%s and %s: means of the last tenth of fine-tuning.".formatted(LOSS, POSITIVES));
    return notes;
  }

  @Override
  public Map<String, Double> figures(Measured point) throws IOException {
    if (!point.point().row().finetuned()) {
      return Map.of();
    }
    LearningCurve curve = FineTuned.curve(point);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(LOSS, FineTuned.lastLoss(curve.curve()));
    figures.put(POSITIVES, FineTuned.lastPositiveAccuracy(curve));
    return figures;
  }

  @Override
  public List<Chart> charts(List<Measured> points) throws IOException {
    return List.of(LearningCharts.losses(points), LearningCharts.positiveAccuracies(points));
  }

  @Override
  public String finding(List<Measured> points) throws IOException {
    List<Measured> tuned = Values.series(points, FINE_TUNED);
    if (tuned.isEmpty()) {
      return "No start could be fine-tuned.";
    }
    Measured best = Values.best(tuned);
    Optional<Measured> other = compared(best, tuned);
    boolean withScratch = other.isPresent() && other.get().label().equals(SCRATCH);
    return sentence(
        points, withScratch ? learning(FineTuned.curve(best), FineTuned.curve(other.get())) : "");
  }

  /**
   * The finding.
   *
   * @param learning what the curves of the two starts say, the end of a sentence; may be empty
   */
  static String sentence(List<Measured> points, String learning) {
    List<Measured> tuned = Values.series(points, FINE_TUNED);
    Measured best = Values.best(tuned);
    String text =
        "Fine-tuned %s the network reaches %s".formatted(from(best), Values.percent(best.meanAp()));
    Optional<Measured> start = find(points, AS_IT_STARTS, best.label());
    if (start.isPresent()) {
      text += ", %s as it starts".formatted(Values.percent(start.get().meanAp()));
    }
    List<Measured> others = new ArrayList<>(tuned);
    Optional<Measured> other = compared(best, tuned);
    if (other.isPresent()) {
      others.remove(other.get());
      text +=
          "; %s%s it ends at %s, %s%s"
              .formatted(
                  from(other.get()),
                  best.label().equals(SCRATCH) ? ", the best pre-trained start," : "",
                  Values.percent(other.get().meanAp()),
                  Difference.of(other.get(), best).said(),
                  learning);
    }
    return text + Values.ties(best, others, Measured::label) + ".";
  }

  /**
   * What the best start is compared with: scratch, or where that is best the best of the others.
   */
  private static Optional<Measured> compared(Measured best, List<Measured> tuned) {
    List<Measured> others = tuned.stream().filter(point -> point != best).toList();
    if (others.isEmpty()) {
      return Optional.empty();
    }
    return best.label().equals(SCRATCH)
        ? Optional.of(Values.best(others))
        : Optional.of(
            others.stream()
                .filter(point -> point.label().equals(SCRATCH))
                .findFirst()
                .orElse(Values.worst(others)));
  }

  private static String from(Measured point) {
    return point.label().equals(SCRATCH) ? SCRATCH : "from " + point.label();
  }

  private static Optional<Measured> find(List<Measured> points, String series, String label) {
    return Values.series(points, series).stream()
        .filter(point -> point.label().equals(label))
        .findFirst();
  }

  private static String learning(LearningCurve best, LearningCurve other) {
    return learning(FineTuned.lastPositiveAccuracy(other), best.curve(), other.curve());
  }

  /**
   * What the curves say of a start beside the best one, the end of a sentence.
   *
   * @param right the positives that it gets right at the end, in per cent
   */
  static String learning(double right, List<LearningPoint> best, List<LearningPoint> curve) {
    return right < HARDLY
        ? ", having hardly begun to learn: it gets %s %% of the positives right"
            .formatted(Values.digits(right))
        : convergence(best, curve);
  }

  /** How soon a start is where another one ends; a single batch's loss is too noisy to say so. */
  static String convergence(List<LearningPoint> fast, List<LearningPoint> slow) {
    double loss = FineTuned.lastLoss(slow);
    int last = fast.get(fast.size() - 1).iteration();
    return IntStream.rangeClosed(Math.max(1, fast.size() / 10), fast.size())
        .filter(count -> FineTuned.lastLoss(fast.subList(0, count), fast.size()) <= loss)
        .mapToObj(count -> fast.get(count - 1).iteration())
        .findFirst()
        .map(
            iteration ->
                String.format(
                    Locale.ROOT,
                    ", with a loss that the best start is down to by iteration %,d of %,d",
                    iteration,
                    last))
        .orElse("");
  }
}
