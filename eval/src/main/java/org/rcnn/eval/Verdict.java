package org.rcnn.eval;

/** The outcome for one detection. */
enum Verdict {
  /** The first to find an object. */
  TRUE_POSITIVE,
  /** On no object of its class, or on one that a better detection had found. */
  FALSE_POSITIVE,
  /** On a difficult object, or beyond the metric's limit of detections: counts neither way. */
  IGNORED
}
