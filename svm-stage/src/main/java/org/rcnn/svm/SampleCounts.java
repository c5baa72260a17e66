package org.rcnn.svm;

/**
 * How many regions of one class were what, before and after resampling.
 *
 * @param className the class
 * @param groundTruthPositives positives that are annotated objects
 * @param difficult annotated objects that are marked difficult: among the positives or the ignored,
 *     as the settings say
 * @param proposalPositives positives that are proposals near one
 * @param positivesHeld positives that training holds: all, but for proposals beyond the most
 *     positives that a class may have
 * @param positivesAfter positives after up-sampling: those held times the copies
 * @param ignored regions that are neither
 * @param negatives negatives in all images
 * @param negativesAfter negatives left after down-sampling, which mining chooses from
 */
public record SampleCounts(
    String className,
    int groundTruthPositives,
    int difficult,
    int proposalPositives,
    int positivesHeld,
    long positivesAfter,
    long ignored,
    long negatives,
    long negativesAfter) {

  /** Positives before up-sampling. */
  public int positives() {
    return groundTruthPositives + proposalPositives;
  }
}
