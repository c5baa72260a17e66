package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.rcnn.cnn.features.HogExtractor;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Labelled;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;

/**
 * Compares histograms of oriented gradients with the layers of the network without fine-tuning, as
 * features of the same proposals under SVMs that differ in their cost at most: {@code
 * descriptor=hog,hog:0.01,pool5,fc6,fc7}.
 */
public record DescriptorStudy() implements Study {

  @Override
  public String name() {
    return "descriptor";
  }

  @Override
  public String question() {
    return "How much better do a network's layers describe regions than HOG?";
  }

  @Override
  public String source() {
    return "paper, sections 1 and 3.2: a pre-trained network may be used like HOG or SIFT, and beats"
        + " detectors that are built on HOG.";
  }

  @Override
  public String values() {
    return "hog (OpenCV's, of the region as it is warped for a network), pool5, fc6, fc7 of the network"
        + " without fine-tuning; each may name the SVMs' cost after a colon, such as hog:0.01.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    // The configured cost was chosen for the network's layers.
    Stream<String> hog =
        DoubleStream.of(0.1, 1, 10)
            .mapToObj(factor -> Tap.HOG.label() + ":" + cost(factor * configured.svm().cost()));
    return Stream.concat(
            hog, Studies.network(configured).featureTaps().stream().map(Labelled::label))
        .toList();
  }

  private static String cost(double value) {
    return Values.plain(value, 6);
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNames("features");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    for (String value : values) {
      String[] parts = value.split(":", 2);
      Tap tap = tap(parts[0].strip());
      double cost = parts.length == 2 ? number(parts[1]) : configured.svm().cost();
      boolean named = cost != configured.svm().cost();
      points.add(
          new Point(
              "",
              tap.label() + (named ? ":" + cost(cost) : ""),
              points.size(),
              named
                  ? Values.with(configured, Map.of("svm.cost", Double.toString(cost)))
                  : configured,
              new Row(false, tap, Heads.SVM, false)));
    }
    return points;
  }

  private static double number(String text) {
    try {
      double cost = Double.parseDouble(text.strip());
      if (Double.isFinite(cost)) {
        return cost;
      }
    } catch (NumberFormatException e) {
      // Reported below, as infinite numbers are.
    }
    throw new ConfigException(
        "The study descriptor takes a cost after the colon, such as hog:0.01, not '%s'."
            .formatted(text));
  }

  private static Tap tap(String value) {
    try {
      Tap tap = Labelled.named(Tap.class, value);
      if (tap != Tap.SCORES) {
        return tap;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, without the scores.
    }
    throw new ConfigException(
        "The study descriptor takes hog, pool5, fc6 and fc7, not '%s'.".formatted(value));
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    return List.of(
        "All SVMs have the same proposals, labels and settings but the cost, and features scaled to the"
            + " same mean norm; no network is fine-tuned. values: the length of a region's features.",
        "Their cost is %s where no other one stands after a colon."
            .formatted(cost(configured.svm().cost())),
        "HOG: %d x %d pixels, cells of 8, blocks of 2 x 2 cells, 9 orientations (Dalal and Triggs, CVPR 2005), without parts."
            .formatted(HogExtractor.SIDE, HogExtractor.SIDE));
  }

  @Override
  public Map<String, Double> figures(Measured point) throws IOException {
    Tap tap = point.point().row().layer();
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(
        "values",
        (double)
            (tap == Tap.HOG
                ? HogExtractor.DIMENSION
                : point.experiment().backbone().definition().tapDimensions().get(tap)));
    return figures;
  }

  @Override
  public String finding(List<Measured> points) {
    List<Measured> ofHog = points.stream().filter(m -> m.point().row().layer() == Tap.HOG).toList();
    List<Measured> ofLayers =
        points.stream().filter(m -> m.point().row().layer() != Tap.HOG).toList();
    if (ofHog.isEmpty() || ofLayers.isEmpty()) {
      Measured best = Values.best(points);
      return "The best features are %s, with %s%s."
          .formatted(
              best.label(),
              Values.percent(best.meanAp()),
              Values.ties(best, points, Measured::label));
    }
    Measured hog = Values.best(ofHog);
    Measured best = Values.best(ofLayers);
    double hogs = hog.point().config().svm().cost();
    double layers = best.point().config().svm().cost();
    String tried = ofHog.size() > 1 ? ", the best of those tried," : "";
    String end = Difference.of(best, hog).said();
    return hogs == layers && tried.isEmpty()
        ? "Under the same SVMs HOG reaches %s and %s of the network without fine-tuning %s, %s."
            .formatted(
                Values.percent(hog.meanAp()), best.label(), Values.percent(best.meanAp()), end)
        : "HOG reaches %s with SVMs of cost %s%s and %s of the network without fine-tuning %s with SVMs of cost %s, %s."
            .formatted(
                Values.percent(hog.meanAp()),
                cost(hogs),
                tried,
                best.point().row().layer().label(),
                Values.percent(best.meanAp()),
                cost(layers),
                end);
  }
}
