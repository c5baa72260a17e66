package org.rcnn.cnn.warp;

import java.util.Arrays;
import org.rcnn.data.RgbImage;

/**
 * The sums of an image's pixels over every rectangle from its upper left corner: with them the mean
 * of any rectangle takes the same few steps, however large it is. Worth making for an image of
 * which many regions are shrunk; immutable, for any number of threads.
 *
 * <p>Crow, Summed-area tables for texture mapping, SIGGRAPH 1984.
 */
public final class SummedAreas {

  /** Images of more pixels would need more than 200 MiB. */
  private static final int MOST_PIXELS = 1 << 24;

  /** Pixels whose sum an {@code int} holds. */
  private static final int MOST_IN_A_ROW = Integer.MAX_VALUE / 255;

  private final int width;
  private final int height;

  /** {@code (height + 1) x (width + 1) x 3}: pixels above and to the left of a corner. */
  private final int[] sums;

  private SummedAreas(int width, int height, int[] sums) {
    this.width = width;
    this.height = height;
    this.sums = sums;
  }

  /** Whether an image is small enough: 16.7 million pixels. */
  public static boolean suits(RgbImage image) {
    return (long) image.width() * image.height() <= MOST_PIXELS;
  }

  /**
   * The sums of an image; they take four times its memory. Those of large images wrap around, and
   * their differences wrap back.
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
    int stride = 3 * (width + 1);
    int[] sums = new int[(height + 1) * stride];
    byte[] rgb = image.rgb();
    int pixel = 0;
    for (int y = 1; y <= height; y++) {
      int red = 0;
      int green = 0;
      int blue = 0;
      int at = y * stride + 3;
      for (int x = 0; x < width; x++) {
        red += rgb[pixel] & 0xff;
        green += rgb[pixel + 1] & 0xff;
        blue += rgb[pixel + 2] & 0xff;
        sums[at] = sums[at - stride] + red;
        sums[at + 1] = sums[at + 1 - stride] + green;
        sums[at + 2] = sums[at + 2 - stride] + blue;
        pixel += 3;
        at += 3;
      }
    }
    return new SummedAreas(width, height, sums);
  }

  /** Shrinks rectangles of the image; for one thread. */
  Shrinking shrinking() {
    return new Shrinking();
  }

  /**
   * Whether a rectangle can be shrunk so: the pixels that make a row of the result, and those to
   * the left of them, must have a sum that an {@code int} holds. Few rows of an image of many
   * millions of pixels do not.
   *
   * @param right the column after the rectangle's last
   * @param h its rows
   */
  static boolean canShrink(int right, int h, int targetHeight) {
    return (h / targetHeight + 2L) * right <= MOST_IN_A_ROW;
  }

  /** The arrays for it. */
  final class Shrinking {

    private final int[] corner = new int[width + 1];
    private final float[] part = new float[width + 1];

    /** Sums over a row of the result, from the rectangle's left side to each column. */
    private final float[] strip = new float[3 * (width + 1)];

    /** What of a row of pixels lies above the boundary between two rows of the result. */
    private float[] above = new float[3 * (width + 1)];

    private float[] below = new float[3 * (width + 1)];

    private Shrinking() {}

    /**
     * The rectangle's pixels averaged into fewer: each of the result is the mean of what it covers,
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
      columns(w, targetWidth);
      int stride = 3 * (width + 1);
      int length = 3 * (w + 1);
      double high = (double) h / targetHeight;
      float scale = (float) (1 / (high * w / targetWidth));
      int top = y;
      Arrays.fill(above, 0, length, 0f);
      for (int row = 0; row < targetHeight; row++) {
        boolean last = row == targetHeight - 1;
        double boundary = y + (row + 1) * high;
        int bottom = last ? y + h : (int) boundary;
        float cut = last ? 0f : (float) (boundary - bottom);
        int from = top * stride + 3 * x;
        int to = bottom * stride + 3 * x;
        int next = bottom < height ? to + stride : to;
        sum(from, to, next, cut, length);
        top = bottom;
        float[] spare = above;
        above = below;
        below = spare;
        average(targetWidth, scale, into, 3 * row * targetWidth);
      }
    }

    /** Where the boundaries between the result's columns lie in the rectangle. */
    private void columns(int w, int targetWidth) {
      double wide = (double) w / targetWidth;
      for (int column = 0; column <= targetWidth; column++) {
        double boundary = column * wide;
        int whole = Math.min((int) boundary, w - 1);
        corner[column] = 3 * whole;
        part[column] = column == targetWidth ? 1f : (float) (boundary - whole);
      }
    }

    /**
     * Whole rows of pixels, less what of the first is above the boundary, and the part of the next
     * that is above the next boundary.
     */
    private void sum(int from, int to, int next, float cut, int length) {
      int[] all = sums;
      float[] before = above;
      float[] after = below;
      float[] result = strip;
      for (int i = 0; i < length; i++) {
        // All sums here begin at the image's left side; the averages take differences.
        float added = cut * (all[next + i] - all[to + i]);
        after[i] = added;
        result[i] = (all[to + i] - all[from + i]) - before[i] + added;
      }
    }

    private void average(int targetWidth, float scale, byte[] into, int offset) {
      float[] of = strip;
      float red = of[0];
      float green = of[1];
      float blue = of[2];
      int to = offset;
      for (int column = 1; column <= targetWidth; column++) {
        int at = corner[column];
        float right = part[column];
        float nextRed = of[at] + right * (of[at + 3] - of[at]);
        float nextGreen = of[at + 1] + right * (of[at + 4] - of[at + 1]);
        float nextBlue = of[at + 2] + right * (of[at + 5] - of[at + 2]);
        into[to] = (byte) ((nextRed - red) * scale + 0.5f);
        into[to + 1] = (byte) ((nextGreen - green) * scale + 0.5f);
        into[to + 2] = (byte) ((nextBlue - blue) * scale + 0.5f);
        red = nextRed;
        green = nextGreen;
        blue = nextBlue;
        to += 3;
      }
    }
  }
}
