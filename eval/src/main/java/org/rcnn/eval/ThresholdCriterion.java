package org.rcnn.eval;

import org.rcnn.data.Labelled;

/** What a class's threshold is chosen for. */
public enum ThresholdCriterion implements Labelled {
  /** The highest F1, the harmonic mean of precision and recall. */
  F1,
  /** The highest recall with a wanted precision. */
  PRECISION,
  /** The highest precision with a wanted recall. */
  RECALL
}
