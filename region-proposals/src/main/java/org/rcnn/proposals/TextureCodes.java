package org.rcnn.proposals;

import java.util.Arrays;

/**
 * Directed derivatives of one channel, as codes that index texture histograms.
 *
 * <p>Eight directions are four derivatives (along x, y and both diagonals), each split into its
 * positive and its negative part. One part is always zero, so that one code per derivative holds
 * both: 0 when both parts fall in their lowest bin, 1 to 9 for the positive part's higher bins, 11
 * to 19 for the negative part's. {@link RegionHistograms} fills in the two lowest bins from the
 * region's size.
 *
 * <p>The derivative is Scharr's 3×3 kernel (3, 10, 3). Run over an image smoothed with σ = 0.8 it
 * is close to a Gaussian derivative of σ = 1, the paper's filter: across its direction the kernel
 * adds a variance of 6/16 to 0.64. Diagonals are steered, (gx ± gy) / √2, which is exact for the
 * Gaussian.
 */
final class TextureCodes {

  /** Codes of one derivative: two parts of ten bins. */
  static final int CODES = 20;

  /** Derivatives of one channel. */
  static final int DERIVATIVES = 4;

  private static final int BINS = CODES / 2;

  /** The kernel's weight on each side, 16, times the distance of the sides, 2. */
  private static final double KERNEL_GAIN = 32;

  /** The authors' upper end of the derivative's range, as a share of the channel's. */
  static final double AUTHORS_RANGE = 0.43;

  private static final int TABLE_SHIFT = 9;

  /** Largest diagonal derivative before division by √2: both kernels at their extreme. */
  private static final int LARGEST = (int) (2 * KERNEL_GAIN / 2 * 255 * GaussianSmoothing.SCALE);

  private static final int TABLE_ZERO = (LARGEST >> TABLE_SHIFT) + 1;

  private final byte[][] tables = new byte[DERIVATIVES][2 * TABLE_ZERO + 1];
  private final int[][] derivatives = new int[DERIVATIVES][0];
  private int[] acrossSmooth = new int[0];
  private int[] acrossDifference = new int[0];

  /** Bins of equal width up to a fixed range, the outermost half a bin: the authors' way. */
  void useFixedRange() {
    double perGreyLevel = KERNEL_GAIN * GaussianSmoothing.SCALE;
    double scale = (BINS - 1) / (AUTHORS_RANGE * 255 * perGreyLevel);
    for (int d = 0; d < DERIVATIVES; d++) {
      double steer = d < 2 ? 1 : Math.sqrt(0.5);
      fill(tables[d], scale * steer, scale * steer, 0.5);
    }
  }

  /**
   * Bins of equal width from zero to the largest value of each direction in this image: OpenCV's
   * way.
   */
  void useRangeOf(int[] plane, int width, int height) {
    int[] least = new int[DERIVATIVES];
    int[] largest = new int[DERIVATIVES];
    for (int y = 0; y < height; y++) {
      derive(plane, width, height, y);
      for (int d = 0; d < DERIVATIVES; d++) {
        int[] row = derivatives[d];
        for (int x = 0; x < width; x++) {
          least[d] = Math.min(least[d], row[x]);
          largest[d] = Math.max(largest[d], row[x]);
        }
      }
    }
    for (int d = 0; d < DERIVATIVES; d++) {
      fill(tables[d], BINS / (largest[d] + 1.0), BINS / (1.0 - least[d]), 0);
    }
  }

  private static void fill(byte[] table, double up, double down, double rounding) {
    Arrays.fill(table, (byte) 0);
    for (int i = 1; i <= TABLE_ZERO; i++) {
      double value = (i + 0.5) * (1 << TABLE_SHIFT);
      int positive = (int) Math.min(BINS - 1, value * up + rounding);
      table[TABLE_ZERO + i] = (byte) positive;
      double size = (i - 0.5) * (1 << TABLE_SHIFT);
      int negative = (int) Math.min(BINS - 1, size * down + rounding);
      table[TABLE_ZERO - i] = (byte) (negative == 0 ? 0 : BINS + negative);
    }
  }

  /**
   * Counts the codes of one row of a channel.
   *
   * @param bin index of each pixel's first bin in {@code counts}
   */
  void countRow(int[] plane, int width, int height, int y, int[] bin, int offset, int[] counts) {
    derive(plane, width, height, y);
    int[] x0 = derivatives[0];
    int[] y0 = derivatives[1];
    int[] d0 = derivatives[2];
    int[] d1 = derivatives[3];
    byte[] t0 = tables[0];
    byte[] t1 = tables[1];
    byte[] t2 = tables[2];
    byte[] t3 = tables[3];
    for (int x = 0; x < width; x++) {
      int at = bin[x] + offset;
      counts[at + t0[TABLE_ZERO + (x0[x] >> TABLE_SHIFT)]]++;
      counts[at + CODES + t1[TABLE_ZERO + (y0[x] >> TABLE_SHIFT)]]++;
      counts[at + 2 * CODES + t2[TABLE_ZERO + (d0[x] >> TABLE_SHIFT)]]++;
      counts[at + 3 * CODES + t3[TABLE_ZERO + (d1[x] >> TABLE_SHIFT)]]++;
    }
  }

  /** Derivatives along x, y and both diagonals for one row; all loops compile to vector code. */
  private void derive(int[] plane, int width, int height, int y) {
    if (acrossSmooth.length < width + 2) {
      acrossSmooth = new int[width + 2];
      acrossDifference = new int[width + 2];
      for (int d = 0; d < DERIVATIVES; d++) {
        derivatives[d] = new int[width];
      }
    }
    int[] smooth = acrossSmooth;
    int[] difference = acrossDifference;
    int row = y * width;
    int up = Math.max(0, y - 1) * width;
    int down = Math.min(height - 1, y + 1) * width;
    for (int x = 0; x < width; x++) {
      smooth[x + 1] = 3 * (plane[up + x] + plane[down + x]) + 10 * plane[row + x];
      difference[x + 1] = plane[down + x] - plane[up + x];
    }
    smooth[0] = smooth[1];
    smooth[width + 1] = smooth[width];
    difference[0] = difference[1];
    difference[width + 1] = difference[width];
    int[] alongX = derivatives[0];
    int[] alongY = derivatives[1];
    int[] falling = derivatives[2];
    int[] rising = derivatives[3];
    for (int x = 0; x < width; x++) {
      alongX[x] = smooth[x + 2] - smooth[x];
    }
    for (int x = 0; x < width; x++) {
      alongY[x] = 3 * (difference[x] + difference[x + 2]) + 10 * difference[x + 1];
    }
    for (int x = 0; x < width; x++) {
      falling[x] = alongX[x] + alongY[x];
      rising[x] = alongX[x] - alongY[x];
    }
  }
}
