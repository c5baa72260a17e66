package org.rcnn.data;

/**
 * What an image file says about its picture.
 *
 * @param storedWidth width of the stored pixels
 * @param storedHeight height of the stored pixels
 * @param orientation the EXIF orientation, 1 to 8; 1 if the stored pixels are upright, or the file
 *     says nothing
 */
public record ImageHeader(int storedWidth, int storedHeight, int orientation) {

  /** Whether the stored pixels are not upright. */
  public boolean isTurned() {
    return orientation != Orientation.UPRIGHT;
  }

  /** The picture's width in pixels. */
  public int width(ExifOrientation exif) {
    return swaps(exif) ? storedHeight : storedWidth;
  }

  /** The picture's height in pixels. */
  public int height(ExifOrientation exif) {
    return swaps(exif) ? storedWidth : storedHeight;
  }

  private boolean swaps(ExifOrientation exif) {
    return exif == ExifOrientation.APPLY && Orientation.swapsSides(orientation);
  }
}
