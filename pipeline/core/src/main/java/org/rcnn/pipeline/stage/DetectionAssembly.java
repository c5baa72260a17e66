package org.rcnn.pipeline.stage;

import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.svm.BoxRegressor;
import org.rcnn.svm.DetectionSettings;
import org.rcnn.svm.NonMaximumSuppression;

/**
 * From region scores to detections: box regression, then greedy non-maximum suppression per class.
 *
 * <p>Boxes are corrected before suppression, as in the paper's appendix C, and clipped to the
 * image.
 */
public final class DetectionAssembly {

  private final float minScore;
  private final NonMaximumSuppression suppression;

  /**
   * An assembly with thresholds.
   *
   * @param settings the lowest scores, the IoU of suppression, and detections per image
   * @param head the source of the scores, which decides the lowest score that applies
   */
  public DetectionAssembly(DetectionSettings settings, Head head) {
    this.minScore = (float) head.lowestScore(settings);
    this.suppression = new NonMaximumSuppression(settings, minScore);
  }

  /**
   * The detections of an image.
   *
   * @param regions its regions, in the image's pixels
   * @param scores {@code regions x classes}, region by region
   * @param classes the classes of the columns
   * @param regressor corrects boxes; null to keep the regions
   * @param pool5 {@code regions x dimension} features for the regressor; null without one
   * @param width the image's width in pixels
   * @param height the image's height in pixels
   * @return class by class, in the image's pixels
   */
  public List<Detection> detections(
      List<Box> regions,
      float[] scores,
      List<String> classes,
      BoxRegressor regressor,
      float[] pool5,
      int width,
      int height) {
    List<Detection> found = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      List<Box> boxes = new ArrayList<>();
      List<Float> kept = new ArrayList<>();
      for (int r = 0; r < regions.size(); r++) {
        float score = scores[r * classes.size() + c];
        if (score < minScore) {
          continue;
        }
        Box box = regions.get(r);
        if (regressor != null) {
          box = regressor.apply(c, box, pool5, r * regressor.dimension()).clip(width, height);
          if (box.isEmpty()) {
            continue;
          }
        }
        boxes.add(box);
        kept.add(score);
      }
      float[] column = new float[kept.size()];
      for (int i = 0; i < column.length; i++) {
        column[i] = kept.get(i);
      }
      for (int i : suppression.keep(boxes, column)) {
        found.add(new Detection(classes.get(c), column[i], boxes.get(i)));
      }
    }
    return found;
  }
}
