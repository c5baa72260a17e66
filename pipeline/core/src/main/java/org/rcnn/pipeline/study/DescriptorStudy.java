package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * features of the same proposals under the same SVMs: {@code descriptor=hog,pool5,fc6,fc7}.
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
        + " without fine-tuning.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    return Stream.concat(Stream.of(Tap.HOG), Studies.network(configured).featureTaps().stream())
        .map(Labelled::label)
        .toList();
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNames("features");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    for (String value : values) {
      Tap tap = tap(value);
      Row row = new Row(false, tap, Heads.SVM, false);
      points.add(new Point("", tap.label(), points.size(), configured, row));
    }
    return points;
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
        "All SVMs have the same proposals, labels and settings, and features scaled to the same mean"
            + " norm; no network is fine-tuned. values: the length of a region's features.",
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
    Optional<Measured> hog =
        points.stream().filter(m -> m.point().row().layer() == Tap.HOG).findFirst();
    List<Measured> layers =
        points.stream().filter(m -> m.point().row().layer() != Tap.HOG).toList();
    if (hog.isEmpty() || layers.isEmpty()) {
      Measured best = Values.best(points);
      return "The best features are %s, with %s%s."
          .formatted(
              best.label(),
              Values.percent(best.meanAp()),
              Values.ties(best, points, Measured::label));
    }
    Measured best = Values.best(layers);
    return "Under the same SVMs HOG reaches %s and %s of the network without fine-tuning %s, %s."
        .formatted(
            Values.percent(hog.get().meanAp()),
            best.label(),
            Values.percent(best.meanAp()),
            Difference.of(best, hog.get()).said());
  }
}
