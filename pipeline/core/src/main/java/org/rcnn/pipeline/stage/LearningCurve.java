package org.rcnn.pipeline.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.Phase;
import org.rcnn.pipeline.run.Json;

/**
 * How fine-tuning went, and on which regions: the file {@code HASH-curve.json} beside the weights.
 *
 * @param regions how many regions of each label there were to draw from, background first
 * @param drawn how many regions of each label all batches together contained
 * @param phases the phases of the training, in order
 * @param distances by layer, how far its weights moved, as a share of their length at the start
 * @param curve the learning curve, iterations ascending
 */
public record LearningCurve(
    Map<String, Integer> regions,
    Map<String, Long> drawn,
    List<Phase> phases,
    Map<String, Double> distances,
    List<LearningPoint> curve) {

  /**
   * Figures that may be NaN: a diverged loss, and the validation figures without validation images.
   */
  private static final List<String> MAY_BE_NAN =
      List.of("loss", "validationLoss", "validationPositiveAccuracy");

  /** Keeps its own copies, the maps in their order. */
  public LearningCurve {
    regions = Collections.unmodifiableMap(new LinkedHashMap<>(regions));
    drawn = Collections.unmodifiableMap(new LinkedHashMap<>(drawn));
    phases = List.copyOf(phases);
    distances = Collections.unmodifiableMap(new LinkedHashMap<>(distances));
    curve = List.copyOf(curve);
  }

  /**
   * The curve of a training.
   *
   * @param classes the classes, background not among them
   * @param regions the regions of each label, background first
   * @param drawn how often each label was drawn, background first
   * @param phases the phases of the training, in order
   * @param result what it gave
   */
  static LearningCurve of(
      List<String> classes,
      int[] regions,
      long[] drawn,
      List<Phase> phases,
      FineTuning.Result result) {
    Map<String, Integer> regionsOf = new LinkedHashMap<>(Map.of("background", regions[0]));
    Map<String, Long> drawnOf = new LinkedHashMap<>(Map.of("background", drawn[0]));
    for (int c = 0; c < classes.size(); c++) {
      regionsOf.put(classes.get(c), regions[c + 1]);
      drawnOf.put(classes.get(c), drawn[c + 1]);
    }
    return new LearningCurve(regionsOf, drawnOf, phases, result.distances(), result.curve());
  }

  /** Writes the curve as JSON, aside first and then renamed. */
  void write(Path file) throws IOException {
    ObjectNode tree = Json.tree(this);
    for (JsonNode point : tree.get("curve")) {
      // JSON has no NaN; what was not measured is left out.
      point.properties().removeIf(figure -> Double.isNaN(figure.getValue().asDouble()));
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
    return Json.read(file, tree, LearningCurve.class);
  }
}
