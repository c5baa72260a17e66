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
    float[] sums = new float[PANEL];
    for (int k0 = 0; k0 < columns; k0 += DEPTH) {
      int depth = Math.min(DEPTH, columns - k0);
      pack(b, fromB + first, width, k0, depth, packed);
      for (int i = fromA; i < toA; i++) {
        int at = (i - fromA) * stride + first;
        System.arraycopy(out, at, sums, 0, width);
        addRow(a.array(i), a.offset(i) + k0, depth, packed, sums);
        System.arraycopy(sums, 0, out, at, width);
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
   * Four terms into one row of sums. JDK 17's compiler vectorises a loop that stores to one array
   * with up to four products, and no larger one: this shape runs three to four times as fast as two
   * rows at once.
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
