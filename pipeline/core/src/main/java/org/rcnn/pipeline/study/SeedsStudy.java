package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Tap;
import org.rcnn.eval.Repetitions;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;

/**
 * Fine-tunes with several seeds and nothing else changed: {@code seeds=1,2,3}. There is a series
 * for every layer of the network.
 */
public record SeedsStudy() implements Study {

  static final String NAME = "seeds";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String question() {
    return "How much of a difference is the luck of one fine-tuning?";
  }

  @Override
  public String source() {
    return "the paper reports one fine-tuning of each kind, to a tenth of a point.";
  }

  @Override
  public String values() {
    return "Seeds of fine-tuning, from 1 on. Each fine-tunes a network; every layer is evaluated.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    return List.of("1", "2", "3");
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return Axis.ofNames("seed of fine-tuning").withSeries("layer");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    for (Tap layer : Studies.network(configured).featureTaps()) {
      for (int at = 0; at < values.size(); at++) {
        Map<String, String> settings = Map.of("finetune.seed", seed(values.get(at)));
        points.add(
            new Point(
                layer.label(),
                values.get(at),
                at,
                Values.with(configured, settings),
                Values.fineTunedRow(configured, layer)));
      }
    }
    return points;
  }

  private static String seed(String value) {
    if (!value.matches("[1-9][0-9]{0,17}")) {
      throw new ConfigException(
          "The study seeds takes whole numbers from 1 on, not '%s'.".formatted(value));
    }
    return value;
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    return List.of(
        "The seed decides batches, mirroring, dropout and the values that new layers start from;"
            + " proposals, images and the head's seed are the same.",
        "The spread over test images comes on top: other images would move the mAP too.",
        "What may be the seed's alone: 95 % of pairs of networks differ by less, by Student's t, in the"
            + " layer with the largest deviation.");
  }

  @Override
  public List<Chart> charts(List<Measured> points) throws IOException {
    return List.of(LearningCharts.losses(points));
  }

  @Override
  public String finding(List<Measured> points) {
    List<String> layers = Values.series(points);
    if (Values.series(points, layers.get(0)).size() < 2) {
      return "One seed has no spread; give at least two, such as seeds=1,2,3.";
    }
    String spreads =
        layers.stream()
            .map(layer -> layer + " " + spread(Values.series(points, layer)))
            .collect(Collectors.joining(", "));
    String text =
        "Over %d seeds of fine-tuning the mAP, mean and standard deviation, is %s"
            .formatted(Values.series(points, layers.get(0)).size(), spreads);
    Map<String, List<Double>> byLayer =
        layers.stream()
            .collect(
                Collectors.toMap(layer -> layer, layer -> means(Values.series(points, layer))));
    String size = Values.size(SeedSpread.largestDifference(byLayer));
    return text
        + (size.equals(Values.size(0))
            ? ": the seed makes no difference that these figures show."
            : ": a difference below %s between two single networks may be the seed's alone, so nobody should read tenths."
                .formatted(size));
  }

  private static List<Double> means(List<Measured> line) {
    return line.stream().map(Measured::meanAp).toList();
  }

  private static String spread(List<Measured> line) {
    Repetitions seeds = Repetitions.of(means(line));
    return String.format(
        Locale.ROOT, "%.1f ± %.1f %%", 100 * seeds.mean(), 100 * seeds.deviation());
  }
}
