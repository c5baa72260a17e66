package org.rcnn.proposals;

import org.rcnn.data.RgbImage;

/**
 * A partition of an image into connected regions.
 *
 * <p>The label array is not copied, neither in nor out; treat it as read-only.
 *
 * @param width width in pixels
 * @param height height in pixels
 * @param regions number of regions
 * @param labels the region of pixel {@code (x, y)} at {@code y * width + x}, from 0 to {@code
 *     regions - 1}, numbered by the first pixel in row order
 */
public record Segmentation(int width, int height, int regions, int[] labels) {

  /** Refuses a size that the label array does not have. */
  public Segmentation {
    if (width < 1 || height < 1 || labels.length != (long) width * height) {
      throw new IllegalArgumentException(
          "A segmentation of %d x %d pixels needs as many labels, not %d."
              .formatted(width, height, labels.length));
    }
  }

  /** The image with each region painted in its mean colour: what the grouping starts from. */
  public RgbImage inMeanColours(RgbImage image) {
    if (image.width() != width || image.height() != height) {
      throw new IllegalArgumentException(
          "The segmentation is of %d x %d pixels, the image of %d x %d."
              .formatted(width, height, image.width(), image.height()));
    }
    long[] sums = new long[3 * regions];
    int[] sizes = new int[regions];
    byte[] rgb = image.rgb();
    for (int p = 0; p < labels.length; p++) {
      sizes[labels[p]]++;
      for (int c = 0; c < 3; c++) {
        sums[3 * labels[p] + c] += rgb[3 * p + c] & 0xff;
      }
    }
    byte[] painted = new byte[rgb.length];
    for (int p = 0; p < labels.length; p++) {
      for (int c = 0; c < 3; c++) {
        painted[3 * p + c] = (byte) (sums[3 * labels[p] + c] / sizes[labels[p]]);
      }
    }
    return new RgbImage(width, height, painted);
  }
}
