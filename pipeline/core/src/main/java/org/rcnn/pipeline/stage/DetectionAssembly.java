package org.rcnn.pipeline.stage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.svm.BestOfSet.Scored;
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
    List<Scored> scored = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      int[] rows = new int[regions.size()];
      float[] ofClass = new float[regions.size()];
      int count = 0;
      for (int r = 0; r < regions.size(); r++) {
        float score = scores[r * classes.size() + c];
        // NaN passes, so that suppression refuses it.
        if (!(score < minScore)) {
          rows[count] = r;
          ofClass[count++] = score;
        }
      }
      scored.add(new Scored(Arrays.copyOf(rows, count), Arrays.copyOf(ofClass, count)));
    }
    return detections(regions, scored, classes, regressor, pool5, width, height);
  }

  /**
   * The detections among chosen boxes of an image, such as those that a set keeps.
   *
   * @param regions its regions, in the image's pixels
   * @param scored for each class the regions chosen
   * @param classes the classes
   * @param regressor corrects boxes; null to keep the regions
   * @param pool5 {@code regions x dimension} features for the regressor; null without one
   * @param width the image's width in pixels
   * @param height the image's height in pixels
   * @return class by class, in the image's pixels
   */
  List<Detection> detections(
      List<Box> regions,
      List<Scored> scored,
      List<String> classes,
      BoxRegressor regressor,
      float[] pool5,
      int width,
      int height) {
    List<Detection> found = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      int[] rows = scored.get(c).rows();
      List<Box> boxes = new ArrayList<>();
      float[] scores = new float[rows.length];
      for (int i = 0; i < rows.length; i++) {
        Box box = regions.get(rows[i]);
        if (regressor != null) {
          box = regressor.apply(c, box, pool5, rows[i] * regressor.dimension()).clip(width, height);
          if (box.isEmpty()) {
            continue;
          }
        }
        scores[boxes.size()] = scored.get(c).scores()[i];
        boxes.add(box);
      }
      float[] kept = Arrays.copyOf(scores, boxes.size());
      for (int i : suppression.keep(boxes, kept)) {
        found.add(new Detection(classes.get(c), kept[i], boxes.get(i)));
      }
    }
    return found;
  }
}
