package org.rcnn.cnn.speed;

import java.io.IOException;

/** A network prepared to run one batch again and again. */
public interface ForwardPass extends AutoCloseable {

  /**
   * Runs the batch once, from the input in memory to the result in memory.
   *
   * @return the seconds that it took
   * @throws IOException if it failed
   */
  double run() throws IOException;

  /**
   * The latest run's result, {@code batch x dimension} values of the task's tap.
   *
   * @throws IOException if it cannot be read
   */
  float[] output() throws IOException;

  @Override
  void close();
}
