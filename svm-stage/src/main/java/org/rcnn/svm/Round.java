package org.rcnn.svm;

/**
 * One training of one class. A class's rounds show whether mining converged: fewer and fewer of the
 * examined negatives are hard, and the objective settles. A round contains no times, so that equal
 * runs give equal rounds.
 *
 * @param className the class
 * @param imagesSeen images mined before this training
 * @param positives positives trained on, each counted once
 * @param negatives negatives trained on
 * @param examined negatives that mining scored since the class was last trained; 0 for the first
 *     training, whose negatives are drawn without scoring
 * @param hard how many of them scored above the threshold, whether or not they were added
 * @param added negatives added since the class was last trained
 * @param supportVectors samples with a non-zero coefficient
 * @param positivesBelowZero positives that score below zero after this training: many mean that the
 *     negatives outweigh the positives
 * @param evicted negatives dropped afterwards, because they scored low or the cache was full
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
