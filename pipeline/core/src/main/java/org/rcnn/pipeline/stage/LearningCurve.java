package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.FineTuning.Ending;
import org.rcnn.cnn.train.FineTuning.Judgement;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.FineTuning.PhaseEnd;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Keep;
import org.rcnn.cnn.train.Movement;
import org.rcnn.cnn.train.Phase;
import org.rcnn.cnn.train.RangeTest;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;

/**
 * How fine-tuning went, and on which regions: the file {@code HASH-curve.json} beside the weights.
 *
 * @param regions how many regions of each label there were to draw from, background first
 * @param drawn how many regions of each label all batches together contained
 * @param phases the phases of the training as they were planned, in order, with the rates taken
 * @param ends where they ended, and why
 * @param distances by layer, how far its weights moved, as a share of their length at the start
 * @param curve the learning curve, iterations ascending
 * @param keep which weights were to be kept
 * @param judgements what was judged, iterations ascending; empty if the last weights were kept
 * @param kept the iteration that the weights are of
 * @param movements where the layers stood after the first iteration and at each point of the curve
 * @param rangeTests the range test of each phase, whose rate is then the suggested one; empty if no
 *     rate was to be suggested
 */
public record LearningCurve(
    Map<String, Integer> regions,
    Map<String, Long> drawn,
    List<Phase> phases,
    List<PhaseEnd> ends,
    Map<String, Double> distances,
    List<LearningPoint> curve,
    Keep keep,
    List<Judgement> judgements,
    int kept,
    List<Movement> movements,
    List<RangeTest> rangeTests) {

  /**
   * Figures that may be NaN: a diverged loss, and the validation figures without validation images.
   */
  private static final List<String> MAY_BE_NAN =
      List.of("loss", "validationLoss", "validationPositiveAccuracy");

  private static final String FIGURE = "figure";

  /** The name of the training loss among a run's figures. */
  static final String LOSS = "finetune/loss";

  /** Keeps its own copies, the maps in their order. */
  public LearningCurve {
    regions = Collections.unmodifiableMap(new LinkedHashMap<>(regions));
    drawn = Collections.unmodifiableMap(new LinkedHashMap<>(drawn));
    phases = List.copyOf(phases);
    ends = List.copyOf(ends);
    judgements = List.copyOf(judgements);
    distances = Collections.unmodifiableMap(new LinkedHashMap<>(distances));
    curve = List.copyOf(curve);
    movements = List.copyOf(movements);
    rangeTests = List.copyOf(rangeTests);
  }

  /** A curve without movements and range tests. */
  public LearningCurve(
      Map<String, Integer> regions,
      Map<String, Long> drawn,
      List<Phase> phases,
      List<PhaseEnd> ends,
      Map<String, Double> distances,
      List<LearningPoint> curve,
      Keep keep,
      List<Judgement> judgements,
      int kept) {
    this(
        regions,
        drawn,
        phases,
        ends,
        distances,
        curve,
        keep,
        judgements,
        kept,
        List.of(),
        List.of());
  }

  /**
   * The curve of a training.
   *
   * @param classes the classes, background not among them
   * @param regions the regions of each label, background first
   * @param drawn how often each label was drawn, background first
   * @param settings its settings
   * @param result what it gave
   */
  static LearningCurve of(
      List<String> classes,
      int[] regions,
      long[] drawn,
      FineTuningSettings settings,
      FineTuning.Result result) {
    Map<String, Integer> regionsOf = new LinkedHashMap<>(Map.of("background", regions[0]));
    Map<String, Long> drawnOf = new LinkedHashMap<>(Map.of("background", drawn[0]));
    for (int c = 0; c < classes.size(); c++) {
      regionsOf.put(classes.get(c), regions[c + 1]);
      drawnOf.put(classes.get(c), drawn[c + 1]);
    }
    return new LearningCurve(
        regionsOf,
        drawnOf,
        result.phases(settings),
        result.ends(),
        result.distances(),
        result.curve(),
        settings.judging().keep(),
        result.judgements(),
        result.kept(),
        result.movements(),
        result.rangeTests());
  }

  /** The iterations before a phase, which counts from 0. */
  public int begin(int phase) {
    return phase == 0 ? 0 : ends.get(phase - 1).iteration();
  }

  /** Which iteration was kept and which phases ended early, for people. */
  public String choice() {
    StringBuilder text = new StringBuilder();
    int last = ends.get(ends.size() - 1).iteration();
    text.append(format("Fine-tuning keeps the weights of iteration %,d of %,d", kept, last));
    judgements.stream()
        .filter(judgement -> judgement.iteration() == kept && !Double.isNaN(judgement.figure()))
        .findFirst()
        .ifPresent(best -> text.append(", with ").append(figure(best)));
    text.append('.');
    for (int i = 0; i < ends.size(); i++) {
      if (ends.get(i).ending() == Ending.NO_IMPROVEMENT) {
        text.append(
            format(
                " Phase %d ended after %,d of %,d iterations, because nothing better was found.",
                i + 1, ends.get(i).iteration() - begin(i), phases.get(i).iterations()));
      }
    }
    return text.toString();
  }

  private String figure(Judgement judgement) {
    return keep == Keep.LOWEST_LOSS
        ? format("a validation loss of %.3f", judgement.figure())
        : format("an mAP of %.1f %% on the validation images", 100 * judgement.figure());
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Tells the figures of a curve that an earlier process has made. */
  void tell(Progress.Monitor monitor) {
    for (LearningPoint point : curve) {
      monitor.scalar(LOSS, point.iteration(), point.loss());
      tell(point, monitor);
    }
    judgements.forEach(judgement -> tell(judgement, keep, monitor));
  }

  /** Tells the figures of a stretch but its loss, of which there is one for each iteration. */
  static void tell(LearningPoint point, Progress.Monitor monitor) {
    int step = point.iteration();
    monitor.scalar("finetune/accuracy", step, point.accuracy());
    monitor.scalar("finetune/positive-accuracy", step, point.positiveAccuracy());
    monitor.scalar("finetune/validation-loss", step, point.validationLoss());
    monitor.scalar(
        "finetune/validation-positive-accuracy", step, point.validationPositiveAccuracy());
  }

  /** Tells a judgement that is not among the figures of the stretches. */
  static void tell(Judgement judgement, Keep keep, Progress.Monitor monitor) {
    if (keep == Keep.HIGHEST_MAP) {
      monitor.scalar("finetune/validation-mAP", judgement.iteration(), judgement.figure());
    }
  }

  /** Writes the curve as JSON, aside first and then renamed. */
  void write(Path file) throws IOException {
    ObjectNode tree = Json.tree(this);
    for (JsonNode point : tree.get("curve")) {
      // JSON has no NaN; what was not measured is left out.
      point.properties().removeIf(figure -> Double.isNaN(figure.getValue().asDouble()));
    }
    for (JsonNode judgement : tree.get("judgements")) {
      judgement.properties().removeIf(figure -> Double.isNaN(figure.getValue().asDouble()));
    }
    Json.write(file, tree);
  }

  /**
   * A curve that {@link #write} wrote.
   *
   * @throws IOException if the file cannot be read, or its keys are not these components
   */
  static LearningCurve read(Path file) throws IOException {
    JsonNode tree = Json.read(file);
    for (JsonNode point : tree.path("curve")) {
      if (point instanceof ObjectNode figures) {
        MAY_BE_NAN.forEach(name -> figures.putIfAbsent(name, figures.numberNode(Double.NaN)));
      }
    }
    for (JsonNode judgement : tree.path("judgements")) {
      if (judgement instanceof ObjectNode figures) {
        figures.putIfAbsent(FIGURE, figures.numberNode(Double.NaN));
      }
    }
    return Json.read(file, tree, LearningCurve.class);
  }
}
