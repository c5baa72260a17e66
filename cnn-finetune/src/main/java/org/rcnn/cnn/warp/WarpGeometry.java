package org.rcnn.cnn.warp;

import org.rcnn.data.Box;

/**
 * Which pixels of an image a warped region shows, and where in the network's input they go.
 *
 * <p>Appendix A of the paper, "warp" with context: the region is enlarged about its centre by
 * {@code size / (size - 2 * context)}, so that after stretching it to the input's square exactly
 * {@code context} pixels of surroundings lie on every side. The part of the enlarged box that lies
 * outside the image has no pixels; the rest keeps its proportional place, and the empty part gets
 * the mean colour.
 *
 * <p>Differs from the authors' {@code rcnn_im_crop.m} in the corner convention: their inclusive
 * corners, rounded one by one, make the enlarged box one pixel wider than the half-open one here.
 *
 * @param sourceX first column of the image shown
 * @param sourceY first row of the image shown
 * @param sourceWidth columns shown, at least 1
 * @param sourceHeight rows shown, at least 1
 * @param targetX column of the input where they begin
 * @param targetY row of the input where they begin
 * @param targetWidth columns of the input that they fill, at least 1
 * @param targetHeight rows of the input that they fill, at least 1
 */
public record WarpGeometry(
    int sourceX,
    int sourceY,
    int sourceWidth,
    int sourceHeight,
    int targetX,
    int targetY,
    int targetWidth,
    int targetHeight) {

  /** One axis: the image's stretch and the input's stretch that shows it. */
  private record Axis(int source, int sourceLength, int target, int targetLength) {}

  /**
   * The geometry of a region.
   *
   * @param region the region; the part outside the image is shown as mean colour
   * @param imageWidth the image's width
   * @param imageHeight the image's height
   * @param size side of the network's input
   * @param context pixels of surroundings on every side of the input, less than half of it
   */
  public static WarpGeometry of(
      Box region, int imageWidth, int imageHeight, int size, int context) {
    double scale = (double) size / (size - 2 * context);
    Axis x = axis(region.xMin(), region.xMax(), imageWidth, size, scale);
    Axis y = axis(region.yMin(), region.yMax(), imageHeight, size, scale);
    return new WarpGeometry(
        x.source,
        y.source,
        x.sourceLength,
        y.sourceLength,
        x.target,
        y.target,
        x.targetLength,
        y.targetLength);
  }

  /** Whether pixels fall together on an axis. */
  public boolean shrinks() {
    return sourceWidth > targetWidth || sourceHeight > targetHeight;
  }

  private static Axis axis(double min, double max, int imageLength, int size, double scale) {
    double centre = (min + max) / 2;
    double half = Math.max(0.5, (max - min) / 2) * scale;
    int begin = (int) Math.round(centre - half);
    int end = Math.max(begin + 1, (int) Math.round(centre + half));
    double stretch = (double) size / (end - begin);
    // A box that misses the image altogether still shows the pixel nearest to it.
    int from = Math.min(Math.max(begin, 0), imageLength - 1);
    int to = Math.min(Math.max(end, from + 1), imageLength);
    int target = Math.min(size - 1, Math.max(0, (int) Math.round((from - begin) * stretch)));
    int length = (int) Math.round((to - from) * stretch);
    return new Axis(from, to - from, target, Math.min(Math.max(1, length), size - target));
  }
}
