package org.rcnn.pipeline.track;

import org.rcnn.data.Labelled;

/** A form in which a run's figures are kept for others. */
public enum TrackFormat implements Labelled {
  /** Event files: {@code tensorboard --logdir RUN/track}. */
  TENSORBOARD,
  /** {@code scalars.csv}, with the columns name, step, value and time; pictures as PNG files. */
  CSV
}
