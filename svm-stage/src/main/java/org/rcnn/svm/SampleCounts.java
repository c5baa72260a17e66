package org.rcnn.svm;

/**
 * The number of samples of one class by kind, before and after resampling.
 *
 * @param className the class
 * @param groundTruthPositives positives that are annotated objects
 * @param difficult annotated objects that are marked difficult; they are positives or ignored,
 *     depending on the settings
 * @param proposalPositives positives that are proposals near an annotated object
 * @param positivesHeld positives that training uses: all, except proposals beyond the maximum
 *     number of positives of a class
 * @param positivesAfter positives after up-sampling: {@code positivesHeld} times the copies
 * @param ignored regions that are neither positives nor negatives
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
