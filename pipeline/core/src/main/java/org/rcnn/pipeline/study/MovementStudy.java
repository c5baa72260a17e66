package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import org.rcnn.cnn.train.Movement;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.report.StudyResult.Line;
import org.rcnn.pipeline.stage.Backbone;

/**
 * Shows how far each layer moves in fine-tuning and how strong its gradient is, and freezes the
 * lowest n layers to see whether their movement matters: {@code movement=0,1,3}. All starting
 * weights are copied, and all layers that are not frozen learn.
 */
public record MovementStudy() implements Study {

  /** Lines of a chart over the iterations; more could not be told apart. */
  private static final int LINES = 5;

  /** A mean gradient below this share of the strongest one counts as vanished. */
  private static final double VANISHED = 0.01;

  private static final String LOWEST = "lowest layer moved, %";
  private static final String TOP = "highest copied layer moved, %";
  private static final String GRADIENT = "its gradient / the highest's";

  @Override
  public String name() {
    return "movement";
  }

  @Override
  public String question() {
    return "Do the lowest layers learn anything in fine-tuning, or do their gradients vanish?";
  }

  @Override
  public String source() {
    return "the usual claim that gradients vanish on their way down, so that the lowest layers hardly"
        + " train.";
  }

  @Override
  public String values() {
    return "Numbers of layers that are frozen, from the lowest; with 0, all learn, and the pictures"
        + " are of that. Each fine-tunes a network.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    int layers = FineTuned.copiedLayers(configured).size();
    TreeSet<Integer> frozen = new TreeSet<>(List.of(0, 1, Math.max(1, layers / 2)));
    return frozen.stream().map(String::valueOf).toList();
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNumbers("lowest layers frozen");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<String> layers = FineTuned.copiedLayers(configured);
    List<Point> points = new ArrayList<>();
    for (double n : Values.numbers(name(), values)) {
      if (n < 0 || n != Math.rint(n) || n > layers.size()) {
        throw new ConfigException(
            "The study movement takes whole numbers of layers from 0 to %d, the network's without its scores; not %s."
                .formatted(layers.size(), Values.label(n)));
      }
      Map<String, String> settings = new LinkedHashMap<>(FineTuned.allLearn(configured));
      settings.put("finetune.frozen-layers", FineTuned.list(layers.subList(0, (int) n)));
      points.add(
          new Point(
              "",
              Values.label(n),
              n,
              Values.with(configured, settings),
              Values.fineTunedRow(configured, configured.features().layer())));
    }
    return points;
  }

  @Override
  public void requireStart(Point point, Backbone start) {
    if (start.transfer().newLayers().containsAll(FineTuned.copiedLayers(point.config()))) {
      throw new ConfigException(
          "--study movement follows layers of the starting weights, but every layer is new; name weights that fit %s."
              .formatted(start.definition().name()));
    }
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    return List.of(
        "moved: the way from the starting weights to the last ones, as a share of the start's length;"
            + " biases are left out.",
        "gradient: its length as a share of the weights' length, of single batches, the mean over"
            + " the points of the learning curve.",
        "Pictures and comparison are of the copied layers. A new layer starts near 0 and learns at a"
            + " higher rate, so it moves by many times its length.");
  }

  @Override
  public Map<String, Double> figures(Measured point) throws IOException {
    List<Movement> movements = FineTuned.curve(point).movements();
    Movement last = movements.get(movements.size() - 1);
    List<String> layers = copied(point);
    String lowest = layers.get(0);
    String top = layers.get(layers.size() - 1);
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(LOWEST, 100 * last.distances().get(lowest));
    figures.put(TOP, 100 * last.distances().get(top));
    figures.put(GRADIENT, meanGradient(movements, lowest) / meanGradient(movements, top));
    return figures;
  }

  /** The layers that were copied, which do not learn at the rate of new ones. */
  private static List<String> copied(Measured point) throws IOException {
    List<String> layers = new ArrayList<>(layers(point));
    layers.removeAll(point.experiment().backbone().transfer().newLayers());
    return layers;
  }

  private static List<String> layers(Measured point) throws IOException {
    return List.copyOf(FineTuned.curve(point).movements().get(0).distances().keySet());
  }

  /** The mean length of a layer's gradient as a share of its weights' length; NaN if frozen. */
  private static double meanGradient(List<Movement> movements, String layer) {
    return movements.stream()
        .mapToDouble(movement -> movement.relativeGradient(layer))
        .average()
        .orElse(Double.NaN);
  }

