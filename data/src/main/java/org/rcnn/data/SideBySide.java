package org.rcnn.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Runs the parts of one piece of work at the same time. */
public final class SideBySide {

  private SideBySide() {}

  /**
   * Runs all parts and waits for each of them, even after one has failed, so that afterwards no
   * part uses shared data any more.
   *
   * @param parts the parts
   * @param pool runs the parts. Must not be called from a thread of the pool: it would wait for
   *     work that may never get a thread.
   * @return the results in the order of the parts
   * @throws RuntimeException the exception of the first part, in their order, that failed; errors
   *     are passed on, too
   */
  public static <T> List<T> run(List<? extends Supplier<T>> parts, Executor pool) {
    List<CompletableFuture<T>> started = new ArrayList<>();
    try {
      for (Supplier<T> part : parts) {
        started.add(CompletableFuture.supplyAsync(part, pool));
      }
    } finally {
      // A pool that rejects further parts still runs those it accepted.
      CompletableFuture.allOf(started.toArray(CompletableFuture<?>[]::new))
          .handle((a, b) -> a)
          .join();
    }
    return started.stream().map(SideBySide::result).toList();
  }

  private static <T> T result(CompletableFuture<T> part) {
    try {
      return part.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }
}
