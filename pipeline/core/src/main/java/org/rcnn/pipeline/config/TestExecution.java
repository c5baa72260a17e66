package org.rcnn.pipeline.config;

import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.data.Labelled;

/** How the network computes the features of the test images. */
public enum TestExecution implements Labelled {
  /** As for the training images. */
  SAME,
  /** As {@link Execution#AUTO}. */
  AUTO,
  /** As {@link Execution#PLAIN}. */
  PLAIN,
  /** As {@link Execution#FUSED}. */
  FUSED,
  /** As {@link Execution#BF16}. */
  BF16,
  /** As {@link Execution#ONNX}. */
  ONNX;

  /** The execution, given that of the training images. */
  Execution or(Execution training) {
    return this == SAME ? training : Execution.valueOf(name());
  }
}
