package org.rcnn.svm;

/**
 * The product {@code A·Bᵀ} of two row-major float matrices, written so that the JIT compiler turns
 * its inner loop into vector instructions.
 *
 * <p>A dot product is a sum, and Java's strict floating point forbids the compiler to reorder one;
 * a loop over <em>columns of the result</em> has no such sum and vectorises. So a panel of {@link
 * #PANEL} rows of B is laid out transposed, {@link #DEPTH} feature values at a time (256 KiB, the
 * second-level cache), and the inner loop adds four features to two rows of results at once: four
 * vector loads from the panel serve eight multiplications, and everything stays in registers or the
 * first-level cache.
 *
 * <p>Every value of the result is the sum over the features in ascending order, whatever the
 * tiling, the number of threads or the side that is transposed: products are equal bit by bit
 * however the work is cut, and {@code X·Xᵀ} is exactly symmetric.
 */
final class MatrixProduct {

  /** Columns of the result computed together. */
  static final int PANEL = 256;

  private static final int DEPTH = 256;

  private MatrixProduct() {}

  /** Rows of a matrix, wherever they are stored. */
  interface Rows {
    /** The array that holds a row. */
    float[] array(int row);

    /** Where in that array the row starts. */
    int offset(int row);
  }

  /** Rows stored one after the other in one array. */
  record Dense(float[] values, int columns) implements Rows {
    @Override
    public float[] array(int row) {
      return values;
    }

    @Override
    public int offset(int row) {
      return row * columns;
    }
  }

  /** The length of an array for a result, refused in a sentence if no array can be that long. */
  static int arrayLength(int rows, int columns) {
    long length = (long) rows * columns;
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "A product of %d x %d values is too large for one array; multiply fewer rows at a time."
              .formatted(rows, columns));
    }
    return (int) length;
  }

  /**
   * Computes the products of the rows {@code fromA <= i < toA} of A with some columns of the
   * result: {@code out[(i − fromA)·stride + j] = A(i)·B(fromB + j)} for {@code first <= j < last},
   * at most {@link #PANEL} of them; out must hold zeros there.
   */
  static void panel(
      Rows a,
      int fromA,
      int toA,
      Rows b,
      int fromB,
      int first,
      int last,
      int columns,
      float[] out,
      int stride) {
    int width = last - first;
    float[] packed = new float[DEPTH * PANEL];
    float[] sums0 = new float[PANEL];
    float[] sums1 = new float[PANEL];
    for (int k0 = 0; k0 < columns; k0 += DEPTH) {
      int depth = Math.min(DEPTH, columns - k0);
      pack(b, fromB + first, width, k0, depth, packed);
      for (int i = fromA; i < toA; i += 2) {
        int second = Math.min(i + 1, toA - 1); // an odd last row is computed twice
        int at0 = (i - fromA) * stride + first;
        int at1 = (second - fromA) * stride + first;
        System.arraycopy(out, at0, sums0, 0, width);
        System.arraycopy(out, at1, sums1, 0, width);
        addTwoRows(
            a.array(i),
            a.offset(i) + k0,
            a.array(second),
            a.offset(second) + k0,
            depth,
            packed,
            sums0,
            sums1);
        System.arraycopy(sums0, 0, out, at0, width);
        System.arraycopy(sums1, 0, out, at1, width);
      }
    }
  }

  private static void pack(Rows b, int fromB, int width, int k0, int depth, float[] packed) {
    for (int j = 0; j < width; j++) {
      float[] row = b.array(fromB + j);
      int at = b.offset(fromB + j) + k0;
      for (int k = 0; k < depth; k++) {
        packed[k * PANEL + j] = row[at + k];
      }
    }
  }

  private static void addTwoRows(
      float[] a0,
      int at0,
      float[] a1,
      int at1,
      int depth,
      float[] packed,
      float[] sums0,
      float[] sums1) {
    int k = 0;
    for (; k + 4 <= depth; k += 4) {
      addFour(
          a0[at0 + k],
          a0[at0 + k + 1],
          a0[at0 + k + 2],
          a0[at0 + k + 3],
          a1[at1 + k],
          a1[at1 + k + 1],
          a1[at1 + k + 2],
          a1[at1 + k + 3],
          packed,
          k * PANEL,
          sums0,
          sums1);
    }
    for (; k < depth; k++) {
      float u = a0[at0 + k];
      float v = a1[at1 + k];
      int p = k * PANEL;
      for (int j = 0; j < PANEL; j++) {
        float b = packed[p + j];
        sums0[j] = sums0[j] + u * b;
        sums1[j] = sums1[j] + v * b;
      }
    }
  }

  private static void addFour(
      float u0,
      float u1,
      float u2,
      float u3,
      float v0,
      float v1,
      float v2,
      float v3,
      float[] packed,
      int p,
      float[] sums0,
      float[] sums1) {
    for (int j = 0; j < PANEL; j++) {
      float b0 = packed[p + j];
      float b1 = packed[p + PANEL + j];
      float b2 = packed[p + 2 * PANEL + j];
      float b3 = packed[p + 3 * PANEL + j];
      float s = sums0[j] + u0 * b0 + u1 * b1 + u2 * b2 + u3 * b3;
      float t = sums1[j] + v0 * b0 + v1 * b1 + v2 * b2 + v3 * b3;
      sums0[j] = s;
      sums1[j] = t;
    }
  }
}
