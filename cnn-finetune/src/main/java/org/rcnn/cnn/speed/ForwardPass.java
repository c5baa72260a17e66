package org.rcnn.cnn.speed;

import java.io.IOException;

/** A network made ready to bring one batch through again and again. */
public interface ForwardPass extends AutoCloseable {

  /**
   * Brings the batch through once, from the input in memory to the result in memory.
   *
   * @return the seconds that it took
   * @throws IOException if it failed
   */
  double run() throws IOException;

  /**
   * The latest run's result, {@code batch x dimension} values of the task's tap.
   *
   * @throws IOException if it cannot be had
   */
  float[] output() throws IOException;

  @Override
  void close();
}
