package org.rcnn.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;

/** A detector that is trained in seconds, on a network that a program registers itself. */
final class TinyDetector {

  /** The name that {@code network.architecture} takes. */
  static final String NETWORK = "tiny";

  private TinyDetector() {}

  /** Makes the network known in this process; a detector of it can be loaded from then on. */
  static void register() {
    Architectures.register(NETWORK, TinyDetector::network);
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder(NETWORK, 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 16, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .scores("scores", classes)
        .build();
  }

  /**
   * Trains on four generated scenes.
   *
   * @param folder the run's folder; its detector lies there afterwards
   */
  static void train(Path folder) throws IOException {
    train(folder, Map.of());
  }

  /** The same with other settings. */
  static void train(Path folder, Map<String, String> others) throws IOException {
    PipelineConfig config = config(others);
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      Experiment experiment = new Experiment(run);
      experiment.detector(experiment.configuredRow());
    }
  }

  /** The settings of such a training, with others in their places. */
  static PipelineConfig config(Map<String, String> others) {
    register();
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "data.demo-train", "4",
                "data.demo-test", "1",
                "proposals.mode", "authors-fast",
                "proposals.max-boxes", "100",
                "network.architecture", NETWORK,
                "network.weights", "none",
                "finetune.enabled", "false",
                "features.layer", "pool5",
                "svm.cost", "1"));
    settings.putAll(others);
    return new ConfigLoader().preset("demo", settings);
  }

  /** The first of the scenes that a run generated, by name. */
  static Path scene(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().findFirst().get();
    }
  }
}
