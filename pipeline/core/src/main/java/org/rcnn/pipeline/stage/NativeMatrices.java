package org.rcnn.pipeline.stage;

import org.rcnn.cnn.linalg.NativeMatrix;
import org.rcnn.cnn.linalg.NativeMatrixEngine;
import org.rcnn.svm.FeatureMatrix;
import org.rcnn.svm.MatrixEngine;

/**
 * The native engine as the SVMs' matrix engine: this module alone knows both.
 *
 * <p>Results do not depend on the number of threads; see {@link NativeMatrixEngine}.
 */
public final class NativeMatrices implements MatrixEngine, AutoCloseable {

  private final NativeMatrixEngine engine;

  /**
   * Starts an engine.
   *
   * @param threads threads that share one product
   */
  public NativeMatrices(int threads) {
    this.engine = new NativeMatrixEngine(threads);
  }

  @Override
  public FeatureMatrix matrix(int columns, int capacity) {
    return new Matrix(engine.matrix(columns, capacity));
  }

  /** Frees all matrices. */
  @Override
  public void close() {
    engine.close();
  }

  private record Matrix(NativeMatrix values) implements FeatureMatrix {

    @Override
    public int rows() {
      return values.rows();
    }

    @Override
    public int columns() {
      return values.columns();
    }

    @Override
    public void append(float[] rowMajor, int rows) {
      values.append(rowMajor, rows);
    }

    @Override
    public void retain(int[] ascendingRows) {
      values.retain(ascendingRows);
    }

    @Override
    public FeatureMatrix gather(int[] rows) {
      return new Matrix(values.gather(rows));
    }

    @Override
    public float[] timesTransposed(int fromRow, int toRow, FeatureMatrix other, int otherRows) {
      if (!(other instanceof Matrix right)) {
        throw new IllegalArgumentException(
            "Both matrices of a product must come from the same engine; one is a "
                + other.getClass().getName()
                + ".");
      }
      return values.timesTransposed(fromRow, toRow, right.values, otherRows);
    }

    @Override
    public double[][] weightedSums(double[][] coefficients) {
      return values.weightedSums(coefficients);
    }

    @Override
    public void copyRow(int row, float[] into) {
      values.copyRow(row, into);
    }

    @Override
    public void close() {
      values.close();
    }
  }
}
