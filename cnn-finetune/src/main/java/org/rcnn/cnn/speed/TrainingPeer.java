package org.rcnn.cnn.speed;

import java.io.IOException;
import java.nio.file.Path;

/** A peer that trains networks. */
public interface TrainingPeer extends Peer {

  /**
   * Makes the work ready to run.
   *
   * @param folder an empty folder for files
   * @throws IOException if that fails
   */
  TrainingRun open(TrainingTask task, Path folder) throws IOException;
}
