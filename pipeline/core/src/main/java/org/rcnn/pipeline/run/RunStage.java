package org.rcnn.pipeline.run;

/**
 * A stage that is being worked on, among those that a command comes to.
 *
 * @param number its number, from 1
 * @param of how many there are
 * @param oneTask whether it is one task
 * @param alike how much work later stages of its kind are, as a multiple of its own
 * @param after the time that the stages of other kinds after it will take
 */
public record RunStage(int number, int of, boolean oneTask, double alike, TimeLeft after) {

  /** The time of the stages after it that are of its kind, from its own. */
  public TimeLeft alikeAfter(TimeLeft own) {
    return alike == 0 || Double.isNaN(own.seconds())
        ? TimeLeft.NONE
        : TimeLeft.of(alike * own.seconds());
  }

  /**
   * The time to the end of the run, from what is left of the stage and how long all of it takes.
   */
  public TimeLeft toTheEnd(double leftOfIt, double allOfIt) {
    return TimeLeft.of(leftOfIt).and(alikeAfter(TimeLeft.of(allOfIt))).and(after);
  }

  /** Its place in words, such as {@code "stage 3 of 8"}. */
  public String place() {
    return "stage %d of %d".formatted(number, of);
  }
}
