package org.rcnn.cli.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.cli.Session;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;

/** The whole chain on a few generated scenes, with a network that takes no time. */
final class TinyChain {

  private static final String NETWORK = "tiny-for-faults";

  private final List<Object> command;

  /**
   * The chain.
   *
   * @param out the run's folder
   */
  TinyChain(Path out) {
    Architectures.register(NETWORK, TinyChain::network);
    command = new ArrayList<>(List.of("run", "--out", out));
    for (String setting :
        List.of(
            "network.architecture=" + NETWORK,
            "network.weights=none",
            "data.demo-train=4",
            "data.demo-test=2",
            "proposals.max-boxes=30",
            // A checkpoint comes after 100 iterations.
            "finetune.phases=[{iterations: 104}]",
            "finetune.positives=2",
            "finetune.backgrounds=4",
            "svm.retrain-after=200",
            "threads=1")) {
      command.add("--set");
      command.add(setting);
    }
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder(NETWORK, 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 4, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .linear("fc6", 8)
        .tap(Tap.FC6)
        .linear("fc7", 8)
        .tap(Tap.FC7)
        .scores("fc8", classes)
        .build();
  }

  /** Gives the command. */
  Session run() {
    return Session.of(command.toArray());
  }

  /** Copies a folder to a place where nothing is. */
  static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
