package org.rcnn.cnn.warp;

import org.rcnn.data.RgbImage;

/**
 * For every corner of an image's pixels, the sums of all pixels above and to the left of it: with
 * them the mean of any rectangle takes the same few steps, however large it is. They pay off for an
 * image of which many regions are shrunk. Immutable, for any number of threads.
 *
 * <p>Crow, Summed-area tables for texture mapping, SIGGRAPH 1984.
 */
public final class SummedAreas {

  /** With more pixels than this, a sum of levels may overflow an {@code int}. */
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

  /** Shrinks rectangles of the image, for one thread. */
  Shrinking shrinking() {
    return new Shrinking();
  }

  /** One thread's arrays for shrinking rectangles of the image. */
  final class Shrinking {

    /** For each boundary between the result's columns, the pixel that it cuts and where. */
    private final int[] cutPixel = new int[width + 1];

    private final double[] cutShare = new double[width + 1];

    /**
     * For each corner of a row of the result, the sum of all that is above and to the left of it.
     */
    private final double[] upper = new double[CHANNELS * (width + 1)];

    private final double[] lower = new double[CHANNELS * (width + 1)];

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
      double scale = 1 / (rows * w / targetWidth);
      double[] above = upper;
      double[] below = lower;
      corners(x, y, 0, targetWidth, above);
      for (int row = 0; row < targetHeight; row++) {
        double boundary = row == targetHeight - 1 ? y + h : y + (row + 1) * rows;
        int pixel = Math.min((int) boundary, height - 1);
        corners(x, pixel, boundary - pixel, targetWidth, below);
        average(above, below, targetWidth, scale, into, CHANNELS * row * targetWidth);
        double[] spare = above;
        above = below;
        below = spare;
      }
    }

    private void cutColumns(int w, int targetWidth) {
      double columns = (double) w / targetWidth;
      for (int column = 0; column <= targetWidth; column++) {
        double boundary = column * columns;
        int pixel = Math.min((int) boundary, w - 1);
        cutPixel[column] = pixel;
        cutShare[column] = column == targetWidth ? 1 : boundary - pixel;
      }
    }

    /**
     * The sums at the corners of the result's pixels along one boundary between its rows. A corner
     * between pixels is interpolated: a pixel has one colour throughout, so this is exact.
     *
     * @param pixel the row of pixels that the boundary cuts
     * @param share how far down
     */
    private void corners(int x, int pixel, double share, int targetWidth, double[] into) {
      int from = pixel * (width + 1) + x;
      for (int c = 0; c < CHANNELS; c++) {
        int[] all = sums[c];
        for (int column = 0; column <= targetWidth; column++) {
          int at = from + cutPixel[column];
          int next = at + width + 1;
          double part = cutShare[column];
          double row = all[at] + part * (all[at + 1] - all[at]);
          double rowBelow = all[next] + part * (all[next + 1] - all[next]);
          into[CHANNELS * column + c] = row + share * (rowBelow - row);
        }
      }
    }

    /**
     * All sums are below 2^31 and doubles have 53 bits: rounding errors are far below one level.
     */
    private static void average(
        double[] above, double[] below, int targetWidth, double scale, byte[] into, int offset) {
      for (int i = 0; i < CHANNELS * targetWidth; i++) {
        double sum = below[i + CHANNELS] - below[i] - (above[i + CHANNELS] - above[i]);
        into[offset + i] = (byte) (int) (sum * scale + 0.5);
      }
    }
  }
}
