package org.rcnn.pipeline.stage;

/** How far a command takes a row, for {@link Experiment#plan}. */
public enum Goal {
  /** The fine-tuned weights. */
  FINE_TUNING,
  /** The features of the training and the test images. */
  FEATURES,
  /** What scores regions. */
  HEAD,
  /** The box regression, whether the row has it or not. */
  BOX_REGRESSION,
  /** From which score detections count. */
  THRESHOLDS,
  /** The detections on the test images, which are evaluated. */
  DETECTIONS,
  /** Detections and thresholds. */
  DETECTOR;

  boolean needsTestFeatures() {
    return this == FEATURES || needsDetections();
  }

  boolean needsDetections() {
    return this == DETECTIONS || this == DETECTOR;
  }

  boolean needsHead() {
    return this == HEAD || needsBoth();
  }

  /** Whether head and box regression are needed. */
  boolean needsBoth() {
    return this == THRESHOLDS || needsDetections();
  }
}
