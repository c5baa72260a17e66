package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.features.RegionFeatures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.scenes.Scene;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.NetworkChoice;

class ExecutionCheckTest {

  private static TrainedNetwork embedded;

  @BeforeAll
  static void embeddedWeights() throws IOException {
    TorchEngine.useThreads(1);
    NetworkChoice choice = new NetworkChoice("alexnet64-fc1024", "embedded", ComputeDevice.CPU);
    Backbone backbone = Backbone.of(choice, 6, 1);
    embedded =
        new TrainedNetwork(
            TrainedNetwork.Identity.of(
                "pre-trained", backbone.prefixFingerprint(), backbone.fingerprint()),
            backbone.definition(),
            backbone.transfer().weights());
  }

  private static FeatureExtractor extractor(Execution execution) {
    return FeatureExtractor.onCpu(
        embedded.definition(),
        embedded.weights(),
        embedded.definition().taps().keySet(),
        16,
        execution);
  }

  static List<String> presets() {
    return ConfigLoader.presets();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void everyPresetTakesTheFastestThatIsExactForBothSets(String preset) {
    PipelineConfig config = new ConfigLoader().preset(preset, Map.of());
    assertEquals(Execution.AUTO, config.features().executionOf(true));
    assertEquals(Execution.AUTO, config.features().executionOf(false));
  }

  @Test
  void autoGivesThePlainFeaturesOfScenesUpToRounding() {
    SceneGenerator scenes = new SceneGenerator(3);
    try (FeatureExtractor plain = extractor(Execution.PLAIN);
        FeatureExtractor auto = extractor(Execution.AUTO)) {
      for (int i = 0; i < 4; i++) {
        Scene scene = scenes.scene(i);
        List<Box> objects = scene.annotation().objects().stream().map(GroundTruth::box).toList();
        RegionFeatures expected = plain.extract(scene.image(), objects);
        RegionFeatures actual = auto.extract(scene.image(), objects);
        assertEquals(expected.values().keySet(), actual.values().keySet());
        double difference = ExecutionCheck.difference(expected, actual);
        assertTrue(difference <= 1e-5, "scene " + i + " differs by " + difference);
      }
    }
  }

  @Test
  void whatIsExactPassesAndWhatIsNotEndsTheRunWithTheSettingToChange() {
    try (FeatureExtractor auto = extractor(Execution.AUTO);
        FeatureExtractor half = extractor(Execution.BF16)) {
      assertDoesNotThrow(() -> new ExecutionCheck().require(embedded, auto, "features.execution"));
      ConfigException refusal =
          assertThrows(
              ConfigException.class,
              () -> new ExecutionCheck().require(embedded, half, "features.test-execution"));
      String sentence = refusal.getMessage();
      assertTrue(
          sentence.startsWith(
              "features.test-execution is auto, which takes bf16 here, but on this machine network"
                  + " alexnet64-fc1024 then differs from plain by "),
          sentence);
      assertTrue(sentence.endsWith("; set features.test-execution to plain."), sentence);
    }
  }

  @Test
  void theTapThatDiffersMostCountsAsAShareOfItsLargestValue() {
    RegionFeatures expected =
        new RegionFeatures(
            1, Map.of(Tap.POOL5, new float[] {0, -8, 2}, Tap.FC6, new float[] {0.5f, 0.25f}));
    RegionFeatures actual =
        new RegionFeatures(
            1, Map.of(Tap.POOL5, new float[] {0, -7, 2}, Tap.FC6, new float[] {0.5f, 0.125f}));
    // pool5: 1 of 8; fc6: 0.125 of 0.5.
    assertEquals(0.25, ExecutionCheck.difference(expected, actual));
    assertEquals(0, ExecutionCheck.difference(expected, expected));
    RegionFeatures zeros = new RegionFeatures(1, Map.of(Tap.POOL5, new float[3]));
    assertEquals(0, ExecutionCheck.difference(zeros, zeros));
    RegionFeatures noZeros = new RegionFeatures(1, Map.of(Tap.POOL5, new float[] {0, 0, 1e-9f}));
    assertEquals(Double.POSITIVE_INFINITY, ExecutionCheck.difference(zeros, noZeros));
    RegionFeatures broken = new RegionFeatures(1, Map.of(Tap.POOL5, new float[] {0, Float.NaN, 0}));
    assertTrue(Double.isNaN(ExecutionCheck.difference(zeros, broken)));
  }
}
