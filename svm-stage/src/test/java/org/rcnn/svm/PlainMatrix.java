package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.rcnn.data.matrix.FeatureMatrix;

/**
 * A matrix of rows in a list, multiplied as the definition says, in double precision: what other
 * matrices are compared with. {@code PlainMatrix::new} is its engine.
 */
public final class PlainMatrix implements FeatureMatrix {

  private final int columns;
  private final List<float[]> rows = new ArrayList<>();

  /** An empty matrix; the capacity does not matter. */
  public PlainMatrix(int columns, int capacity) {
    this.columns = columns;
  }

  static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Override
  public int rows() {
    return rows.size();
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public void append(float[] rowMajor, int count) {
    for (int i = 0; i < count; i++) {
      float[] row = new float[columns];
      System.arraycopy(rowMajor, i * columns, row, 0, columns);
      rows.add(row);
    }
  }

  @Override
  public void retain(int[] ascendingRows) {
    List<float[]> kept = IntStream.of(ascendingRows).mapToObj(rows::get).toList();
    rows.clear();
    rows.addAll(kept);
  }

  @Override
  public PlainMatrix gather(int[] wanted) {
    PlainMatrix copy = new PlainMatrix(columns, wanted.length);
    for (int row : wanted) {
      copy.append(rows.get(row), 1);
    }
    return copy;
  }

  @Override
  public float[] timesTransposed(int fromRow, int toRow, FeatureMatrix other, int otherRows) {
    List<float[]> right = ((PlainMatrix) other).rows.subList(0, otherRows);
    float[] products = new float[(toRow - fromRow) * otherRows];
    int at = 0;
    for (float[] a : rows.subList(fromRow, toRow)) {
      for (float[] b : right) {
        double sum = 0;
        for (int k = 0; k < columns; k++) {
          sum += (double) a[k] * b[k];
        }
        products[at++] = (float) sum;
      }
    }
    return products;
  }

  @Override
  public double[][] weightedSums(double[][] coefficients) {
    double[][] sums = new double[coefficients.length][columns];
    for (int s = 0; s < sums.length; s++) {
      for (int i = 0; i < coefficients[s].length; i++) {
        for (int k = 0; k < columns; k++) {
          sums[s][k] += coefficients[s][i] * rows.get(i)[k];
        }
      }
    }
    return sums;
  }

  @Override
  public void copyRow(int row, float[] into) {
    System.arraycopy(rows.get(row), 0, into, 0, columns);
  }

  @Override
  public void close() {
    rows.clear();
  }
}
