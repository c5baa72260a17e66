package org.rcnn.cnn.speed;

import java.util.Optional;

/**
 * Another program that runs networks, to be measured beside ours on the same weights and images.
 * Peers are on the class path of the benchmarks only.
 */
public interface Peer {

  /** The name in tables, with the version where it is known. */
  String name();

  /** Why it cannot run here, in a sentence; empty if it can. */
  Optional<String> obstacle();
}
