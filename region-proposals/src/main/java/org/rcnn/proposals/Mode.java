package org.rcnn.proposals;

import org.rcnn.data.Labelled;

/** The named configurations of selective search. */
public enum Mode implements Labelled {
  /** {@link SelectiveSearchConfig#fast()}. */
  FAST,
  /** {@link SelectiveSearchConfig#authorsFast()}. */
  AUTHORS_FAST,
  /** {@link SelectiveSearchConfig#quality()}. */
  QUALITY,
  /** {@link SelectiveSearchConfig#openCvFast()}. */
  OPENCV_FAST;

  /** The mode's configuration. */
  public SelectiveSearchConfig config() {
    return switch (this) {
      case FAST -> SelectiveSearchConfig.fast();
      case AUTHORS_FAST -> SelectiveSearchConfig.authorsFast();
      case QUALITY -> SelectiveSearchConfig.quality();
      case OPENCV_FAST -> SelectiveSearchConfig.openCvFast();
    };
  }
}
