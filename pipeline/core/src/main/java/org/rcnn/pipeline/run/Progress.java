package org.rcnn.pipeline.run;

/** Shows how far a task has come. Closing it ends the task. */
public interface Progress extends AutoCloseable {

  /** Advances by one step. */
  void step();

  /**
   * Sets the steps done, and a short status.
   *
   * @param done steps done
   * @param word the status, such as {@code "loss 0.431"}; may be empty
   */
  void at(long done, String word);

  /**
   * Says that steps were done before the task began, by a process that was stopped. They count as
   * done, but tell nothing of the task's rate.
   *
   * @param done steps done
   */
  default void resume(long done) {
    at(done, "");
  }

  @Override
  void close();

  /** Shows the progress of tasks in a terminal, a log, or a program's own window. */
  @FunctionalInterface
  interface Monitor {

    /** Shows nothing. */
    Monitor SILENT = (task, total, unit) -> new Unseen();

    /**
     * Starts a task.
     *
     * @param task its name
     * @param total how many steps it has; -1 if unknown
     * @param unit what a step is, in the plural, such as {@code "images"}
     * @return the task's progress; the caller closes it at the end
     */
    Progress start(String task, long total, String unit);

    /** A stage of a run begins; the tasks that follow belong to it. */
    default void stage(RunStage stage) {
      // Not shown.
    }

    /** The stage has ended; tasks belong to none until the next begins. */
    default void stageEnded() {
      // Not shown.
    }
  }

  /** A progress that is not shown. */
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
