package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;

/**
 * A feature matrix on the Java heap, in blocks of about 4 MiB: it grows without copying, is not
 * limited by the length of one array, and gives memory back block by block.
 */
final class BlockedMatrix implements FeatureMatrix, MatrixProduct.Rows {

  private static final int BLOCK_FLOATS = 1 << 20;

  private final JavaMatrixEngine engine;
  private final int columns;
  private final int rowsPerBlock;
  private final List<float[]> blocks = new ArrayList<>();
  private int rows;

  BlockedMatrix(JavaMatrixEngine engine, int columns, int capacity) {
    this.engine = engine;
    this.columns = columns;
    this.rowsPerBlock = Math.max(1, Math.min(capacity, BLOCK_FLOATS / columns));
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
  public float[] array(int row) {
    return blocks.get(row / rowsPerBlock);
  }

  @Override
  public int offset(int row) {
    return row % rowsPerBlock * columns;
  }

  @Override
  public void append(float[] rowMajor, int count) {
    if (count < 0 || (long) count * columns > rowMajor.length) {
      throw new IllegalArgumentException(
          "%d rows of %d values need %d values, not %d."
              .formatted(count, columns, (long) count * columns, rowMajor.length));
    }
    int done = 0;
    while (done < count) {
      int chunk = Math.min(count - done, rowsPerBlock - rows % rowsPerBlock);
      int at = startNewRows(chunk);
      System.arraycopy(rowMajor, done * columns, array(at), offset(at), chunk * columns);
      done += chunk;
    }
  }

  /** Makes room for rows that fit into one block; returns the first. */
  private int startNewRows(int count) {
    int first = rows;
    if (first / rowsPerBlock == blocks.size()) {
      blocks.add(new float[rowsPerBlock * columns]);
    }
    rows += count;
    return first;
  }

  @Override
  public void retain(int[] ascendingRows) {
    for (int to = 0; to < ascendingRows.length; to++) {
      int from = ascendingRows[to];
      if (from < to || from >= rows || to > 0 && from <= ascendingRows[to - 1]) {
        throw new IllegalArgumentException(
            "The rows to keep must be distinct, ascending and below %d; row %d at position %d is not."
                .formatted(rows, from, to));
      }
      if (from != to) {
        System.arraycopy(array(from), offset(from), array(to), offset(to), columns);
      }
    }
    rows = ascendingRows.length;
    int needed = (rows + rowsPerBlock - 1) / rowsPerBlock;
    // One spare block stays, so that emptying and refilling a matrix allocates nothing.
    while (blocks.size() > needed + 1) {
      blocks.remove(blocks.size() - 1);
    }
  }

  @Override
  public BlockedMatrix gather(int[] wanted) {
    BlockedMatrix copy = new BlockedMatrix(engine, columns, Math.max(1, wanted.length));
    for (int row : wanted) {
      checkRow(row);
      int at = copy.startNewRows(1);
      System.arraycopy(array(row), offset(row), copy.array(at), copy.offset(at), columns);
    }
    return copy;
  }

  @Override
  public float[] timesTransposed(int fromRow, int toRow, FeatureMatrix other, int otherRows) {
    if (fromRow < 0 || toRow < fromRow || toRow > rows) {
      throw new IllegalArgumentException(
          "Rows %d to %d are not within the matrix's %d rows.".formatted(fromRow, toRow, rows));
    }
    if (!(other instanceof BlockedMatrix right)) {
      throw new IllegalArgumentException(
          "Both matrices of a product must come from the same engine; one is a "
              + other.getClass().getName()
              + ".");
    }
    if (right.columns != columns) {
      throw new IllegalArgumentException(
          "Rows of %d and of %d values have no product.".formatted(columns, right.columns));
    }
    if (otherRows < 0 || otherRows > right.rows) {
      throw new IllegalArgumentException(
          "The other matrix has %d rows, not %d.".formatted(right.rows, otherRows));
    }
    return engine.product(this, fromRow, toRow, right, otherRows);
  }

  @Override
  public double[][] weightedSums(double[][] coefficients) {
    double[][] sums = new double[coefficients.length][];
    for (int s = 0; s < sums.length; s++) {
      sums[s] = weightedSum(coefficients[s]);
    }
    return sums;
  }

  private double[] weightedSum(double[] coefficients) {
    double[] sum = new double[columns];
    for (int i = 0; i < coefficients.length; i++) {
      double c = coefficients[i];
      if (c != 0) {
        checkRow(i);
        float[] block = array(i);
        int at = offset(i);
        for (int k = 0; k < columns; k++) {
          sum[k] += c * block[at + k];
        }
      }
    }
    return sum;
  }

  @Override
  public void copyRow(int row, float[] into) {
    checkRow(row);
    System.arraycopy(array(row), offset(row), into, 0, columns);
  }

  @Override
  public void close() {
    blocks.clear();
    rows = 0;
  }

  private void checkRow(int row) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException(
          "The matrix has %d rows; there is no row %d.".formatted(rows, row));
    }
  }
}
