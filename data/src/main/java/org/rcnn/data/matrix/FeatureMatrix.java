package org.rcnn.data.matrix;

/**
 * A growing row-major matrix of 32-bit floats, one row for each region's feature. Its {@link
 * MatrixEngine} decides where it is stored.
 *
 * <p>The products here are what SVM training consists of: {@code X·Xᵀ} is the Gram matrix of a
 * linear kernel, {@code X·Wᵀ} scores all regions against all classes, and {@code cᵀ·X} folds
 * support vectors into one weight vector. Matrices of different engines do not mix.
 */
public interface FeatureMatrix extends AutoCloseable {

  /** The number of rows. */
  int rows();

  /** The length of a row. */
  int columns();

  /**
   * Adds rows at the end.
   *
   * @param rowMajor at least {@code rows × columns()} values; the array is copied
   * @param rows how many rows to take from its start
   */
  void append(float[] rowMajor, int rows);

  /**
   * Keeps only the given rows, in their order, and frees the others.
   *
   * @param ascendingRows distinct row numbers in ascending order
   */
  void retain(int[] ascendingRows);

  /**
   * A new matrix of the same engine that holds copies of the given rows, in the order given; to be
   * closed by the caller.
   */
  FeatureMatrix gather(int[] rows);

  /** {@code this · otherᵀ}: {@code rows() × other.rows()} values, row-major. */
  default float[] timesTransposed(FeatureMatrix other) {
    return timesTransposed(0, rows(), other);
  }

  /** The same for some rows of this matrix. */
  default float[] timesTransposed(int fromRow, int toRow, FeatureMatrix other) {
    return timesTransposed(fromRow, toRow, other, other.rows());
  }

  /**
   * The same for some rows of this matrix and the first rows of another. It extends the lower
   * triangle of a Gram matrix by its new rows only.
   *
   * @param fromRow first row
   * @param toRow row after the last
   * @param otherRows how many rows of the other matrix to use
   * @return {@code (toRow − fromRow) × otherRows} values, row-major
   */
  float[] timesTransposed(int fromRow, int toRow, FeatureMatrix other, int otherRows);

  /**
   * Weighted sums of this matrix's rows, with a relative error below 1e-5.
   *
   * @param coefficients for each sum, one coefficient for each row
   * @return for each sum, {@code columns()} values
   */
  double[][] weightedSums(double[][] coefficients);

  /** Copies one row into the start of an array. */
  void copyRow(int row, float[] into);

  /** Frees the memory; the matrix is not usable afterwards. */
  @Override
  void close();
}
