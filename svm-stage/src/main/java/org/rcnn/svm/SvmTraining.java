package org.rcnn.svm;

import java.util.List;

/**
 * The result of a training run.
 *
 * @param model one linear classifier for each class
 * @param rounds every training of every class, in the order in which they happened
 * @param counts the samples of each class, in class order
 * @param untrained classes without a positive or without a negative: their weights are 0 and their
 *     bias −1, so they score −1 everywhere
 */
public record SvmTraining(
    LinearModel model, List<Round> rounds, List<SampleCounts> counts, List<String> untrained) {

  /** Copies the lists. */
  public SvmTraining {
    rounds = List.copyOf(rounds);
    counts = List.copyOf(counts);
    untrained = List.copyOf(untrained);
  }
}
