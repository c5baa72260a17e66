package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.config.PipelineConfig.NetworkChoice;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.Problems;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.run.RunFolder.Key;

/** What days of computing are found by must not change with a new setting that is not used. */
class StageKeysTest {

  @TempDir Path folder;

  private static PipelineConfig config(Map<String, String> settings) {
    return new ConfigLoader().preset("voc2007-small", settings);
  }

  private Run run(PipelineConfig config) throws Exception {
    DetectionSet none = new DetectionSet("train", List.of(), "0");
    return new Run(
        config,
        new RunFolder(folder),
        none,
        none,
        new Problems(true, ""),
        "nothing",
        Progress.Monitor.SILENT,
        () -> {});
  }

  private String features(Map<String, String> settings) throws Exception {
    return features(settings, true);
  }

  private String features(Map<String, String> settings, boolean training) throws Exception {
    Key proposals = Key.of("proposals", 1, Map.of("mode", "fast"));
    DetectionSet set = new DetectionSet("train", List.of(), "0");
    FeatureStage.Input input =
        new FeatureStage.Input(set, proposals, folder.resolve("proposals.bin"), training);
    return new FeatureStage(run(config(settings))).key(input, "weights", List.of("cat")).hash();
  }

  @Test
  void featuresOfThePlainNetworkOnTheCpuAreFoundWithoutNamingEither() throws Exception {
    Key proposals = Key.of("proposals", 1, Map.of("mode", "fast"));
    Key expected =
        Key.of(
            "features",
            2, // 1 was shrunk without summed areas: here and there another level.
            Map.of(
                "proposals",
                proposals.hash(),
                "weights",
                "weights",
                "classes",
                List.of("cat"),
                "training",
                true,
                "encoding",
                "sparse-fp16"));
    assertEquals(expected.hash(), features(Map.of()));
    Set<String> different = new HashSet<>(Set.of(expected.hash()));
    assertTrue(different.add(features(Map.of("features.execution", "fused"))));
    assertTrue(different.add(features(Map.of("features.execution", "bf16"))));
    assertTrue(different.add(features(Map.of("network.device", "gpu"))));
    assertEquals(expected.hash(), features(Map.of("features.test-execution", "bf16")));
  }

  @Test
  void testImagesMayBeComputedAnotherWay() throws Exception {
    Map<String, String> asTraining = Map.of("features.execution", "bf16");
    Map<String, String> alone = Map.of("features.test-execution", "bf16");
    assertEquals(features(asTraining, false), features(alone, false));
    assertNotEquals(features(Map.of(), false), features(alone, false));
    Map<String, String> back =
        Map.of("features.execution", "bf16", "features.test-execution", "plain");
    assertEquals(features(Map.of(), false), features(back, false));
  }

  @Test
  void fineTunedWeightsAreFoundByWhatTheyAlwaysWere() {
    // As the run noted it that the documentation's table comes from.
    assertEquals(
        "FineTune[enabled=true, iterations=1500, positives=32, backgrounds=96, positiveIou=0.5,"
            + " rate=0.001, rateDrop=0.1, rateDropEvery=1100, momentum=0.9, weightDecay=5.0E-4,"
            + " newWeightRate=10.0, newBiasRate=20.0, copiedBiasRate=2.0, dropout=0.5,"
            + " frozenLayers=[], imageCache=1024]",
        config(Map.of()).finetune().identity());

    String changed =
        config(
                Map.of(
                    "finetune.layer-rates",
                    "{fc6: 2}",
                    "finetune.validation-share",
                    "0.1",
                    "finetune.new-layers-first",
                    "9"))
            .finetune()
            .identity();
    assertTrue(
        changed.contains("newLayersFirst=9, layerRates={fc6=2.0}, validationShare=0.1"), changed);
    // A table trains them for a run that does without.
    assertEquals(
        config(Map.of()).finetune().identity(),
        config(Map.of("finetune.enabled", "false")).finetune().identity());
  }

  @Test
  void fineTuningElsewhereOrThroughAnotherGradientIsAnotherOne() throws Exception {
    Key proposals = Key.of("proposals", 1, Map.of("mode", "fast"));
    Map<String, String> gpu = Map.of("network.device", "gpu");
    Backbone plain = Backbone.of(new NetworkChoice("alexnet64", "embedded", "cpu"), 1, 1);
    List<String> cat = List.of("cat");
    Key onCpu = new FineTuneStage(run(config(Map.of()))).key(proposals, plain, cat);
    Key onGpu = new FineTuneStage(run(config(gpu))).key(proposals, plain, cat);
    assertNotEquals(onCpu.hash(), onGpu.hash());
    assertEquals(
        Key.of(
                "finetune",
                2,
                Map.of(
                    "proposals",
                    proposals.hash(),
                    "backbone",
                    plain.fingerprint(),
                    "classes",
                    cat,
                    "settings",
                    config(Map.of()).finetune().identity(),
                    "seed",
                    1L))
            .hash(),
        onCpu.hash());
  }

  @Test
  void heldOutImagesAreASeededShareOfAll() {
    Set<Integer> held = FineTuneStage.heldOut(50, 0.1, 1);
    assertEquals(5, held.size());
    assertEquals(held, FineTuneStage.heldOut(50, 0.1, 1));
    assertNotEquals(held, FineTuneStage.heldOut(50, 0.1, 2));
    assertEquals(1, FineTuneStage.heldOut(3, 0.1, 1).size());
    assertEquals(Set.of(), FineTuneStage.heldOut(50, 0, 1));
  }
}
