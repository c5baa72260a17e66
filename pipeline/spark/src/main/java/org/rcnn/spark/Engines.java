package org.rcnn.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.rcnn.pipeline.run.ImageJob;

/**
 * The engines of an executor's process: one for each job, shared by its tasks, known by the hash of
 * all that it was made of. One that no task uses is closed when another is opened, and all are when
 * the runner ends in its own process; those of an executor end with it.
 *
 * <p>Tasks have nothing in common but their process, and natives can be loaded once in one. So
 * there is one such object in a process, the only state of its kind here.
 */
final class Engines {

  private static final Engines OF_PROCESS = new Engines();

  private final Map<String, Engine> engines = new HashMap<>();

  /** Opens a worker. */
  @FunctionalInterface
  interface Opener {
    ImageJob.Worker open() throws IOException;
  }

  private static final class Engine {
    private ImageJob.Worker worker;
    private int users;

    /** The first task opens it; the others wait, and try themselves if it failed. */
    synchronized ImageJob.Worker opened(Opener opener) throws IOException {
      if (worker == null) {
        worker = opener.open();
      }
      return worker;
    }
  }

  /** A task's use of an engine. */
  interface Use extends AutoCloseable {
    ImageJob.Worker worker();

    @Override
    void close();
  }

  static Engines ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Uses the engine of a hash, which is opened unless it is open.
   *
   * @throws IOException if it cannot be opened
   */
  Use use(String hash, Opener opener) throws IOException {
    Engine engine;
    synchronized (this) {
      engine = engines.get(hash);
      if (engine == null) {
        closeUnused();
        engine = new Engine();
        engines.put(hash, engine);
      }
      engine.users++;
    }
    Engine used = engine;
    try {
      ImageJob.Worker worker = used.opened(opener);
      return new Use() {
        @Override
        public ImageJob.Worker worker() {
          return worker;
        }

        @Override
        public void close() {
          release(used);
        }
      };
    } catch (IOException | RuntimeException | Error e) {
      release(used);
      throw e;
    }
  }

  private synchronized void release(Engine engine) {
    engine.users--;
  }

  /** Closes those that no task uses. */
  synchronized void closeUnused() {
    Iterator<Engine> all = engines.values().iterator();
    while (all.hasNext()) {
      Engine engine = all.next();
      if (engine.users == 0) {
        all.remove();
        try {
          if (engine.worker != null) {
            engine.worker.close();
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** How many are open. */
  synchronized int size() {
    return engines.size();
  }
}
