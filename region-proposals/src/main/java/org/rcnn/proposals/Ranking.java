package org.rcnn.proposals;

import org.rcnn.data.Labelled;

/** In which order proposals are returned, and so which survive a limit on their number. */
public enum Ranking implements Labelled {
  /**
   * The paper's: each box has a rank in its hierarchy, 1 for the whole image, 2 for the merge
   * before it and so on; ranks are multiplied by a random number and sorted. Large regions tend to
   * come first, but the order within a level is chance.
   */
  AUTHORS,
  /**
   * Each next box is the one that adds most to the expected coverage of the objects, taking the
   * found boxes themselves, weighted by a prior on shape and place, as possible objects. Nothing in
   * it is random.
   */
  COVERAGE
}
