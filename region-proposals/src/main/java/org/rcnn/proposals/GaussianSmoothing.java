package org.rcnn.proposals;

import java.util.Arrays;

/**
 * Separable Gaussian smoothing of one 8-bit plane into fixed-point numbers, 64 to a grey level.
 *
 * <p>The kernel reaches 4 sigma and pixels beyond the border repeat the border, as in the authors'
 * segmentation code. Weights are rounded to 1/4096 and add up to exactly 1, so a constant plane
 * stays constant. Fixed point keeps every later step exact: squared distances of three channels fit
 * an {@code int}, and the loops below compile to vector instructions.
 */
final class GaussianSmoothing {

  /** Units of the result per grey level. */
  static final int SCALE = 64;

  private static final int WEIGHT_BITS = 12;

  /** Weight of the centre and of the pixels at distance 1, 2, … on either side. */
  private final int[] weights;

  private int[] paddedRow = new int[0];
  private int[] rows = new int[0];

  GaussianSmoothing(double sigma) {
    this.weights = weights(sigma);
  }

  private static int[] weights(double sigma) {
    int reach = sigma <= 0 ? 0 : (int) Math.ceil(4 * sigma);
    double[] exact = new double[reach + 1];
    double sum = 0;
    for (int i = 0; i <= reach; i++) {
      exact[i] = i == 0 ? 1 : Math.exp(-0.5 * i * i / (sigma * sigma));
      sum += i == 0 ? 1 : 2 * exact[i];
    }
    int[] weights = new int[reach + 1];
    int centre = 1 << WEIGHT_BITS;
    int last = 0;
    for (int i = 1; i <= reach; i++) {
      weights[i] = (int) Math.round(exact[i] / sum * (1 << WEIGHT_BITS));
      centre -= 2 * weights[i];
      last = weights[i] > 0 ? i : last;
    }
    weights[0] = centre;
    return Arrays.copyOf(weights, last + 1);
  }

  /** Smooths {@code width * height} pixels of a plane into {@code smoothed}. */
  void smooth(byte[] plane, int width, int height, int[] smoothed) {
    int reach = weights.length - 1;
    if (paddedRow.length < width + 2 * reach) {
      paddedRow = new int[width + 2 * reach];
    }
    if (rows.length < width * height) {
      rows = new int[width * height];
    }
    for (int y = 0; y < height; y++) {
      pad(plane, y * width, width, reach);
      alongRow(y * width, width);
    }
    for (int y = 0; y < height; y++) {
      acrossRows(y, width, height, smoothed);
    }
  }

  private void pad(byte[] plane, int start, int width, int reach) {
    int[] row = paddedRow;
    for (int x = 0; x < width; x++) {
      row[reach + x] = plane[start + x] & 0xff;
    }
    Arrays.fill(row, 0, reach, plane[start] & 0xff);
    Arrays.fill(row, reach + width, 2 * reach + width, plane[start + width - 1] & 0xff);
  }

  private void alongRow(int start, int width) {
    int[] row = paddedRow;
    int[] out = rows;
    int reach = weights.length - 1;
    int centre = weights[0];
    for (int x = 0; x < width; x++) {
      out[start + x] = centre * row[reach + x];
    }
    for (int i = 1; i <= reach; i++) {
      int weight = weights[i];
      int left = reach - i;
      int right = reach + i;
      for (int x = 0; x < width; x++) {
        out[start + x] += weight * (row[left + x] + row[right + x]);
      }
    }
    int shift = WEIGHT_BITS - Integer.numberOfTrailingZeros(SCALE);
    int half = 1 << (shift - 1);
    for (int x = 0; x < width; x++) {
      out[start + x] = (out[start + x] + half) >> shift;
    }
  }

  private void acrossRows(int y, int width, int height, int[] out) {
    int[] in = rows;
    int start = y * width;
    int centre = weights[0];
    for (int x = 0; x < width; x++) {
      out[start + x] = centre * in[start + x];
    }
    for (int i = 1; i < weights.length; i++) {
      int weight = weights[i];
      int above = Math.max(0, y - i) * width;
      int below = Math.min(height - 1, y + i) * width;
      for (int x = 0; x < width; x++) {
        out[start + x] += weight * (in[above + x] + in[below + x]);
      }
    }
    for (int x = 0; x < width; x++) {
      out[start + x] = (out[start + x] + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS;
    }
  }
}
