package org.rcnn.data;

import java.util.Arrays;

/**
 * A decoded image: 8-bit red, green, blue, interleaved.
 *
 * <p>Layout HWC: the red value of pixel {@code (x, y)} is {@code rgb()[3 * (y * width + x)] &
 * 0xff}, green and blue follow. The array is neither copied when it is passed in nor when it is
 * returned; treat it as read-only.
 *
 * @param width width in pixels, at least 1
 * @param height height in pixels, at least 1
 * @param rgb {@code 3 * width * height} bytes
 */
public record RgbImage(int width, int height, byte[] rgb) {

  /** Refuses an array whose length does not match the size. */
  public RgbImage {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "An image of %d x %d pixels needs %d bytes, not %d."
              .formatted(width, height, 3L * width * height, rgb.length));
    }
  }

  /** Same size and same pixels. */
  @Override
  public boolean equals(Object other) {
    return other instanceof RgbImage image
        && width == image.width
        && height == image.height
        && Arrays.equals(rgb, image.rgb);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(rgb);
  }

  @Override
  public String toString() {
    return "RgbImage[%d x %d]".formatted(width, height);
  }
}
