package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.TorchEngine;

class SoftmaxLossTest {

  private static double loss(float[] scores, long[] labels, float smoothing) {
    try (NDManager manager = TorchEngine.instance().newBaseManager()) {
      NDArray array =
          manager.create(scores, new Shape(labels.length, scores.length / labels.length));
      return SoftmaxLoss.of(array, manager.create(labels), smoothing).getFloat();
    }
  }

  @Test
  void meanOfTheNegativeLogarithmOfTheRightShare() {
    // Scores 0 and ln 3 are shares 1/4 and 3/4.
    float ln3 = (float) Math.log(3);
    assertEquals(-Math.log(0.75), loss(new float[] {0, ln3}, new long[] {1}, 0), 1e-6);
    assertEquals(
        -(Math.log(0.75) + Math.log(0.25)) / 2,
        loss(new float[] {0, ln3, 0, ln3}, new long[] {1, 0}, 0),
        1e-6);
  }

  @Test
  void smoothingSpreadsAShareOverAllClasses() {
    // A fifth is spread over two classes: the label keeps 0.9, the other gets 0.1.
    assertEquals(
        -0.9 * Math.log(0.75) - 0.1 * Math.log(0.25),
        loss(new float[] {0, (float) Math.log(3)}, new long[] {1}, 0.2f),
        1e-6);
  }

  @Test
  void largeScoresDoNotOverflow() {
    assertEquals(0, loss(new float[] {1000, -1000}, new long[] {0}, 0), 1e-6);
    assertEquals(2000, loss(new float[] {1000, -1000}, new long[] {1}, 0), 1e-3);
  }

  @Test
  void gradientIsThatOfSmallDifferences() {
    Random random = new Random(5);
    float[] scores = new float[3 * 4];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) random.nextGaussian();
    }
    long[] labels = {2, 0, 3};
    for (float smoothing : new float[] {0, 0.1f}) {
      float[] gradient = gradient(scores, labels, smoothing);
      for (int i = 0; i < scores.length; i++) {
        float[] up = scores.clone();
        float[] down = scores.clone();
        up[i] += 0.01f;
        down[i] -= 0.01f;
        double difference = (loss(up, labels, smoothing) - loss(down, labels, smoothing)) / 0.02;
        assertEquals(difference, gradient[i], 1e-4, "seed 5, score " + i);
      }
      // A label's own score is pushed up, and the push is shared out by the others.
      assertTrue(gradient[2] < 0);
      assertEquals(0, gradient[0] + gradient[1] + gradient[2] + gradient[3], 1e-6);
    }
  }

  private static float[] gradient(float[] scores, long[] labels, float smoothing) {
    try (NDManager manager = TorchEngine.instance().newBaseManager()) {
      NDArray array = manager.create(scores, new Shape(3, 4));
      array.setRequiresGradient(true);
      try (GradientCollector collector = TorchEngine.instance().newGradientCollector()) {
        collector.backward(SoftmaxLoss.of(array, manager.create(labels), smoothing));
      }
      return array.getGradient().toFloatArray();
    }
  }
}
