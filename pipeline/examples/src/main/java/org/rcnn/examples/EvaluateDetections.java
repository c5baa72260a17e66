package org.rcnn.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.EvaluationResult;

/**
 * Scores another detector by its VOC result files, {@code *_det_SPLIT_CLASS.txt} with lines {@code
 * image score xmin ymin xmax ymax}. It needs {@code rcnn-eval} only. Arguments: DATA SPLIT
 * DETECTIONS.
 */
public final class EvaluateDetections {

  private EvaluateDetections() {}

  static EvaluationResult evaluate(Path data, String split, Path detections) throws IOException {
    Dataset dataset = DatasetFormats.installed().open(data);
    VocResults results = VocResults.read(detections, split);
    return DetectionEvaluator.voc07().evaluate(dataset.annotations(split), results);
  }

  /** Prints the AP of each class. */
  public static void main(String[] arguments) throws IOException {
    EvaluationResult result = evaluate(Path.of(arguments[0]), arguments[1], Path.of(arguments[2]));
    result.apByClass().forEach((name, ap) -> System.out.println(name + " " + ap));
    System.out.println("mAP " + result.meanAp());
  }
}
