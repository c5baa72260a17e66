package org.rcnn.pipeline.run;

/** How far a task has come. Closing it says that the task has ended. */
public interface Progress extends AutoCloseable {

  /** One step further. */
  void step();

  /**
   * At a step, with a word about how the task stands.
   *
   * @param done steps done
   * @param word such as {@code "loss 0.431"}; may be empty
   */
  void at(long done, String word);

  @Override
  void close();

  /** Where tasks show how far they are: a terminal, a log, a program's own window. */
  @FunctionalInterface
  interface Monitor {

    /** Shows nothing. */
    Monitor SILENT = (task, total, unit) -> new Unseen();

    /**
     * A task begins.
     *
     * @param task its name
     * @param total how many steps it has
     * @param unit what a step is, such as {@code "images"}
     * @return takes its steps, and is closed at its end
     */
    Progress start(String task, long total, String unit);
  }

  /** The progress of a task that nobody watches. */
  record Unseen() implements Progress {
    @Override
    public void step() {
      // Not shown.
    }

    @Override
    public void at(long done, String word) {
      // Not shown.
    }

    @Override
    public void close() {
      // Nothing to end.
    }
  }
}
