package org.rcnn.svm;

import java.util.Arrays;
import java.util.List;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;

/**
 * The labels of one image's regions for one class: positive, negative or neither.
 *
 * <p>Overlaps with objects marked difficult count even if these objects are not positives, so that
 * a difficult cat does not become a negative of the class cat. In an image without the class, every
 * region is a negative. Annotated objects of other classes are ordinary regions, except that they
 * never become positives. Annotated boxes without area, which real data sets have, are ignored.
 */
final class RegionLabels {

  static final byte IGNORED = 0;
  static final byte POSITIVE = 1;
  static final byte NEGATIVE = 2;

  private RegionLabels() {}

  /**
   * Labels an image's regions.
   *
   * @param image the image
   * @param groundTruth the objects of its first regions
   * @param className the class
   * @param settings the thresholds
   * @return one label for each region
   */
  static byte[] of(
      TrainingImage image,
      List<GroundTruth> groundTruth,
      String className,
      SampleSettings settings) {
    byte[] labels = new byte[image.regions().size()];
    List<GroundTruth> objects =
        groundTruth.stream().filter(o -> o.className().equals(className)).toList();
    if (objects.isEmpty()) {
      Arrays.fill(labels, NEGATIVE);
      return labels;
    }
    for (int row = 0; row < labels.length; row++) {
      labels[row] =
          row < groundTruth.size() && groundTruth.get(row).className().equals(className)
              ? ofObject(groundTruth.get(row), settings)
              : ofOther(image.regions().get(row), row >= groundTruth.size(), objects, settings);
    }
    return labels;
  }

  private static byte ofObject(GroundTruth object, SampleSettings settings) {
    boolean usable = settings.difficultPositives() || !object.difficult();
    return usable && !object.box().isEmpty() ? POSITIVE : IGNORED;
  }

  private static byte ofOther(
      Box region, boolean proposal, List<GroundTruth> objects, SampleSettings settings) {
    double nearestOfAll = 0;
    double nearestUsable = 0;
    for (GroundTruth object : objects) {
      double iou = region.iou(object.box());
      nearestOfAll = Math.max(nearestOfAll, iou);
      if (settings.difficultPositives() || !object.difficult()) {
        nearestUsable = Math.max(nearestUsable, iou);
      }
    }
    if (proposal && settings.positiveIou() > 0 && nearestUsable >= settings.positiveIou()) {
      return POSITIVE;
    }
    return nearestOfAll < settings.negativeIou() ? NEGATIVE : IGNORED;
  }
}
