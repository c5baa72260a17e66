package org.rcnn.cnn.linalg;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.matrix.FeatureMatrix;

/**
 * A growing row-major matrix of 32-bit floats in native memory: rows are copied from Java once,
 * when they are appended, and are multiplied in place.
 *
 * <p>It consists of blocks of about 16 MiB, so that it grows without copying and frees memory block
 * by block.
 */
public final class NativeMatrix implements FeatureMatrix {

  private static final int BLOCK_FLOATS = 1 << 22;
  // Rows and columns of one tile of a product, which is one task: some GFLOP. With 256 rows the
  // engine reached 62 to 67 GFLOP/s of a core, with 512 it reached 75.
  private static final int TILE_ROWS = 512;
  private static final int TILE_COLUMNS = 1024;

  private final NativeMatrixEngine engine;
  private final NDManager manager;
  private final int columns;
  private final int rowsPerBlock;
  private final List<Block> blocks = new ArrayList<>();
  private int rows;

  /** The same memory as the native engine's array and as Java's buffer. */
  private record Block(NDArray array, FloatBuffer values) {}

  NativeMatrix(NativeMatrixEngine engine, int columns, int capacity) {
    this.engine = engine;
    this.manager = engine.manager().newSubManager();
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
      block(at).values().put(offset(at), rowMajor, done * columns, chunk * columns);
      done += chunk;
    }
  }

  /** Makes room for rows that fit in one block; returns the first. */
  private int startNewRows(int count) {
    int first = rows;
    if (first / rowsPerBlock == blocks.size()) {
      NDArray array = manager.create(new Shape(rowsPerBlock, columns), DataType.FLOAT32);
      blocks.add(new Block(array, array.toByteBuffer(true).asFloatBuffer()));
    }
    rows += count;
    return first;
  }

  private Block block(int row) {
    return blocks.get(row / rowsPerBlock);
  }

  private int offset(int row) {
    return row % rowsPerBlock * columns;
  }

  private void copy(int row, NativeMatrix to, int toRow) {
    to.block(toRow).values().put(to.offset(toRow), block(row).values(), offset(row), columns);
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
        copy(from, this, to);
      }
    }
    rows = ascendingRows.length;
    int needed = (rows + rowsPerBlock - 1) / rowsPerBlock;
    // One spare block stays, so that emptying and refilling a matrix allocates nothing.
    while (blocks.size() > needed + 1) {
      blocks.remove(blocks.size() - 1).array().close();
    }
  }

  @Override
  public NativeMatrix gather(int[] wanted) {
    NativeMatrix copy = engine.matrix(columns, wanted.length);
    for (int row : wanted) {
      checkRow(row);
      copy(row, copy, copy.startNewRows(1));
    }
    return copy;
  }

  @Override
  public float[] timesTransposed(int fromRow, int toRow, FeatureMatrix matrix, int otherRows) {
    if (!(matrix instanceof NativeMatrix other)) {
      throw new IllegalArgumentException(
          "Both matrices of a product must come from the same engine; one is a "
              + matrix.getClass().getName()
              + ".");
    }
    if (fromRow < 0 || toRow < fromRow || toRow > rows || otherRows < 0 || otherRows > other.rows) {
      throw new IllegalArgumentException(
          "Rows %d to %d and 0 to %d are not within matrices of %d and %d rows."
              .formatted(fromRow, toRow, otherRows, rows, other.rows));
    }
    if (other.columns != columns) {
      throw new IllegalArgumentException(
          "Rows of %d and of %d values cannot be multiplied; both need the same length."
              .formatted(columns, other.columns));
    }
    float[] out = new float[arrayLength(toRow - fromRow, otherRows)];
    List<Runnable> tiles = new ArrayList<>();
    for (int i = fromRow; i < toRow; i = nextTile(i, toRow, TILE_ROWS)) {
      int first = i;
      int last = nextTile(i, toRow, TILE_ROWS);
      for (int j = 0; j < otherRows; j = other.nextTile(j, otherRows, TILE_COLUMNS)) {
        int left = j;
        int right = other.nextTile(j, otherRows, TILE_COLUMNS);
        tiles.add(
            () ->
                tile(
                    first,
                    last,
                    other,
                    left,
                    right,
                    out,
                    (first - fromRow) * otherRows,
                    otherRows));
      }
    }
    engine.run(tiles);
    return out;
  }

  /** The end of the tile that starts at a row: a tile does not cross the end of a block. */
  private int nextTile(int row, int end, int size) {
    int endOfBlock = (row / rowsPerBlock + 1) * rowsPerBlock;
    return Math.min(Math.min(end, endOfBlock), row + size);
  }

  private void tile(
      int fromRow,
      int toRow,
      NativeMatrix other,
      int fromOther,
      int toOther,
      float[] out,
      int at,
      int stride) {
    try (NDArray a = view(fromRow, toRow);
        NDArray b = other.view(fromOther, toOther);
        NDArray transposed = b.transpose();
        NDArray product = a.matMul(transposed)) {
      FloatBuffer values = product.toByteBuffer(true).asFloatBuffer();
      int width = toOther - fromOther;
      for (int i = 0; i < toRow - fromRow; i++) {
        values.get(i * width, out, at + i * stride + fromOther, width);
      }
    }
  }

  /** Rows of one block, without copying them. */
  private NDArray view(int from, int to) {
    int first = from % rowsPerBlock;
    return block(from).array().get(new NDIndex().addSliceDim(first, first + to - from));
  }

  /** Sums of up to 1,024 rows are in single precision; these are added in double precision. */
  @Override
  public double[][] weightedSums(double[][] coefficients) {
    int sums = coefficients.length;
    double[][] result = new double[sums][columns];
    if (sums == 0 || rows == 0) {
      return result;
    }
    List<float[]> parts = new ArrayList<>();
    List<Runnable> tasks = new ArrayList<>();
    for (int i = 0; i < rows; i = nextTile(i, rows, TILE_COLUMNS)) {
      int first = i;
      int last = nextTile(i, rows, TILE_COLUMNS);
      float[] part = new float[arrayLength(sums, columns)];
      parts.add(part);
      tasks.add(() -> partialSums(coefficients, first, last, part));
    }
    engine.run(tasks);
    // Added in the order of the rows, so that the sum does not depend on the threads.
    for (float[] part : parts) {
      for (int s = 0; s < sums; s++) {
        for (int k = 0; k < columns; k++) {
          result[s][k] += part[s * columns + k];
        }
      }
    }
    return result;
  }

  private void partialSums(double[][] coefficients, int from, int to, float[] into) {
    int count = to - from;
    float[] factors = new float[coefficients.length * count];
    for (int s = 0; s < coefficients.length; s++) {
      for (int i = 0; i < count; i++) {
        factors[s * count + i] = (float) coefficients[s][from + i];
      }
    }
    try (NDArray c = manager.create(factors, new Shape(coefficients.length, count));
        NDArray x = view(from, to);
        NDArray product = c.matMul(x)) {
      product.toByteBuffer(true).asFloatBuffer().get(0, into);
    }
  }

  private static int arrayLength(int rows, int columns) {
    long length = (long) rows * columns;
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "A product of %d x %d values is too large for one array; multiply fewer rows at a time."
              .formatted(rows, columns));
    }
    return (int) length;
  }

  @Override
  public void copyRow(int row, float[] into) {
    checkRow(row);
    block(row).values().get(offset(row), into, 0, columns);
  }

  private void checkRow(int row) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException(
          "The matrix has %d rows; there is no row %d.".formatted(rows, row));
    }
  }

  @Override
  public void close() {
    blocks.clear();
    rows = 0;
    manager.close();
  }
}
