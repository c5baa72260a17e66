package org.rcnn.cnn.speed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;

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

  /**
   * The peers on the class path, in the order of their files.
   *
   * @param problem told of each peer that does not load, which is then left out
   */
  static List<ForwardPeer> onClassPath(Consumer<String> problem) {
    List<ForwardPeer> peers = new ArrayList<>();
    Iterator<ForwardPeer> found = ServiceLoader.load(ForwardPeer.class).iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          return peers;
        }
        peers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        problem.accept("A peer does not load and is left out: " + e.getMessage());
      }
    }
  }
}
