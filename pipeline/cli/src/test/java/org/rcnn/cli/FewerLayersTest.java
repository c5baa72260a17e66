package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.Detector;

/** The whole chain with a network that has pool5, but neither fc6 nor fc7. */
class FewerLayersTest {

  @TempDir Path folder;
  private Path devkit;

  @BeforeEach
  void makeScenes() throws IOException {
    devkit = folder.resolve("scenes");
    new SceneGenerator(3).writeDevkit(devkit, 2, 2, 2);
  }

  private Session squeezenet(String command, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--data",
                devkit,
                "--out",
                folder.resolve("run"),
                "--set",
                "network.architecture=squeezenet1_0",
                "--set",
                "network.weights=none",
                "--set",
                "proposals.max-boxes=6",
                "--set",
                "finetune.phases=[{iterations: 1}]",
                "--set",
                "finetune.positives=2",
                "--set",
                "finetune.backgrounds=2"));
    arguments.addAll(List.of(more));
    return Session.of(arguments.toArray());
  }

  @Test
  void aLayerThatTheNetworkLacksIsRefusedBeforeAnyWork() {
    String lacks = "Network squeezenet1_0 has no fc7; it has pool5.";
    squeezenet("run").refused(2, "features.layer: " + lacks);
    squeezenet("svm").refused(2, "features.layer: " + lacks);
    squeezenet("ablate", "--layers", "pool5,fc7").refused(2, "--layers: " + lacks);
    squeezenet("finetune", "--set", "finetune.frozen-layers=[conv9]")
        .refused(2, "finetune.frozen-layers: network squeezenet1_0 has no layer 'conv9'");
    assertFalse(Files.exists(folder.resolve("run/proposals")));
  }

  @Test
  void theAblationHasTheLayersThatTheNetworkHas() throws IOException {
    Path json = folder.resolve("ablation.json");
    // Linear softmaxes on 18,432 values would take minutes.
    Session done = squeezenet("ablate", "--bbox", "off", "--heads", "svm", "--json", json).done();
    assertTrue(done.out().contains("the layers pool5 (18432 values)"), done.out());
    JsonNode rows = Session.json(json).get("rows");
    assertEquals(2, rows.size(), done.out());
    for (JsonNode row : rows) {
      assertEquals("pool5", row.get("layer").asText());
    }
    assertFalse(rows.get(0).get("finetuned").asBoolean());
    assertTrue(rows.get(1).get("finetuned").asBoolean());
  }

  @Test
  void aRunTellsTheLayersAndItsDetectorWorks() throws IOException {
    Path json = folder.resolve("run.json");
    Session done =
        squeezenet(
                "run",
                "--set",
                "features.layer=pool5",
                "--set",
                "finetune.enabled=false",
                "--json",
                json)
            .done();
    assertTrue(done.err().contains("Network squeezenet1_0 has 737,"), done.err());
    JsonNode layers = Session.json(json).get("network").get("layers");
    assertEquals("{\"pool5\":18432}", layers.toString());
    try (Detector detector = Detector.load(folder.resolve("run"))) {
      assertFalse(detector.classes().isEmpty());
    }
  }
}
