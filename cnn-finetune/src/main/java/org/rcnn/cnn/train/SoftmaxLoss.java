package org.rcnn.cnn.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** The mean negative log-likelihood of the right class under a softmax over the scores. */
final class SoftmaxLoss {

  private SoftmaxLoss() {}

  /**
   * The loss as an array of one value.
   *
   * @param scores {@code N x classes}
   * @param labels {@code N} class numbers, int64
   * @param smoothing the share of each label that is spread evenly over all classes
   */
  static NDArray of(NDArray scores, NDArray labels, float smoothing) {
    int classes = (int) scores.getShape().get(1);
    NDArray target = labels.oneHot(classes, DataType.FLOAT32);
    if (smoothing > 0) {
      target = target.mul(1 - smoothing).add(smoothing / classes);
    }
    return scores.logSoftmax(1).mul(target).sum(new int[] {1}).mean().neg();
  }
}
