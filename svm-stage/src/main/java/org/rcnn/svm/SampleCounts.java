package org.rcnn.svm;

/**
 * How many regions of one class were what, before and after resampling.
 *
 * @param className the class
 * @param groundTruthPositives positives that are annotated objects
 * @param proposalPositives positives that are proposals near one
 * @param positivesAfter positives after up-sampling: their number times the copies
 * @param ignored regions that are neither
 * @param negatives negatives in all images
 * @param negativesAfter negatives left after down-sampling, which mining chooses from
 */
public record SampleCounts(
    String className,
    int groundTruthPositives,
    int proposalPositives,
    long positivesAfter,
    long ignored,
    long negatives,
    long negativesAfter) {

  /** Positives before up-sampling. */
  public int positives() {
    return groundTruthPositives + proposalPositives;
  }
}
