package org.rcnn.cnn.warp;

import java.util.Arrays;
import org.rcnn.data.RgbImage;

/**
 * For every corner of an image's pixels, the sums of all pixels above and to the left of it: with
 * them the mean of any rectangle takes the same few steps, however large it is. Worth making for an
 * image of which many regions are shrunk. Immutable, for any number of threads.
 *
 * <p>Crow, Summed-area tables for texture mapping, SIGGRAPH 1984.
 */
public final class SummedAreas {

  /** Levels of more pixels than this may have a sum that an {@code int} does not hold. */
  private static final int MOST_PIXELS = Integer.MAX_VALUE / 255;

  private static final int CHANNELS = 3;

  private final int width;
  private final int height;

  /** A plane of {@code (height + 1) x (width + 1)} for each of red, green and blue. */
  private final int[][] sums;

  private SummedAreas(int width, int height, int[][] sums) {
    this.width = width;
    this.height = height;
    this.sums = sums;
  }

  /** Whether an image is small enough: 8.4 million pixels. */
  public static boolean suits(RgbImage image) {
    return (long) image.width() * image.height() <= MOST_PIXELS;
  }

  /**
   * The sums of an image; they take some four times its memory.
   *
   * @throws IllegalArgumentException if it is not {@link #suits small enough}
   */
  public static SummedAreas of(RgbImage image) {
    if (!suits(image)) {
      throw new IllegalArgumentException(
          "An image of %d x %d pixels is too large for sums over its areas."
              .formatted(image.width(), image.height()));
    }
    int width = image.width();
    int height = image.height();
    int[][] sums = new int[CHANNELS][(height + 1) * (width + 1)];
    byte[] rgb = image.rgb();
    for (int c = 0; c < CHANNELS; c++) {
      int[] plane = sums[c];
      int pixel = c;
      for (int y = 1; y <= height; y++) {
        int row = 0;
        int at = y * (width + 1) + 1;
        for (int x = 0; x < width; x++, at++, pixel += CHANNELS) {
          row += rgb[pixel] & 0xff;
          plane[at] = plane[at - width - 1] + row;
        }
      }
    }
    return new SummedAreas(width, height, sums);
  }

  /** Whether these can be the sums of an image of that size. */
  boolean fit(int imageWidth, int imageHeight) {
    return width == imageWidth && height == imageHeight;
  }

  /** Something to shrink rectangles of the image with, for one thread. */
  Shrinking shrinking() {
    return new Shrinking();
  }

  /** One thread's arrays for shrinking rectangles of the image. */
  final class Shrinking {

    /** For each boundary between the result's columns, the pixel that it cuts and where. */
    private final int[] cutPixel = new int[width + 1];

    private final float[] cutShare = new float[width + 1];

    /** Sums over the pixels of one row of the result, from the rectangle's left side. */
    private final float[][] strip = new float[CHANNELS][width + 1];

    /** The share of the strip's first row of pixels that belongs to the row of the result above. */
    private final float[][] above = new float[CHANNELS][width + 1];

    private Shrinking() {}

    /**
     * Averages a rectangle's pixels into fewer: each of the result is the mean of what it covers,
     * pixels that it covers in part counting for that part, rounded to a whole level.
     *
     * @param x the rectangle's first column
     * @param y its first row
     * @param w its columns
     * @param h its rows
     * @param targetWidth columns of the result, at most {@code w}
     * @param targetHeight rows of the result, at most {@code h}
     * @param into receives {@code targetHeight x targetWidth x 3} levels, from its beginning
     */
    void shrink(int x, int y, int w, int h, int targetWidth, int targetHeight, byte[] into) {
      cutColumns(w, targetWidth);
      double rows = (double) h / targetHeight;
      float scale = (float) (1 / (rows * w / targetWidth));
      for (float[] none : above) {
        Arrays.fill(none, 0, w + 1, 0f);
      }
      int top = y;
      for (int row = 0; row < targetHeight; row++) {
        boolean last = row == targetHeight - 1;
        double boundary = y + (row + 1) * rows;
        int bottom = last ? y + h : (int) boundary;
        float share = last ? 0f : (float) (boundary - bottom);
        for (int c = 0; c < CHANNELS; c++) {
          sum(sums[c], x, w, top, bottom, share, above[c], strip[c]);
        }
        average(targetWidth, scale, into, CHANNELS * row * targetWidth);
        top = bottom;
      }
    }

    private void cutColumns(int w, int targetWidth) {
      double columns = (double) w / targetWidth;
      for (int column = 0; column <= targetWidth; column++) {
        double boundary = column * columns;
        int pixel = Math.min((int) boundary, w - 1);
        cutPixel[column] = pixel;
        cutShare[column] = column == targetWidth ? 1f : (float) (boundary - pixel);
      }
    }

    /**
     * The sums over the rows from {@code top} to {@code bottom}, less what of the first row is
     * above, and with the share of the next row that is above the next boundary.
     */
    private void sum(
        int[] all, int x, int w, int top, int bottom, float share, float[] past, float[] result) {
      int from = top * (width + 1) + x;
      int to = bottom * (width + 1) + x;
      int next = bottom < height ? to + width + 1 : to;
      // The sums begin at the image's left side. What lies left of the rectangle is taken away
      // while numbers are whole: as floats, sums over wide images would have lost the last levels.
      int left = all[to] - all[from];
      int leftOfNext = all[next] - all[to];
      for (int i = 0; i <= w; i++) {
        float added = share * (all[next + i] - all[to + i] - leftOfNext);
        result[i] = (all[to + i] - all[from + i] - left) - past[i] + added;
        past[i] = added;
      }
    }

    private void average(int targetWidth, float scale, byte[] into, int offset) {
      float[] reds = strip[0];
      float[] greens = strip[1];
      float[] blues = strip[2];
      float red = 0;
      float green = 0;
      float blue = 0;
      int to = offset;
      for (int column = 1; column <= targetWidth; column++) {
        int at = cutPixel[column];
        float share = cutShare[column];
        float nextRed = reds[at] + share * (reds[at + 1] - reds[at]);
        float nextGreen = greens[at] + share * (greens[at + 1] - greens[at]);
        float nextBlue = blues[at] + share * (blues[at + 1] - blues[at]);
        into[to] = level((nextRed - red) * scale);
        into[to + 1] = level((nextGreen - green) * scale);
        into[to + 2] = level((nextBlue - blue) * scale);
        red = nextRed;
        green = nextGreen;
        blue = nextBlue;
        to += CHANNELS;
      }
    }

    /** A rounded mean can leave a byte's range only by the rounding before. */
    private static byte level(float mean) {
      return (byte) Math.max(0, Math.min(255, (int) (mean + 0.5f)));
    }
  }
}
