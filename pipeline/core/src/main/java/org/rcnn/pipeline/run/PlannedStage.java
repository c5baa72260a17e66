package org.rcnn.pipeline.run;

/**
 * A stage that a command will come to, described before it begins.
 *
 * @param artifact what it makes, whether that exists or not
 * @param kind what is done, in words, such as {@code "features"}, for people
 * @param work how much of it there is, in a measure that stages of one folder share, such as
 *     regions; NaN if unknown
 * @param oneTask whether it is one task, so that what is left of the task is left of the stage
 * @param bytes the disk that the artifact will probably take
 * @param leastBytes the disk that it takes at the least
 */
public record PlannedStage(
    Artifact artifact, String kind, double work, boolean oneTask, long bytes, long leastBytes) {

  /** A stage whose artifact takes little disk. */
  public PlannedStage(Artifact artifact, String kind, double work, boolean oneTask) {
    this(artifact, kind, work, oneTask, 0, 0);
  }
}
