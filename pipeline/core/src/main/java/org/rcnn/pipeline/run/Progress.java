package org.rcnn.pipeline.run;

import java.io.IOException;

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

  /**
   * Shows the progress of tasks in a terminal, a log, or a program's own window, and listens to
   * what a run tells besides: stages that begin and finish, figures and pictures. It is called from
   * several threads, and whatever it throws ends the run.
   */
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

    /**
     * Work on a stage begins.
     *
     * @param stage its name, such as {@code "fine-tuning"}
     */
    default void began(String stage) {
      // Not shown.
    }

    /**
     * A stage's artifact is there.
     *
     * @param stage its name
     * @param seconds how long it took to make, which may have been an earlier process; then it did
     *     not {@link #began begin} in this one
     */
    default void finished(String stage, double seconds) {
      // Not shown.
    }

    /**
     * A figure of the run. Of a training there is one for each iteration ({@code finetune/loss},
     * {@code finetune/rate}, {@code pretrain/loss}) and some now and then ({@code
     * finetune/accuracy}, {@code finetune/positive-accuracy}, {@code finetune/validation-loss},
     * {@code finetune/validation-positive-accuracy}, {@code finetune/validation-mAP}, {@code
     * pretrain/top1}, {@code pretrain/top5}); of the run's end {@code mAP} and {@code AP/CLASS}, as
     * fractions.
     *
     * @param name what it is
     * @param step the iteration, from 1; 0 for one of the whole run
     * @param value the figure; NaN where nothing was measured
     */
    default void scalar(String name, long step, double value) {
      // Not shown.
    }

    /** Whether pictures of the run are wanted; finding out what to draw takes time. */
    default boolean wantsPictures() {
      return false;
    }

    /**
     * A picture of the run, such as {@code detections/IMAGE}.
     *
     * @param name what it shows
     * @param step as of a figure
     * @param drawing draws it
     */
    default void picture(String name, long step, Drawing drawing) {
      // Not shown.
    }

    /** This monitor and another, which is told everything after it. */
    default Monitor and(Monitor other) {
      return new BothMonitors(this, other);
    }
  }

  /** Draws a picture when it is asked to. */
  @FunctionalInterface
  interface Drawing {
    /** The bytes of a PNG file. */
    byte[] png() throws IOException;
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
