package org.rcnn.svm;

import java.util.Arrays;
import org.rcnn.data.matrix.FeatureMatrix;
import org.rcnn.data.matrix.MatrixEngine;

/**
 * A matrix in Java's heap, multiplied by Java: for programs that train SVMs on features of their
 * own and have no native engine. {@link #ENGINE} makes them.
 *
 * <p>All rows stand in one array, so a matrix holds at most 2³¹ values. Closing it frees nothing
 * that the garbage collector would not.
 */
public final class HeapMatrix implements FeatureMatrix {

  /** Makes matrices of this kind. */
  public static final MatrixEngine ENGINE = HeapMatrix::new;

  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final int columns;
  private int rows;
  private float[] values;

  private HeapMatrix(int columns, int capacity) {
    this.columns = columns;
    this.values = new float[length(capacity, columns)];
  }

  private static int length(long rows, int columns) {
    if (rows * columns > LARGEST_ARRAY) {
      throw new IllegalArgumentException(
          "%d rows of %d values do not fit into one matrix in the heap; train on fewer samples."
              .formatted(rows, columns));
    }
    return (int) (rows * columns);
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public void append(float[] rowMajor, int more) {
    int needed = length((long) rows + more, columns);
    if (needed > values.length) {
      // A quarter more, so that many small additions copy each row a few times only.
      long roomy = needed + (long) needed / 4;
      values = Arrays.copyOf(values, (int) Math.min(roomy, LARGEST_ARRAY));
    }
    System.arraycopy(rowMajor, 0, values, rows * columns, more * columns);
    rows += more;
  }

  @Override
  public void retain(int[] ascendingRows) {
    values = picked(ascendingRows);
    rows = ascendingRows.length;
  }

  @Override
  public FeatureMatrix gather(int[] wanted) {
    HeapMatrix copy = new HeapMatrix(columns, 0);
    copy.values = picked(wanted);
    copy.rows = wanted.length;
    return copy;
  }

  private float[] picked(int[] wanted) {
    float[] picked = new float[length(wanted.length, columns)];
    for (int i = 0; i < wanted.length; i++) {
      System.arraycopy(values, wanted[i] * columns, picked, i * columns, columns);
    }
    return picked;
  }

  @Override
  public float[] timesTransposed(int fromRow, int toRow, FeatureMatrix other, int otherRows) {
    float[] some =
        fromRow == 0 ? values : Arrays.copyOfRange(values, fromRow * columns, toRow * columns);
    return MatrixProduct.timesTransposed(
        some, toRow - fromRow, ((HeapMatrix) other).values, otherRows, columns);
  }

  @Override
  public double[][] weightedSums(double[][] coefficients) {
    double[][] sums = new double[coefficients.length][columns];
    for (int c = 0; c < sums.length; c++) {
      double[] sum = sums[c];
      for (int row = 0; row < rows; row++) {
        double coefficient = coefficients[c][row];
        // Most samples are no support vectors.
        if (coefficient != 0) {
          int at = row * columns;
          for (int k = 0; k < columns; k++) {
            sum[k] += coefficient * values[at + k];
          }
        }
      }
    }
    return sums;
  }

  @Override
  public void copyRow(int row, float[] into) {
    System.arraycopy(values, row * columns, into, 0, columns);
  }

  @Override
  public void close() {
    // The garbage collector frees it.
  }
}
