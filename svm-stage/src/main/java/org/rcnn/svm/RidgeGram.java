package org.rcnn.svm;

import java.util.Arrays;

/**
 * Gram matrices Z Zᵀ of float data, where Z is a row-major matrix or its transpose.
 *
 * <p>The product is cut into tiles of {@value #ROWS} × {@value #COLUMNS} entries and {@value
 * #DEPTH} terms. Within a tile, sums are floats; tiles are added in double precision, so that
 * rounding does not grow with the number of terms. The exact variant uses doubles throughout.
 *
 * <p>Matrices are lower triangles: row {@code i} is an array of {@code i + 1} numbers.
 */
final class RidgeGram {

  private static final int ROWS = 64;
  private static final int COLUMNS = 512;
  private static final int DEPTH = 256;

  private final float[] x;
  private final int size;
  private final int depth;
  private final int sizeStride;
  private final int depthStride;

  private RidgeGram(float[] x, int size, int depth, int sizeStride, int depthStride) {
    this.x = x;
    this.size = size;
    this.depth = depth;
    this.sizeStride = sizeStride;
    this.depthStride = depthStride;
  }

  /** Products of all pairs of rows of a row-major rows × columns matrix: order {@code rows}. */
  static RidgeGram ofRows(float[] x, int rows, int columns) {
    return new RidgeGram(x, rows, columns, columns, 1);
  }

  /**
   * Products of all pairs of columns of a row-major rows × columns matrix: order {@code columns}.
   */
  static RidgeGram ofColumns(float[] x, int rows, int columns) {
    return new RidgeGram(x, columns, rows, 1, columns);
  }

  /** The lower triangle, with floats within tiles. */
  double[][] fast() {
    double[][] gram = triangle();
    float[][] right = new float[DEPTH][COLUMNS];
    float[] left = new float[ROWS * DEPTH];
    float[] tileRow = new float[COLUMNS];
    for (int k = 0; k < depth; k += DEPTH) {
      int terms = Math.min(DEPTH, depth - k);
      for (int j = 0; j < size; j += COLUMNS) {
        packRight(right, j, k, terms);
        for (int i = j; i < size; i += ROWS) {
          int rows = packLeft(left, i, k, terms);
          for (int row = 0; row < rows; row++) {
            int entries = Math.min(COLUMNS, i + row + 1 - j);
            Arrays.fill(tileRow, 0, entries, 0f);
            for (int term = 0; term < terms; term += 4) {
              addFour(tileRow, left, row * DEPTH + term, right, term, entries);
            }
            double[] target = gram[i + row];
            for (int column = 0; column < entries; column++) {
              target[j + column] += tileRow[column];
            }
          }
        }
      }
    }
    return gram;
  }

  /** The lower triangle, with doubles throughout. */
  double[][] exact() {
    double[][] gram = triangle();
    float[][] right = new float[DEPTH][COLUMNS];
    float[] left = new float[ROWS * DEPTH];
    double[][] wide = new double[DEPTH][COLUMNS];
    double[] tileRow = new double[COLUMNS];
    for (int k = 0; k < depth; k += DEPTH) {
      int terms = Math.min(DEPTH, depth - k);
      for (int j = 0; j < size; j += COLUMNS) {
        packRight(right, j, k, terms);
        for (int term = 0; term < DEPTH; term++) {
          for (int column = 0; column < COLUMNS; column++) {
            wide[term][column] = right[term][column];
          }
        }
        for (int i = j; i < size; i += ROWS) {
          int rows = packLeft(left, i, k, terms);
          for (int row = 0; row < rows; row++) {
            int entries = Math.min(COLUMNS, i + row + 1 - j);
            Arrays.fill(tileRow, 0, entries, 0.0);
            for (int term = 0; term < terms; term += 4) {
              addFour(tileRow, left, row * DEPTH + term, wide, term, entries);
            }
            double[] target = gram[i + row];
            for (int column = 0; column < entries; column++) {
              target[j + column] += tileRow[column];
            }
          }
        }
      }
    }
    return gram;
  }

  private double[][] triangle() {
    double[][] gram = new double[size][];
    for (int i = 0; i < size; i++) {
      gram[i] = new double[i + 1];
    }
    return gram;
  }

  /** Copies terms × columns; entries beyond the matrix are zero. */
  private void packRight(float[][] right, int j, int k, int terms) {
    int columns = Math.min(COLUMNS, size - j);
    for (float[] row : right) {
      Arrays.fill(row, 0);
    }
    for (int column = 0; column < columns; column++) {
      int from = (j + column) * sizeStride + k * depthStride;
      for (int term = 0; term < terms; term++) {
        right[term][column] = x[from + term * depthStride];
      }
    }
  }

  /**
   * Copies rows × terms, each row contiguous; missing terms are zero. Returns the number of rows.
   */
  private int packLeft(float[] left, int i, int k, int terms) {
    int rows = Math.min(ROWS, size - i);
    Arrays.fill(left, 0);
    for (int row = 0; row < rows; row++) {
      int from = (i + row) * sizeStride + k * depthStride;
      for (int term = 0; term < terms; term++) {
        left[row * DEPTH + term] = x[from + term * depthStride];
      }
    }
    return rows;
  }

  /**
   * The hot loop: one row of the tile, four terms. Shaped for the compiler's vectoriser: it stores
   * to one array, and indexes all arrays with the loop variable only. Measured in one run on one
   * core, in GFLOP/s: this loop 55; two or four rows at a time, with or without fused multiply-add,
   * 16; eight terms 14; rows as offsets into one array 11.
   */
  private static void addFour(
      float[] tileRow, float[] left, int from, float[][] right, int term, int columns) {
    float[] r0 = right[term];
    float[] r1 = right[term + 1];
    float[] r2 = right[term + 2];
    float[] r3 = right[term + 3];
    float f0 = left[from];
    float f1 = left[from + 1];
    float f2 = left[from + 2];
    float f3 = left[from + 3];
    for (int j = 0; j < columns; j++) {
      tileRow[j] += f0 * r0[j] + f1 * r1[j] + f2 * r2[j] + f3 * r3[j];
    }
  }

  private static void addFour(
      double[] tileRow, float[] left, int from, double[][] right, int term, int columns) {
    double[] r0 = right[term];
    double[] r1 = right[term + 1];
    double[] r2 = right[term + 2];
    double[] r3 = right[term + 3];
    double f0 = left[from];
    double f1 = left[from + 1];
    double f2 = left[from + 2];
    double f3 = left[from + 3];
    for (int j = 0; j < columns; j++) {
      tileRow[j] += f0 * r0[j] + f1 * r1[j] + f2 * r2[j] + f3 * r3[j];
    }
  }
}