  @Override
  public List<Chart> charts(List<Measured> points) throws IOException {
    Measured first = points.get(0);
    List<Movement> movements = FineTuned.curve(first).movements();
    List<String> layers = copied(first);
    Movement last = movements.get(movements.size() - 1);
    List<Line> ends = new ArrayList<>();
    ends.add(byLayer("moved, in per cent", layers, layer -> 100 * last.distances().get(layer)));
    List<Line> gradients = new ArrayList<>();
    gradients.add(
        byLayer(
            "first iteration", layers, layer -> 100 * movements.get(0).relativeGradient(layer)));
    gradients.add(
        byLayer("mean over fine-tuning", layers, layer -> 100 * meanGradient(movements, layer)));
    return List.of(
        new Chart(
            "How far each copied layer moved, in per cent of its length",
            "layer",
            layers,
            true,
            ends),
        new Chart(
            "Gradient of each copied layer, in per cent of its length",
            "layer",
            layers,
            true,
            gradients),
        new Chart(
            "How far copied layers moved by iteration, in per cent",
            "iteration",
            List.of(),
            false,
            byIteration(movements, layers, (m, layer) -> 100 * m.distances().get(layer))),
        new Chart(
            "Gradient by iteration, in per cent of the layer's length",
            "iteration",
            List.of(),
            false,
            byIteration(movements, layers, (m, layer) -> 100 * m.relativeGradient(layer))));
  }

  @Override
  public Optional<Chart> answer(List<Chart> charts) {
    return Optional.of(charts.get(0));
  }

  private static Line byLayer(String name, List<String> layers, ToDoubleFunction<String> figure) {
    List<Double> places = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      places.add((double) i);
      values.add(figure.applyAsDouble(layers.get(i)));
    }
    return new Line(name, places, values);
  }

  private static List<Line> byIteration(
      List<Movement> movements, List<String> layers, ToDoubleBiFunction<Movement, String> figure) {
    List<Double> iterations = movements.stream().map(m -> (double) m.iteration()).toList();
    // Evenly from the lowest layer to the highest.
    TreeSet<Integer> chosen = new TreeSet<>();
    for (int i = 0; i < LINES; i++) {
      chosen.add((int) Math.round((double) i * (layers.size() - 1) / (LINES - 1)));
    }
    return chosen.stream()
        .map(layers::get)
        .map(
            layer ->
                new Line(
                    layer,
                    iterations,
                    movements.stream().map(m -> figure.applyAsDouble(m, layer)).toList()))
        .toList();
  }

  @Override
  public String finding(List<Measured> points) throws IOException {
    Measured free = points.get(0);
    return sentence(points, FineTuned.curve(free).movements(), copied(free));
  }

  /**
   * The finding.
   *
   * @param movements those of the first point's training
   * @param layers the first point's copied layers, from the lowest
   */
  static String sentence(List<Measured> points, List<Movement> movements, List<String> layers) {
    Measured free = points.get(0);
    Movement last = movements.get(movements.size() - 1);
    String lowest =
        layers.stream().filter(layer -> last.gradients().containsKey(layer)).findFirst().orElse("");
    if (lowest.isEmpty()) {
      return "All copied layers are frozen, so none moves; let some learn, such as with movement=0.";
    }
    String top = layers.get(layers.size() - 1);
    double ratio = meanGradient(movements, lowest) / meanGradient(movements, top);
    String text =
        "After %,d iterations %s has moved by %s %% of its length and %s by %s %%; the gradient of %s is %s times as strong for its length, so it %s"
            .formatted(
                last.iteration(),
                lowest,
                Values.digits(100 * last.distances().get(lowest)),
                top,
                Values.digits(100 * last.distances().get(top)),
                lowest,
                Values.digits(ratio),
                ratio < VANISHED ? "has vanished" : "has not vanished");
    Optional<Measured> frozen =
        points.stream().filter(p -> p.point().at() > free.point().at()).findFirst();
    if (frozen.isPresent()) {
      text +=
          "; with %s frozen the mAP is %s"
              .formatted(
                  frozen.get().point().at() == 1
                      ? "it"
                      : "the lowest " + FineTuned.layers(frozen.get().point().at()),
                  Difference.of(frozen.get(), free).said());
    }
    return text + ".";
  }
}
