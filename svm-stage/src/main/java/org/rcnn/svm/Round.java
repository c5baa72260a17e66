package org.rcnn.svm;

/**
 * One training of one class, the evidence that mining converged: additions shrink towards 0 while
 * the objective settles. Holds no times, so that equal runs give equal rounds.
 *
 * @param className the class
 * @param imagesSeen images mined before this training
 * @param positives positives trained on, each counted once
 * @param negatives negatives trained on
 * @param added negatives added since the class was last trained
 * @param supportVectors samples with a non-zero coefficient
 * @param evicted negatives dropped afterwards, for scoring low or for want of room
 * @param objective the primal objective reached, {@code ½‖w‖² + C·Σ cost·loss}
 * @param dualObjective the dual objective reached, a lower bound of the optimum
 */
public record Round(
    String className,
    int imagesSeen,
    int positives,
    int negatives,
    int added,
    int supportVectors,
    int evicted,
    double objective,
    double dualObjective) {}
