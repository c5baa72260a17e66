package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;

/**
 * The engine without native code: matrices on the Java heap, multiplied by a blocked product whose
 * inner loops the JIT compiler vectorises ({@link MatrixProduct}).
 *
 * <p>Results are the same bits for any number of threads. The threads are daemons and end by
 * themselves when idle, so there is nothing to close.
 */
public final class JavaMatrixEngine implements MatrixEngine {

  private final int threads;
  private final ForkJoinPool pool;

  /**
   * @param threads threads that share one product, at least 1
   */
  public JavaMatrixEngine(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "A matrix engine needs at least 1 thread, not " + threads + ".");
    }
    this.threads = threads;
    this.pool = threads == 1 ? null : new ForkJoinPool(threads);
  }

  @Override
  public FeatureMatrix matrix(int columns, int capacity) {
    if (columns < 1 || capacity < 0) {
      throw new IllegalArgumentException(
          "A matrix needs at least 1 column and no negative capacity, not %d and %d."
              .formatted(columns, capacity));
    }
    return new BlockedMatrix(this, columns, Math.max(1, capacity));
  }

  /** {@code left[from..to) · right[0..n)ᵀ}. */
  float[] product(BlockedMatrix left, int from, int to, BlockedMatrix right, int n) {
    int m = to - from;
    // The longer side is the one laid out in panels: the inner loop runs along it.
    if (m <= n) {
      return panels(left, from, to, right, 0, n, left.columns());
    }
    float[] transposed = panels(right, 0, n, left, from, to, left.columns());
    float[] out = new float[MatrixProduct.arrayLength(m, n)];
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        out[i * n + j] = transposed[j * m + i];
      }
    }
    return out;
  }

  private float[] panels(
      MatrixProduct.Rows a,
      int fromA,
      int toA,
      MatrixProduct.Rows b,
      int fromB,
      int toB,
      int columns) {
    int width = toB - fromB;
    float[] out = new float[MatrixProduct.arrayLength(toA - fromA, width)];
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int j = 0; j < width; j += MatrixProduct.PANEL) {
      int first = j;
      tasks.add(
          () -> {
            int last = Math.min(width, first + MatrixProduct.PANEL);
            MatrixProduct.panel(a, fromA, toA, b, fromB, first, last, columns, out, width);
            return null;
          });
    }
    run(tasks);
    return out;
  }

  private void run(List<Callable<Void>> tasks) {
    try {
      if (threads == 1 || tasks.size() < 2) {
        for (Callable<Void> task : tasks) {
          task.call();
        }
      } else {
        for (Future<Void> done : pool.invokeAll(tasks)) {
          done.get();
        }
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("A matrix product failed: " + e.getMessage(), e);
    }
  }
}
