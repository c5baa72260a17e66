package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/** A network whose pool5 stands beside the way to the scores, as ResNet-50's does. */
class TapAsideTest {

  private static final String NETWORK = "tiny-with-pool5-aside";

  @TempDir Path folder;

  @BeforeEach
  void register() {
    Architectures.register(NETWORK, TapAsideTest::network);
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder(NETWORK, 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 8, 3, 2, 1)
        .convolution("conv2", 8, 3, 1, 1)
        .tapAside(Tap.POOL5, last -> last.averagePool("average", 4, 4, 0))
        .globalAverage("all")
        .tap(Tap.FC7)
        .scores("fc", classes)
        .build();
  }

  private Run run(String phases) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("data.demo-train", "6");
    settings.put("data.demo-test", "2");
    settings.put("proposals.max-boxes", "30");
    settings.put("network.architecture", NETWORK);
    settings.put("network.weights", "none");
    settings.put("finetune.phases", phases);
    settings.put("finetune.positives", "4");
    settings.put("finetune.backgrounds", "8");
    settings.put("svm.retrain-after", "300");
    PipelineConfig config = new ConfigLoader().preset("demo", settings);
    return Run.onDemo(config, folder, true, Progress.Monitor.SILENT);
  }

  @Test
  void everyLayerOfBothNetworksCanBeEvaluatedWithBoxRegression() throws IOException {
    try (Run run = run("[{layers: new, iterations: 2}]")) {
      Experiment experiment = new Experiment(run);
      for (boolean finetuned : new boolean[] {false, true}) {
        for (Tap layer : new Tap[] {Tap.POOL5, Tap.FC7}) {
          double mean = experiment.evaluate(new Row(finetuned, layer, Heads.SVM, true)).meanAp();
          assertTrue(mean >= 0 && mean <= 1, layer + " gives " + mean);
        }
      }
    }
  }

  @Test
  void featuresThatFineTuningLeavesAloneAreToldOf() {
    NetworkDefinition network = network(3);
    String warning = warning(network, "[{layers: new, iterations: 2}]");
    assertTrue(warning.contains("changes nothing that fc7"), warning);
    assertEquals(
        "",
        warning(network, "[{layers: new, iterations: 2}, {layers: [conv2, fc], iterations: 2}]"));
    assertNotEquals(
        "",
        warning(
            network, "[{layers: new, iterations: 2}, {layers: fully-connected, iterations: 2}]"));
    assertFalse(network.suffixTaps().contains(Tap.POOL5));
  }

  private static String warning(NetworkDefinition network, String phases) {
    PipelineConfig config = new ConfigLoader().preset("demo", Map.of("finetune.phases", phases));
    return FineTuneStage.withoutEffect(
            network, config.finetune().settings(1), Set.of("fc"), Tap.FC7)
        .orElse("");
  }
}
