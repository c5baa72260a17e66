package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.report.StudyResult.Line;
import org.rcnn.pipeline.stage.Backbone;

/**
 * Copies the first n layers and leaves the others new: {@code freeze-depth=0,1,2,3,4,5,6,7}. In one
 * series the copied layers are frozen, in the other all layers learn. Each point fine-tunes a
 * network; without copied layers both series have the same one.
 */
public record FreezeDepthStudy() implements Study {

  private static final String FROZEN = "copied layers frozen";
  private static final String LEARNING = "all layers learn";
  private static final String POSITIVES = "last accuracy on positives, %";

  /** Points of a line unless the command line says more. */
  private static final int MOST = 8;

  @Override
  public String name() {
    return "freeze-depth";
  }

  @Override
  public String question() {
    return "How many copied layers does detection need, and may they be frozen?";
  }

  @Override
  public String source() {
    return "Yosinski et al. 2014, How transferable are features in deep neural networks?, figure 2."
        + " There, frozen upper layers lose, since they are too special and were learned together;"
        + " copied layers that learn do not.";
  }

  @Override
  public String values() {
    return "Numbers of layers that are copied from the starting weights, from the lowest; 0 for"
        + " none. The others start from random values. Each fine-tunes two networks.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    int layers = FineTuned.copiedLayers(configured).size();
    TreeSet<Integer> depths = new TreeSet<>();
    int points = Math.min(MOST, layers + 1);
    for (int i = 0; i < points; i++) {
      depths.add((int) Math.round((double) i * layers / Math.max(1, points - 1)));
    }
    return depths.stream().map(String::valueOf).toList();
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNumbers("layers copied");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    if (configured.network().weights().equals("none")) {
      throw new ConfigException(
          "--study freeze-depth copies layers of the starting weights, but network.weights is none;"
              + " name weights.");
    }
    List<String> layers = FineTuned.copiedLayers(configured);
    TreeSet<Double> depths = Values.numbers(name(), values);
    List<Point> points = new ArrayList<>();
    for (boolean frozen : new boolean[] {true, false}) {
      depths.forEach(n -> points.add(point(depth(n, layers.size()), layers, frozen, configured)));
    }
    return points;
  }

  private static int depth(double n, int layers) {
    if (n < 0 || n != Math.rint(n) || n > layers) {
      throw new ConfigException(
          "The study freeze-depth takes whole numbers of layers from 0 to %d, the network's without its scores; not %s."
              .formatted(layers, Values.label(n)));
    }
    return (int) n;
  }

  private static Point point(
      int depth, List<String> layers, boolean frozen, PipelineConfig configured) {
    Map<String, String> settings = new LinkedHashMap<>(FineTuned.allLearn(configured));
    settings.put("network.new-layers", FineTuned.list(layers.subList(depth, layers.size())));
    if (frozen) {
      settings.put("finetune.frozen-layers", FineTuned.list(layers.subList(0, depth)));
    }
    return new Point(
        frozen ? FROZEN : LEARNING,
        Integer.toString(depth),
        depth,
        Values.with(configured, settings),
        Values.fineTunedRow(configured, configured.features().layer()));
  }

  @Override
  public void requireStart(Point point, Backbone start) {
    List<String> layers = FineTuned.copiedLayers(point.config());
    List<String> fresh = start.transfer().newLayers();
    List<String> lacking =
        layers.subList(0, (int) point.at()).stream().filter(fresh::contains).toList();
    if (!lacking.isEmpty()) {
      int depth = layers.indexOf(lacking.get(0));
      throw new ConfigException(
          "--study freeze-depth cannot copy %s: the starting weights have no %s that fits %s; %s."
              .formatted(
                  FineTuned.layers(point.at()),
                  lacking.get(0),
                  start.definition().name(),
                  depth == 0
                      ? "name other weights"
                      : "take depths up to %d, such as freeze-depth=0,%<d".formatted(depth)));
    }
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    List<String> layers = FineTuned.copiedLayers(configured);
    return List.of(
        "Layers from the lowest: %s.".formatted(String.join(", ", layers)),
        "Layers that are not copied learn at the new layers' rates, in every phase; the layer of the"
            + " scores is always new.",
        "Yosinski et al. train on as many images as the source has; a detection set has far fewer.");
  }

  @Override
  public Map<String, Double> figures(Measured point) throws IOException {
    return Map.of(POSITIVES, FineTuned.lastPositiveAccuracy(FineTuned.curve(point)));
  }

  @Override
  public List<Chart> charts(List<Measured> points) throws IOException {
    List<Line> lines = new ArrayList<>();
    for (String series : Values.series(points)) {
      List<Double> depths = new ArrayList<>();
      List<Double> accuracies = new ArrayList<>();
      for (Measured point : Values.series(points, series)) {
        depths.add(point.point().at());
        accuracies.add(FineTuned.lastPositiveAccuracy(FineTuned.curve(point)));
      }
      lines.add(new Line(series, depths, accuracies));
    }
    return List.of(
        new Chart(
            "Accuracy on positives at the end of fine-tuning, in per cent",
            "layers copied",
            List.of(),
            true,
            lines));
  }

  @Override
  public String finding(List<Measured> points) {
    Measured best = Values.best(points);
    StringBuilder text = new StringBuilder();
    text.append(
        "Copying %s is best, with %s".formatted(named(best), Values.percent(best.meanAp())));
    Optional<Measured> none = points.stream().filter(point -> point.point().at() == 0).findFirst();
    if (none.isPresent() && best.point().at() > 0) {
      text.append(
          "; without copied layers the mAP is %s"
              .formatted(Difference.of(none.get(), best).said()));
    }
    // Without copied layers both series have the same network, so it is compared once.
    List<Measured> others = new ArrayList<>(points);
    others.removeIf(point -> point.point().at() == 0);
    Optional<Pair> deepest = deepest(points);
    if (deepest.isPresent()) {
      Pair pair = deepest.get();
      text.append(
          "; if %s %s frozen instead of learning, the mAP is %s"
              .formatted(
                  FineTuned.layers(pair.depth()).replace(" layer", " copied layer"),
                  pair.depth() == 1 ? "is" : "are",
                  Difference.of(pair.frozen(), pair.learning()).said()));
      if (best == pair.frozen() || best == pair.learning()) {
        others.removeAll(List.of(pair.frozen(), pair.learning()));
      }
    }
    return text + Values.ties(best, others, FreezeDepthStudy::named) + ".";
  }

  /** Such as {@code 3 layers (copied layers frozen)}. */
  private static String named(Measured point) {
    String layers = FineTuned.layers(point.point().at());
    return point.point().at() == 0 ? layers : layers + " (" + point.point().series() + ")";
  }

  /** The networks of both series with equally many copied layers. */
  private record Pair(Measured frozen, Measured learning) {
    double depth() {
      return learning.point().at();
    }
  }

  /** Those with the most copied layers. */
  private static Optional<Pair> deepest(List<Measured> points) {
    List<Measured> learning = Values.series(points, LEARNING);
    for (int i = learning.size() - 1; i >= 0; i--) {
      Measured free = learning.get(i);
      Optional<Measured> frozen =
          Values.series(points, FROZEN).stream()
              .filter(point -> point.label().equals(free.label()))
              .findFirst();
      if (frozen.isPresent() && free.point().at() > 0) {
        return Optional.of(new Pair(frozen.get(), free));
      }
    }
    return Optional.empty();
  }
}
