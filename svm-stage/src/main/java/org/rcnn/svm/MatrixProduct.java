package org.rcnn.svm;

/**
 * The product {@code A·Bᵀ} of two row-major float matrices, written so that the JIT compiler turns
 * its inner loop into vector instructions.
 *
 * <p>A dot product is a sum, which Java's strict floating point forbids the compiler to reorder; a
 * loop over <em>columns of the result</em> has no such sum and is vectorised. So a panel of {@link
 * #PANEL} rows of B is laid out transposed, {@link #DEPTH} feature values at a time (256 KiB, the
 * second-level cache), and the inner loop adds four features to a row of results at once.
 *
 * <p>Every value of the result is the sum over the features in ascending order, whatever the
 * tiling: products are bitwise equal however the work is divided, and {@code X·Xᵀ} is exactly
 * symmetric.
 */
final class MatrixProduct {

  /** Columns of the result computed together. */
  private static final int PANEL = 256;

  private static final int DEPTH = 256;

  private MatrixProduct() {}

  /**
   * The product of two matrices.
   *
   * @param a {@code m × columns} values, row-major
   * @param b {@code n × columns} values, row-major
   * @return {@code m × n} values, row-major
   */
  static float[] timesTransposed(float[] a, int m, float[] b, int n, int columns) {
    if ((long) m * n > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "A product of %d x %d values is too large for one array; multiply fewer rows at a time."
              .formatted(m, n));
    }
    float[] out = new float[m * n];
    float[] packed = new float[DEPTH * PANEL];
    float[] sums = new float[PANEL];
    for (int first = 0; first < n; first += PANEL) {
      int width = Math.min(PANEL, n - first);
      for (int k = 0; k < columns; k += DEPTH) {
        int depth = Math.min(DEPTH, columns - k);
        pack(b, first * columns + k, columns, width, depth, packed);
        for (int i = 0; i < m; i++) {
          int at = i * n + first;
          System.arraycopy(out, at, sums, 0, width);
          addRow(a, i * columns + k, depth, packed, sums);
          System.arraycopy(sums, 0, out, at, width);
        }
      }
    }
    return out;
  }

  private static void pack(float[] b, int from, int columns, int width, int depth, float[] packed) {
    for (int j = 0; j < width; j++) {
      int at = from + j * columns;
      for (int k = 0; k < depth; k++) {
        packed[k * PANEL + j] = b[at + k];
      }
    }
  }

  private static void addRow(float[] a, int at, int depth, float[] packed, float[] sums) {
    int k = 0;
    for (; k + 4 <= depth; k += 4) {
      addFour(a[at + k], a[at + k + 1], a[at + k + 2], a[at + k + 3], packed, k * PANEL, sums);
    }
    for (; k < depth; k++) {
      float u = a[at + k];
      int p = k * PANEL;
      for (int j = 0; j < PANEL; j++) {
        sums[j] = sums[j] + u * packed[p + j];
      }
    }
  }

  /**
   * Adds four terms to one row of sums. JDK 17's compiler vectorises a loop that stores to one
   * array with up to four products, but no larger one: this shape runs three to four times as fast
   * as two rows at once.
   */
  private static void addFour(
      float u0, float u1, float u2, float u3, float[] packed, int p, float[] sums) {
    for (int j = 0; j < PANEL; j++) {
      sums[j] =
          sums[j]
              + u0 * packed[p + j]
              + u1 * packed[p + PANEL + j]
              + u2 * packed[p + 2 * PANEL + j]
              + u3 * packed[p + 3 * PANEL + j];
    }
  }
}
