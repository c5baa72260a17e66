package org.rcnn.pipeline.track;

import java.io.Closeable;
import java.io.IOException;

/** Where figures and pictures go. Everything that was added is in the file. */
sealed interface TrackFile extends Closeable permits EventFile, ScalarTable {

  /**
   * Adds a figure.
   *
   * @param millis the time, in milliseconds since 1970
   */
  void scalar(String name, long step, double value, long millis) throws IOException;

  /** Adds a picture, the bytes of a PNG file. */
  void picture(String name, long step, byte[] png, long millis) throws IOException;
}
