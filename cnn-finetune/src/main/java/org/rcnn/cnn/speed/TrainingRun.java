package org.rcnn.cnn.speed;

import java.io.IOException;
import java.util.Map;
import org.rcnn.cnn.network.Weights;

/** A network prepared to learn from one batch again and again. */
public interface TrainingRun extends AutoCloseable {

  /**
   * What iterations took together.
   *
   * @param seconds elapsed
   * @param cpuSeconds of all threads; more than the elapsed time with several threads, and less
   *     where the machine had other work
   */
  record Took(double seconds, double cpuSeconds) {}

  /**
   * Where a program has several ways to the same result, tries them and keeps the fastest. The
   * weights are the task's again after it.
   *
   * @return what was chosen, as figures by key; empty if there was no choice
   * @throws IOException if it failed
   */
  default Map<String, Double> chooseFastest() throws IOException {
    return Map.of();
  }

  /**
   * Trains for some iterations, from the batch in memory to changed weights.
   *
   * @throws IOException if it failed
   */
  Took train(int iterations) throws IOException;

  /**
   * The weights as they are now.
   *
   * @throws IOException if they cannot be read
   */
  Weights weights() throws IOException;

  @Override
  void close();
}
