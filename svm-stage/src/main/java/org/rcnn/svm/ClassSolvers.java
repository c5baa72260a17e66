package org.rcnn.svm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Solves several classes side by side, on a fixed number of threads with one solver each. */
final class ClassSolvers implements AutoCloseable {

  private final SvmSettings settings;
  private final ConcurrentLinkedQueue<LibsvmSolver> idle = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads;

  ClassSolvers(SvmSettings settings, int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "SVM training needs at least 1 thread, not " + threads + ".");
    }
    this.settings = settings;
    this.threads =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "svm-solver");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The solutions, in the order of the classes. */
  List<LibsvmSolver.Solution> solve(List<MinedClass> classes, FeatureScale scale) {
    // The largest first, so that no thread is still busy with one when the others have finished.
    List<MinedClass> bySize =
        classes.stream()
            .sorted(Comparator.<MinedClass>comparingInt(c -> c.gram().size()).reversed())
            .toList();
    List<Future<LibsvmSolver.Solution>> running = new ArrayList<>();
    for (MinedClass mined : bySize) {
      running.add(threads.submit(() -> solve(mined, scale)));
    }
    List<LibsvmSolver.Solution> solutions = new ArrayList<>();
    for (MinedClass mined : classes) {
      solutions.add(await(running.get(bySize.indexOf(mined)), mined));
    }
    return solutions;
  }

  /** Runs the work on each class, side by side; the work on a class must not touch the others. */
  void forEach(List<MinedClass> classes, Consumer<MinedClass> work) {
    List<Future<?>> running = new ArrayList<>();
    for (MinedClass mined : classes) {
      running.add(threads.submit(() -> work.accept(mined)));
    }
    for (int i = 0; i < running.size(); i++) {
      await(running.get(i), classes.get(i));
    }
  }

  private LibsvmSolver.Solution solve(MinedClass mined, FeatureScale scale) {
    LibsvmSolver solver = idle.poll();
    if (solver == null) {
      solver = new LibsvmSolver(settings.solver());
    }
    LibsvmSolver.Solution solution =
        solver.solve(
            mined.gram(),
            mined.positives(),
            settings.samples().positiveUpsampling(),
            scale,
            mined.alphas());
    idle.add(solver);
    return solution;
  }

  private static <T> T await(Future<T> running, MinedClass mined) {
    try {
      return running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("SVM training was interrupted.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(
          "The SVM of class %s could not be trained: %s"
              .formatted(mined.name(), e.getCause().getMessage()),
          e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    idle.clear();
  }
}
