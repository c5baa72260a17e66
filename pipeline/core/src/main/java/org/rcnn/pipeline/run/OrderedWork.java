package org.rcnn.pipeline.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Works on many items in parallel and passes the results on in the items' order.
 *
 * <p>When the process is asked to end, a shutdown hook interrupts the work and waits until it has
 * stopped. Otherwise the native libraries would be unloaded during the work, and crash.
 *
 * <p>At most two results per thread wait at any time, so memory does not grow with the number of
 * items. Results come in order, so what they are used for does not depend on timing.
 */
public final class OrderedWork {

  private static final String INTERRUPTED = "The work was interrupted.";

  private OrderedWork() {}

  /** The work on an item, in any thread. */
  @FunctionalInterface
  public interface Work<T, R> {
    /** The result for an item. */
    R of(T item) throws IOException;
  }

  /** Takes the results, in the calling thread. */
  @FunctionalInterface
  public interface Sink<T, R> {
    /** Takes an item's result. */
    void accept(T item, R result) throws IOException;
  }

  /**
   * Works on all items.
   *
   * @param threads the most items worked on at the same time
   * @throws IOException the first failure of work or sink; work that has not begun is then dropped
   */
  public static <T, R> void forEach(List<T> items, int threads, Work<T, R> work, Sink<T, R> sink)
      throws IOException {
    // Never start more workers than items.
    int workersFor = Math.max(1, Math.min(threads, items.size()));
    ExecutorService workers =
        Executors.newFixedThreadPool(
            workersFor,
            task -> {
              Thread worker = new Thread(task, "worker");
              worker.setDaemon(true);
              return worker;
            });
    Thread ending = new Thread(() -> stop(workers), "work-ending");
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      Deque<Future<R>> waiting = new ArrayDeque<>();
      int next = 0;
      for (T item : items) {
        while (next < items.size() && waiting.size() < 2 * workersFor) {
          T ahead = items.get(next++);
          waiting.add(submit(workers, () -> work.of(ahead)));
        }
        sink.accept(item, result(waiting.remove()));
      }
    } finally {
      stop(workers);
      try {
        Runtime.getRuntime().removeShutdownHook(ending);
      } catch (IllegalStateException e) {
        // The process is ending; the hook finds nothing left to stop.
      }
    }
  }

  private static <R> Future<R> submit(ExecutorService workers, Callable<R> work)
      throws IOException {
    try {
      return workers.submit(work);
    } catch (RejectedExecutionException e) {
      // Only the process's end stops the workers while there is work.
      throw new IOException(INTERRUPTED, e);
    }
  }

  /** Waits for running work, because callers close what it uses when this method returns. */
  private static void stop(ExecutorService workers) {
    workers.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      while (!workers.awaitTermination(1, TimeUnit.HOURS)) {
        // An image takes seconds. An hour means a stuck disk; nothing is left but to wait.
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static <R> R result(Future<R> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(INTERRUPTED, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      } else if (cause instanceof UncheckedIOException io) {
        throw io.getCause();
      } else if (cause instanceof RuntimeException runtime) {
        throw runtime;
      } else if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(cause);
    }
  }
}
