package org.rcnn.svm;

/**
 * One training of one class, the evidence that mining converged: of the negatives examined fewer
 * and fewer are hard, while the objective settles. Holds no times, so that equal runs give equal
 * rounds.
 *
 * @param className the class
 * @param imagesSeen images mined before this training
 * @param positives positives trained on, each counted once
 * @param negatives negatives trained on
 * @param examined negatives that mining scored since the class was last trained; 0 for the first
 *     training, whose negatives are drawn unseen
 * @param hard how many of them scored above the line, whether or not there was room to add them
 * @param added negatives added since the class was last trained
 * @param supportVectors samples with a non-zero coefficient
 * @param positivesBelowZero positives that this training left on the wrong side: many of them say
 *     that the negatives outvote the positives
 * @param evicted negatives dropped afterwards, for scoring low or for want of room
 * @param objective the primal objective reached, {@code ½‖w‖² + C·Σ cost·loss}
 * @param dualObjective the dual objective reached, a lower bound of the optimum
 */
public record Round(
    String className,
    int imagesSeen,
    int positives,
    int negatives,
    long examined,
    long hard,
    int added,
    int supportVectors,
    int positivesBelowZero,
    int evicted,
    double objective,
    double dualObjective) {}
