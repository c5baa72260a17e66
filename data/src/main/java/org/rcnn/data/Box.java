package org.rcnn.data;

/**
 * An axis-parallel rectangle in an image, in pixels.
 *
 * <p><b>Pixel convention.</b> Coordinates are 0-based and half-open: the box covers {@code xMin <=
 * x < xMax} and {@code yMin <= y < yMax}, the top left pixel of an image is {@code (0, 0)}, and a
 * box of that one pixel is {@code (0, 0, 1, 1)}. Widths and areas are plain differences, so no
 * {@code + 1} appears anywhere in the project.
 *
 * <p>PASCAL VOC files use 1-based inclusive corners. The two conventions describe the same pixels
 * and give the same overlaps; {@link #ofVoc} and {@link #toVoc} convert, and are called only where
 * such a file is read or written.
 *
 * <p>Coordinates may be fractional (a regressed box). A box may be empty ({@code xMax <= xMin});
 * its area is then 0 and it overlaps nothing.
 *
 * @param xMin left edge, inclusive
 * @param yMin top edge, inclusive
 * @param xMax right edge, exclusive
 * @param yMax bottom edge, exclusive
 */
public record Box(double xMin, double yMin, double xMax, double yMax) {

  /** Refuses coordinates that are not finite numbers. */
  public Box {
    // The sum is finite only if all four are: opposite infinities add up to NaN.
    if (!Double.isFinite(xMin + yMin + xMax + yMax)) {
      throw new IllegalArgumentException(
          "A box needs finite coordinates, not (%s, %s, %s, %s)."
              .formatted(xMin, yMin, xMax, yMax));
    }
  }

  /** The box of a VOC file's 1-based inclusive corners. */
  public static Box ofVoc(double xMin, double yMin, double xMax, double yMax) {
    return new Box(xMin - 1, yMin - 1, xMax, yMax);
  }

  /** The 1-based inclusive corners of a VOC file, as {@code {xmin, ymin, xmax, ymax}}. */
  public double[] toVoc() {
    return new double[] {xMin + 1, yMin + 1, xMax, yMax};
  }

  /** Width in pixels, 0 for an empty box. */
  public double width() {
    return Math.max(0, xMax - xMin);
  }

  /** Height in pixels, 0 for an empty box. */
  public double height() {
    return Math.max(0, yMax - yMin);
  }

  /** Area in square pixels, 0 for an empty box. */
  public double area() {
    return width() * height();
  }

  /** Whether the box covers nothing. */
  public boolean isEmpty() {
    return !(xMax > xMin && yMax > yMin);
  }

  /** Area shared with another box, in square pixels. */
  public double intersection(Box other) {
    double w = Math.min(xMax, other.xMax) - Math.max(xMin, other.xMin);
    double h = Math.min(yMax, other.yMax) - Math.max(yMin, other.yMin);
    return w > 0 && h > 0 ? w * h : 0;
  }

  /**
   * Intersection over union with another box, from 0 (disjoint) to 1 (equal). Two empty boxes have
   * 0.
   */
  public double iou(Box other) {
    double intersection = intersection(other);
    return intersection == 0 ? 0 : intersection / (area() + other.area() - intersection);
  }

  /** The part of the box inside an image of the given size; empty if there is none. */
  public Box clip(int width, int height) {
    return new Box(
        Math.min(Math.max(xMin, 0), width),
        Math.min(Math.max(yMin, 0), height),
        Math.min(Math.max(xMax, 0), width),
        Math.min(Math.max(yMax, 0), height));
  }

  /** The box with every coordinate multiplied by a factor. */
  public Box scale(double factor) {
    return new Box(xMin * factor, yMin * factor, xMax * factor, yMax * factor);
  }
}
