package org.rcnn.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.JobRunner;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;

/** The whole chain on a few generated scenes, with a network that takes no time. */
final class SmallChain {

  private static final String NETWORK = "tiny-on-spark";

  /** A note has the seconds that its artifact took. */
  private static final Pattern NOTE = Pattern.compile("[0-9a-f]{12}\\.json");

  private SmallChain() {}

  static PipelineConfig config(Map<String, String> others) {
    Architectures.register(NETWORK, SmallChain::network);
    Map<String, String> settings = new HashMap<>();
    settings.put("network.architecture", NETWORK);
    settings.put("network.weights", "none");
    settings.put("data.demo-train", "7");
    settings.put("data.demo-test", "3");
    settings.put("proposals.max-boxes", "30");
    settings.put("finetune.phases", "[{iterations: 4}]");
    settings.put("finetune.positives", "2");
    settings.put("finetune.backgrounds", "4");
    settings.put("threads", "1");
    settings.putAll(others);
    return new ConfigLoader().preset("demo", settings);
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

  /** Runs the chain on one machine. */
  static void here(PipelineConfig config, Path folder) throws IOException {
    try (Run run = Run.onDemo(config, folder, false, Progress.Monitor.SILENT)) {
      all(run);
    }
  }

  /** Runs the chain with a runner. */
  static void on(JobRunner runner, PipelineConfig config, Path folder) throws IOException {
    try (Run run = Run.onDemo(config, folder, false, Progress.Monitor.SILENT)) {
      all(run.on(runner));
    }
  }

  private static void all(Run run) throws IOException {
    Experiment experiment = new Experiment(run);
    experiment.evaluate(experiment.configuredRow());
    experiment.thresholds(experiment.configuredRow());
  }

  /** The SHA-256 of every artifact and its evidence, by place; notes and the images left out. */
  static Map<String, String> artifacts(Path folder) throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (String stage :
        new String[] {
          "proposals",
          "finetune",
          "features",
          "later-features",
          "more-positives",
          "svm",
          "bbox",
          "detections",
          "thresholds"
        }) {
      if (Files.isDirectory(folder.resolve(stage))) {
        try (Stream<Path> files = Files.walk(folder.resolve(stage))) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            if (!NOTE.matcher(file.getFileName().toString()).matches()) {
              all.put(folder.relativize(file).toString(), new Fingerprint().addFile(file).hex());
            }
          }
        }
      }
    }
    return all;
  }
}
