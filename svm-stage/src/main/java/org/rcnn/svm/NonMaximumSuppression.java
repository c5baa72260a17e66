package org.rcnn.svm;

import java.util.Arrays;
import java.util.List;
import org.rcnn.data.Box;

/**
 * Greedy non-maximum suppression: of the boxes around one object, keeps the one with the highest
 * score.
 *
 * <p>Boxes of one class are visited from the highest score to the lowest; a box is kept unless its
 * IoU with a box kept before it is greater than the threshold (paper section 2.2; the authors use
 * 0.3). An IoU of exactly the threshold is kept. Of equal scores the lower index comes first, so
 * the result depends only on the input.
 *
 * <p>Each candidate is compared with the boxes kept so far, not each kept box with all that follow:
 * since at most {@code per-image} are kept, the work is at most candidates × that, and the kept
 * boxes fit in a few cache lines.
 *
 * <p>Instances are immutable and may be shared between threads.
 */
public final class NonMaximumSuppression {

  private final double nmsIou;
  private final int perImage;
  private final float minScore;

  /**
   * A suppression.
   *
   * @param settings the overlap threshold and the number of boxes kept
   * @param minScore boxes scored below this are dropped first; negative infinity keeps all
   */
  public NonMaximumSuppression(DetectionSettings settings, float minScore) {
    if (Float.isNaN(minScore)) {
      throw new IllegalArgumentException(
          "The minimum score of non-maximum suppression must be a number, not NaN.");
    }
    this.nmsIou = settings.nmsIou();
    this.perImage = settings.perImage();
    this.minScore = minScore;
  }

  /**
   * Suppresses among the boxes of one class.
   *
   * @param boxes the boxes
   * @param scores one score per box
   * @return indices of the kept boxes, by descending score
   */
  public int[] keep(List<Box> boxes, float[] scores) {
    if (boxes.size() != scores.length) {
      throw new IllegalArgumentException(
          "%d boxes need a score each, not %d scores.".formatted(boxes.size(), scores.length));
    }
    double[] coordinates = flatten(boxes);
    long[] ordered = byDescendingScore(scores, minScore);
    int most = Math.min(perImage, ordered.length);
    int[] kept = new int[most];
    double[] keptBoxes = new double[4 * most];
    double[] keptAreas = new double[most];
    int size = 0;
    for (int i = 0; i < ordered.length && size < perImage; i++) {
      int index = (int) ordered[i];
      double xMin = coordinates[4 * index];
      double yMin = coordinates[4 * index + 1];
      double xMax = coordinates[4 * index + 2];
      double yMax = coordinates[4 * index + 3];
      double area = Math.max(0, xMax - xMin) * Math.max(0, yMax - yMin);
      if (!suppressed(keptBoxes, keptAreas, size, xMin, yMin, xMax, yMax, area)) {
        keptBoxes[4 * size] = xMin;
        keptBoxes[4 * size + 1] = yMin;
        keptBoxes[4 * size + 2] = xMax;
        keptBoxes[4 * size + 3] = yMax;
        keptAreas[size] = area;
        kept[size++] = index;
      }
    }
    return Arrays.copyOf(kept, size);
  }

  private boolean suppressed(
      double[] keptBoxes,
      double[] keptAreas,
      int size,
      double xMin,
      double yMin,
      double xMax,
      double yMax,
      double area) {
    for (int k = 0; k < size; k++) {
      double w = Math.min(keptBoxes[4 * k + 2], xMax) - Math.max(keptBoxes[4 * k], xMin);
      double h = Math.min(keptBoxes[4 * k + 3], yMax) - Math.max(keptBoxes[4 * k + 1], yMin);
      if (w > 0 && h > 0) {
        double intersection = w * h;
        // The same division as in Box.iou, so that exactly the threshold is recognised.
        if (intersection / (keptAreas[k] + area - intersection) > nmsIou) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Indices of the boxes with at least the minimum score, best first. A key holds the score in its
   * upper half, mapped so that better scores are smaller integers, and the index in its lower half:
   * one sort of primitives orders by score and then by index.
   */
  static long[] byDescendingScore(float[] scores, float minScore) {
    long[] keys = new long[scores.length];
    int size = 0;
    for (int i = 0; i < scores.length; i++) {
      float score = scores[i];
      if (Float.isNaN(score)) {
        throw new IllegalArgumentException(
            "The score of box %d is not a number, so boxes cannot be ranked.".formatted(i));
      }
      if (score >= minScore) {
        // Adding zero makes -0 and 0 tie.
        int bits = Float.floatToRawIntBits(score + 0f);
        int ascending = bits ^ ((bits >> 31) & 0x7fffffff);
        keys[size++] = ((long) ~ascending << 32) | i;
      }
    }
    long[] ordered = Arrays.copyOf(keys, size);
    Arrays.sort(ordered);
    return ordered;
  }

  private static double[] flatten(List<Box> boxes) {
    double[] coordinates = new double[4 * boxes.size()];
    int i = 0;
    for (Box box : boxes) {
      coordinates[i++] = box.xMin();
      coordinates[i++] = box.yMin();
      coordinates[i++] = box.xMax();
      coordinates[i++] = box.yMax();
    }
    return coordinates;
  }
}
