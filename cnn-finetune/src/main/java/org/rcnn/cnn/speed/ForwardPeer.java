package org.rcnn.cnn.speed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Another program that runs networks, to be measured beside ours on the same weights and images.
 * Peers come to the class path with the benchmarks alone.
 */
public interface ForwardPeer {

  /** The name in tables, with the version where it is known. */
  String name();

  /** Why it cannot run here, in a sentence; empty if it can. */
  Optional<String> obstacle();

  /**
   * Makes the work ready to run.
   *
   * @param folder a place for files, which may hold those of an earlier call for the same network
   * @throws IOException if that fails
   */
  ForwardPass open(ForwardTask task, Path folder) throws IOException;

  /** The peers on the class path, in the order of their files. */
  static List<ForwardPeer> onClassPath() {
    List<ForwardPeer> peers = new ArrayList<>();
    ServiceLoader.load(ForwardPeer.class).forEach(peers::add);
    return peers;
  }
}
