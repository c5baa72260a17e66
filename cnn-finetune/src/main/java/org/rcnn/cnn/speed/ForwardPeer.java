package org.rcnn.cnn.speed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Another program that runs networks, to be measured beside ours on the same weights and images.
 * Peers are on the class path of the benchmarks only.
 */
public interface ForwardPeer {

  /** The name in tables, with the version where it is known. */
  String name();

  /** Why it cannot run here, in a sentence; empty if it can. */
  Optional<String> obstacle();

  /**
   * Makes the work ready to run.
   *
   * @param folder a folder for files; it may contain those of an earlier call for the same network
   * @throws IOException if that fails
   */
  ForwardPass open(ForwardTask task, Path folder) throws IOException;
}
