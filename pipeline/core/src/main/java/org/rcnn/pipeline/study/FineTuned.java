package org.rcnn.pipeline.study;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.Phase;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.LearningCurve;
import org.rcnn.pipeline.study.Study.Measured;

/** What studies of fine-tuning ask of it and read of its curve. */
final class FineTuned {

  private FineTuned() {}

  /** Settings under which all layers learn in every phase, for a configuration with phases. */
  static Map<String, String> allLearn(PipelineConfig configured) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 1; i <= configured.finetune().phases().size(); i++) {
      settings.put("finetune.phases." + i + ".layers", Phase.ALL);
    }
    settings.put("finetune.frozen-layers", "[]");
    return settings;
  }

  /** Names of layers as a setting takes them. */
  static String list(List<String> layers) {
    return layers.stream()
        .map(layer -> "'" + layer + "'")
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * The layers of a configuration's network that can be copied, if the weights have them: all with
   * parameters but that of the scores.
   */
  static List<String> copiedLayers(PipelineConfig configured) {
    List<String> layers =
        Studies.network(configured).parameterLayers().stream().map(Layer::name).toList();
    String scores = Studies.network(configured).scoresLayer().name();
    return layers.stream().filter(layer -> !layer.equals(scores)).toList();
  }

  static LearningCurve curve(Measured point) throws IOException {
    return new Evidence(point.experiment()).learningCurve();
  }

  /** The mean loss of the last tenth of a curve, which is less noisy than its last point. */
  static double lastLoss(List<LearningPoint> curve) {
    return lastLoss(curve, curve.size());
  }

  /**
   * The mean loss of the last points of the beginning of a curve: a tenth of all of its points, or
   * as many as there are yet.
   *
   * @param all how many points the whole curve has
   */
  static double lastLoss(List<LearningPoint> beginning, int all) {
    return tail(beginning, all).stream()
        .mapToDouble(LearningPoint::loss)
        .average()
        .orElse(Double.NaN);
  }

  /** The accuracy on positives in the last tenth of the curve, in per cent. */
  static double lastPositiveAccuracy(LearningCurve curve) {
    return 100
        * tail(curve.curve(), curve.curve().size()).stream()
            .mapToDouble(LearningPoint::positiveAccuracy)
            .average()
            .orElse(Double.NaN);
  }

  private static List<LearningPoint> tail(List<LearningPoint> points, int all) {
    return points.subList(Math.max(0, points.size() - Math.max(1, all / 10)), points.size());
  }

  /** So many layers in words: {@code no layer}, {@code 1 layer}, {@code 3 layers}. */
  static String layers(double count) {
    return count == 0 ? "no layer" : Values.label(count) + (count == 1 ? " layer" : " layers");
  }

  /** A learning rate with two significant digits and no exponent, such as {@code 0.00087}. */
  static String rate(double rate) {
    return Values.plain(rate, 2);
  }
}
