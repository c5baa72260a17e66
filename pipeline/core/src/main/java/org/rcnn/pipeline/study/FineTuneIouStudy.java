package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.LearningCurve;

/**
 * Varies the IoU from which a region is a positive in fine-tuning: {@code
 * finetune-iou=0.3,0.5,0.7}. Each value fine-tunes a network; the head's labels stay.
 */
public record FineTuneIouStudy() implements Study {

  private static final double PAPERS = 0.5;
  private static final String POSITIVES = "positive regions";

  @Override
  public String name() {
    return "finetune-iou";
  }

  @Override
  public String question() {
    return "From which overlap on should a region be a positive in fine-tuning?";
  }

  @Override
  public String source() {
    return "paper, section 2.3: 0.5; appendix B: looser labels give fine-tuning some 30 times as many"
        + " positives, which it needs so as not to overfit.";
  }

  @Override
  public String values() {
    return "IoUs from which a region is a positive in fine-tuning. Each fine-tunes a network.";
  }

  @Override
  public List<String> defaultValues(PipelineConfig configured) {
    return List.of("0.3", "0.5", "0.7");
  }

  @Override
  public Axis axis(PipelineConfig configured) {
    return new Axis(
        "IoU from which a region is a positive in fine-tuning",
        true,
        "series",
        "positives",
        "IoU ≥ ");
  }

  @Override
  public List<Point> points(List<String> values, PipelineConfig configured) {
    List<Point> points = new ArrayList<>();
    for (double iou : Values.numbers(name(), values)) {
      Map<String, String> settings = Map.of("finetune.positive-iou", Double.toString(iou));
      points.add(
          new Point(
              "",
              Values.label(iou),
              iou,
              Values.with(configured, settings),
              Values.fineTunedRow(configured, configured.features().layer())));
    }
    return points;
  }

  @Override
  public List<String> notes(PipelineConfig configured, List<Point> points) {
    return List.of(
        "positive regions: what fine-tuning drew its positives from, each class with its objects.",
        "Regions that are no positives are background; the head's labels are the same everywhere.");
  }

  @Override
  public Map<String, Double> figures(Measured point) throws IOException {
    LearningCurve curve = new Evidence(point.experiment()).learningCurve();
    Map<String, Integer> regions = new LinkedHashMap<>(curve.regions());
    regions.remove("background");
    double positives = regions.values().stream().mapToInt(count -> count).sum();
    return Map.of(POSITIVES, positives);
  }

  @Override
  public List<Chart> charts(List<Measured> points) throws IOException {
    return List.of(LearningCharts.positiveAccuracies(points));
  }

  @Override
  public String finding(List<Measured> points) {
    Measured best = Values.best(points);
    Optional<Measured> papers =
        points.stream().filter(m -> m.point().at() == PAPERS && m != best).findFirst();
    Measured other = papers.orElse(Values.worst(points));
    String text =
        "Fine-tuning on regions from IoU %s on gives the best detector, with %s"
            .formatted(best.label(), Values.percent(best.meanAp()));
    if (other != best) {
      text +=
          "; with %s the mAP is %s"
              .formatted(
                  papers.isPresent() ? "the paper's 0.5" : other.label(),
                  Difference.of(other, best).said());
    }
    List<Measured> others = points.stream().filter(m -> m != other).toList();
    return text + Values.ties(best, others, Measured::label) + ".";
  }
}
