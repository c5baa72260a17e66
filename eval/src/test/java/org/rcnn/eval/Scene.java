package org.rcnn.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;

/** A split and its detections, written down line by line by a test. */
final class Scene {

  private final Map<String, List<GroundTruth>> objects = new LinkedHashMap<>();
  private final Map<String, List<Detection>> detections = new LinkedHashMap<>();

  /** A 10 x 10 box whose left edge is at {@code x}; those of x = 0 and x = 5 have IoU 1/3. */
  static Box at(double x) {
    return new Box(x, 0, x + 10, 10);
  }

  Scene image(String id) {
    objects.computeIfAbsent(id, key -> new ArrayList<>());
    return this;
  }

  Scene object(String id, String className, Box box) {
    return object(id, className, box, false);
  }

  Scene difficult(String id, String className, Box box) {
    return object(id, className, box, true);
  }

  private Scene object(String id, String className, Box box, boolean difficult) {
    image(id);
    objects.get(id).add(new GroundTruth(className, box, difficult, false));
    return this;
  }

  Scene detection(String id, String className, double score, Box box) {
    detections
        .computeIfAbsent(id, key -> new ArrayList<>())
        .add(new Detection(className, score, box));
    return this;
  }

  List<Annotation> split() {
    List<Annotation> split = new ArrayList<>();
    objects.forEach((id, list) -> split.add(new Annotation(id, 500, 375, list)));
    return split;
  }

  Map<String, List<Detection>> detections() {
    return detections;
  }

  EvaluationResult evaluate(DetectionEvaluator evaluator, String... classNames) {
    return evaluator.evaluate(List.of(classNames), split(), detections);
  }

  /** The result for the class "cat" by the VOC rule at IoU 0.5. */
  ClassResult cat(ApMetric metric) {
    return evaluate(new DetectionEvaluator(metric, 0.5), "cat").of("cat");
  }
}
