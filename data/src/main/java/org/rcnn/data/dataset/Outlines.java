package org.rcnn.data.dataset;

/** Polygons and rotated boxes, of which only the bounding box is used. */
public final class Outlines {

  /** On polygons and masks. */
  public static final String POLYGONS =
      "Polygons are replaced by their bounding boxes: R-CNN finds boxes.";

  /** On rotated boxes. */
  public static final String ROTATED =
      "Rotated boxes are replaced by their upright bounding boxes: R-CNN finds upright boxes.";

  private Outlines() {}

  /**
   * The bounding box of points.
   *
   * @param points x and y in turns, all finite, at least one point
   * @return xmin, ymin, xmax and ymax
   */
  public static double[] around(double... points) {
    double[] box = {points[0], points[1], points[0], points[1]};
    for (int i = 0; i + 1 < points.length; i += 2) {
      box[0] = Math.min(box[0], points[i]);
      box[1] = Math.min(box[1], points[i + 1]);
      box[2] = Math.max(box[2], points[i]);
      box[3] = Math.max(box[3], points[i + 1]);
    }
    return box;
  }
}
