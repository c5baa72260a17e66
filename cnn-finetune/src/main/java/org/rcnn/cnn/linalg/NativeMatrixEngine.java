package org.rcnn.cnn.linalg;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.matrix.MatrixEngine;

/**
 * Creates matrices in native memory and runs the threads that multiply them.
 *
 * <p>A product is cut into tiles whose sizes do not depend on the number of threads, and the engine
 * works on each tile with one thread. So results are bitwise equal for any number of threads, which
 * is not true when the engine itself splits a product. They do depend on the machine: the engine
 * chooses its instructions by the processor.
 *
 * <p>A matrix and its products are used from one thread at a time; matrices of one engine may be
 * used side by side.
 */
public final class NativeMatrixEngine implements MatrixEngine, AutoCloseable {

  private final NDManager manager;
  private final ExecutorService workers;

  /**
   * Starts an engine.
   *
   * <p>The engine's threads each compute with one thread of the native library. That then becomes
   * the default of threads that use the library later; see {@link TorchEngine#useThreads}.
   *
   * @param threads threads that share one product, at least 1
   */
  public NativeMatrixEngine(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "A matrix engine needs at least 1 thread, not " + threads + ".");
    }
    manager = TorchEngine.instance().newBaseManager(Device.cpu());
    workers =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread =
                  new Thread(
                      () -> {
                        TorchEngine.useThreads(1);
                        work.run();
                      },
                      "matrix");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** An empty matrix, to be closed by the caller, or with the engine. */
  @Override
  public NativeMatrix matrix(int columns, int capacity) {
    if (columns < 1 || capacity < 0) {
      throw new IllegalArgumentException(
          "A matrix needs at least 1 column and no negative capacity, not %d and %d."
              .formatted(columns, capacity));
    }
    return new NativeMatrix(this, columns, Math.max(1, capacity));
  }

  NDManager manager() {
    return manager;
  }

  /** Runs all tasks and returns when all are done. */
  void run(List<Runnable> tasks) {
    List<Future<?>> running = new ArrayList<>();
    tasks.forEach(task -> running.add(workers.submit(task)));
    RuntimeException failure = null;
    for (Future<?> task : running) {
      try {
        task.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        failure =
            new IllegalStateException(
                "A native matrix product failed: " + e.getCause().getMessage(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("A matrix product was interrupted.", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Ends the threads and frees all matrices. */
  @Override
  public void close() {
    workers.shutdownNow();
    manager.close();
  }
}
