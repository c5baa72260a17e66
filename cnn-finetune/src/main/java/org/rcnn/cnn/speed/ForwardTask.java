package org.rcnn.cnn.speed;

import java.util.List;
import java.util.Random;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;

/**
 * One batch to run through one network.
 *
 * @param definition the network
 * @param weights its weights
 * @param tap where it ends
 * @param images {@code batch x 3 x size x size} values
 * @param batch images in it
 * @param threads threads that one operation may be split over
 */
public record ForwardTask(
    NetworkDefinition definition,
    Weights weights,
    Tap tap,
    float[] images,
    int batch,
    int threads) {

  /**
   * A network with fresh weights and a batch of noise, up to the deepest layer for features.
   *
   * @param seed of both
   */
  public static ForwardTask noise(NetworkDefinition definition, int batch, int threads, long seed) {
    Random random = new Random(seed);
    int side = definition.inputSize();
    float[] images = new float[Math.multiplyExact(batch, 3 * side * side)];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    List<Tap> taps = definition.featureTaps();
    Tap deepest = taps.get(taps.size() - 1);
    Weights weights = Weights.initial(definition, seed);
    return new ForwardTask(definition, weights, deepest, images, batch, threads);
  }

  /** The same work on another number of threads. */
  public ForwardTask withThreads(int other) {
    return new ForwardTask(definition, weights, tap, images, batch, other);
  }

  /** The images pixel by pixel, {@code batch x size x size x 3}. */
  float[] channelsLast() {
    int area = definition.inputSize() * definition.inputSize();
    float[] last = new float[images.length];
    for (int n = 0; n < batch; n++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < area; p++) {
          last[(n * area + p) * 3 + c] = images[(n * 3 + c) * area + p];
        }
      }
    }
    return last;
  }
}
