package org.rcnn.examples;

import java.util.List;
import java.util.Map;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;

/**
 * Mean average precision of boxes in memory, without any file. It needs {@code rcnn-eval} only. No
 * arguments.
 */
public final class MeanAveragePrecision {

  private MeanAveragePrecision() {}

  static EvaluationResult evaluate() {
    // Boxes are 0-based, with exclusive right and lower edges; Box.ofVoc takes VOC's corners.
    List<Annotation> truth =
        List.of(
            new Annotation(
                "street",
                640,
                480,
                List.of(
                    new GroundTruth("car", new Box(10, 10, 110, 60)),
                    new GroundTruth("car", new Box(300, 40, 400, 90)))),
            new Annotation(
                "yard", 640, 480, List.of(new GroundTruth("dog", new Box(50, 50, 90, 120)))));
    Map<String, List<Detection>> found =
        Map.of(
            "street",
            List.of(
                new Detection("car", 0.9, new Box(12, 12, 108, 62)),
                new Detection("car", 0.4, new Box(500, 300, 600, 350))),
            "yard",
            List.of(new Detection("dog", 0.7, new Box(48, 55, 92, 118))));
    return new DetectionEvaluator(ApMetric.AREA, 0.5).evaluate(truth, found);
  }

  /** Prints the AP of each class. */
  public static void main(String[] arguments) {
    EvaluationResult result = evaluate();
    result.apByClass().forEach((name, ap) -> System.out.println(name + " " + ap));
    System.out.println("mAP " + result.meanAp());
  }
}
