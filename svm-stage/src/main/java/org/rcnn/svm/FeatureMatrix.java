package org.rcnn.svm;

/**
 * A growing row-major matrix of 32-bit floats, one row for each region's feature, resident wherever
 * its {@link MatrixEngine} keeps it.
 *
 * <p>The products here are what SVM training consists of: {@code X·Xᵀ} is the Gram matrix of a
 * linear kernel, {@code X·Wᵀ} scores all regions against all classes, and {@code cᵀ·X} folds
 * support vectors into one weight vector. Matrices of different engines do not mix.
 */
public interface FeatureMatrix extends AutoCloseable {

  /** Rows held. */
  int rows();

  /** Length of a row. */
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

  /**
   * The same for some rows of this matrix: how a Gram matrix grows by its new rows alone.
   *
   * @param fromRow first row
   * @param toRow row after the last
   * @return {@code (toRow − fromRow) × other.rows()} values, row-major
   */
  float[] timesTransposed(int fromRow, int toRow, FeatureMatrix other);

  /**
   * The sum of this matrix's rows, each times its coefficient, accumulated in double precision or
   * better than 1e-5 relative.
   *
   * @param coefficients one for each row; rows with coefficient 0 cost nothing
   * @return {@code columns()} values
   */
  default double[] weightedSum(double[] coefficients) {
    float[] row = new float[columns()];
    double[] sum = new double[columns()];
    for (int i = 0; i < coefficients.length; i++) {
      double c = coefficients[i];
      if (c != 0) {
        copyRow(i, row);
        for (int k = 0; k < sum.length; k++) {
          sum[k] += c * row[k];
        }
      }
    }
    return sum;
  }

  /** Copies one row into the start of an array. */
  void copyRow(int row, float[] into);

  /** Frees the memory; the matrix is not usable afterwards. */
  @Override
  void close();
}
