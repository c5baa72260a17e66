package org.rcnn.cnn.speed;

import java.io.IOException;
import java.nio.file.Path;

/** A peer that runs networks forward. */
public interface ForwardPeer extends Peer {

  /**
   * Makes the work ready to run.
   *
   * @param folder a folder for files; it may contain those of an earlier call for the same network
   * @throws IOException if that fails
   */
  ForwardPass open(ForwardTask task, Path folder) throws IOException;
}
