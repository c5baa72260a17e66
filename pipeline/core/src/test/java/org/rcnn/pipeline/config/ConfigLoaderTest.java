package org.rcnn.pipeline.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.proposals.SelectiveSearchConfig;

class ConfigLoaderTest {

  private final ConfigLoader loader = new ConfigLoader();

  static List<String> presets() {
    return ConfigLoader.presets();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void everyPresetReads(String preset) {
    PipelineConfig config = loader.preset(preset, Map.of());
    // The paper's share of positives; the demo has half its batch.
    assertEquals(preset.equals("demo") ? 16 : 32, config.finetune().positives());
    assertEquals(3 * config.finetune().positives(), config.finetune().backgrounds());
    assertEquals(0.5, config.finetune().positiveIou());
  }

  @Test
  void negativesAreStrictByDefaultAndThePapersInItsPreset() {
    assertEquals(0.7, loader.preset("voc2007", Map.of()).svm().negativeIou());
    assertEquals(0.3, loader.preset("paper", Map.of()).svm().negativeIou());
    assertEquals(0.0, loader.preset("paper", Map.of()).svm().positiveIou());
  }

  @Test
  void aSingleSettingOverridesThePreset() {
    PipelineConfig config = loader.preset("demo", Map.of("svm.negative-iou", "0.3", "seed", "7"));
    assertEquals(0.3, config.svm().negativeIou());
    assertEquals(7, config.seed());
  }

  @ParameterizedTest
  @CsvSource({
    "svm.negative-iou, 1.5, svm.negative-iou must lie between",
    "svm.positive-iou, 0.5, svm.positive-iou must be 0 or at least negative-iou",
    "proposals.mode, quick, 'proposals.mode must be one of fast, authors-fast, quality, opencv-fast; it is quick.'",
    "svm.negativ-iou, 0.5, There is no setting 'svm.negativ-iou'",
    "features.layer, fc9, 'features.layer must be one of pool5, fc6, fc7'",
    "finetune.phases.1.iterations, 0, finetune.phases.1.iterations must be at least 1",
    "finetune.phases.1.iterations, 7.9, finetune.phases.1.iterations must be a whole number; it is 7.9.",
    "proposals.longer-side, -1, proposals.longer-side must be at least 0",
    "proposals.max-boxes, -1, proposals.max-boxes must be at least 0",
    "bbox.enabled, 7, bbox.enabled must be true or false; it is 7.",
    "detection.nms-iou, 7, detection.nms-iou must lie between",
    "svm.hard-negative-score, -2, svm.easy-negative-score must be at most hard-negative-score",
    "features.layer, scores, 'features.layer must be one of pool5, fc6, fc7; it is scores.'",
    "finetune.phases.1.iterations, many, finetune.phases.1.iterations must be a whole number; it is many.",
    "threads, 1.7, threads must be a whole number; it is 1.7.",
    "threads, 3000000000, threads must lie between",
    "svm.cost, '0.1 0.2', svm.cost must be a number; it is 0.1 0.2.",
    "finetune.frozen-layers, conv1, 'finetune.frozen-layers must be a list, such as [conv1, conv2]; it is conv1.'",
    "finetune.layer-rates, 2, 'finetune.layer-rates must be a mapping, such as {conv1: 0.1, fc6: 2}; it is 2.'",
    "finetune.layer-rates, {conv1: much}, finetune.layer-rates.conv1 must be a number; it is much.",
    "finetune.phases, 3, finetune.phases must be a list of mappings; it is 3.",
    "proposals.minside, 5, did you mean proposals.min-side?",
    "negative-iou, 0.3, did you mean svm.negative-iou?",
    "finetune.iterations, 9, did you mean finetune.phases.1.iterations?",
    "colour, red, 'There is no setting ''colour''; choose one of seed, threads'",
    "svm, 3, svm is a section; set one of its keys",
    "finetune.phases, [], finetune.phases must be at least 1",
    "finetune.phases, '[{layers: [], iterations: 1}]', finetune.phases.1.layers must be at least 1",
    "finetune.phases, [{layers: all}], finetune.phases.1.iterations must be at least 1",
    "finetune.phases, [{iteration: 7}], 'There is no setting ''finetune.phases.1.iteration''; did you mean iterations?'",
    "finetune.phases.2.rate, 0.1, 'There is no setting ''finetune.phases.2.rate'': finetune.phases has 1'",
    "finetune.phases.rate, 0.1, 'write finetune.phases.NUMBER.KEY'",
    "finetune.phases.1.speed, 0.1, 'There is no setting ''finetune.phases.1.speed''; choose one of layers, iterations'",
    "features.test-execution, quick, features.test-execution must be one of",
    "features.execution, quick, 'features.execution must be one of auto, plain, fused, bf16'",
    "network.device, tpu, 'network.device must be one of cpu, gpu'",
    "finetune.layer-rates, {conv1: -1}, finetune.layer-rates.conv1 must lie between",
    "finetune.keep, lowest-loss, 'finetune.keep is lowest-loss, which is judged on images held out: set finetune.validation-share'",
    "finetune.keep, best, 'finetune.keep must be one of last, lowest-loss, highest-map; it is best.'",
    "finetune.patience, 3, 'finetune.patience must be 0 while keep is last'",
    "finetune.judge-every, 0, finetune.judge-every must be at least 1",
    "finetune.validation-share, 1, finetune.validation-share must lie between"
  })
  void aBadSettingIsRefusedByName(String key, String value, String sentence) {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> loader.preset("demo", Map.of(key, value)));
    assertTrue(refusal.getMessage().contains(sentence), refusal.getMessage());
  }

  @Test
  void theGpuRunsPlainAlone() {
    assertEquals(ComputeDevice.CPU, loader.preset("demo", Map.of()).network().device());
    Map<String, String> gpu = Map.of("network.device", "gpu");
    assertEquals(ComputeDevice.GPU, loader.preset("demo", gpu).network().device());
    Map<String, String> both = Map.of("network.device", "gpu", "features.execution", "fused");
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> loader.preset("demo", both));
    assertTrue(refusal.getMessage().contains("must be auto or plain"), refusal.getMessage());
    Map<String, String> testOnly =
        Map.of("network.device", "gpu", "features.test-execution", "bf16");
    refusal = assertThrows(ConfigException.class, () -> loader.preset("demo", testOnly));
    assertTrue(
        refusal.getMessage().contains("features.test-execution is bf16"), refusal.getMessage());
  }

  @Test
  void aMappingWithoutDefaultsTakesAnyKeys(@TempDir Path folder) throws IOException {
    Map<String, Double> rates = Map.of("conv1", 0.1, "fc6", 2.0);
    String mapping = "{conv1: 0.1, fc6: 2}";
    assertEquals(
        rates,
        loader.preset("demo", Map.of("finetune.layer-rates", mapping)).finetune().layerRates());
    Path file =
        Files.writeString(
            folder.resolve("rates.yaml"), "finetune:\n  layer-rates: " + mapping + "\n");
    PipelineConfig config = loader.file(file, Map.of());
    assertEquals(rates, config.finetune().layerRates());
    assertEquals(
        Map.of("fc7", 3.0),
        loader.file(file, Map.of("finetune.layer-rates", "{fc7: 3}")).finetune().layerRates());
    assertThrows(
        ConfigException.class, () -> loader.file(file, Map.of("finetune.layer-rates.conv1", "3")));
    Path again = Files.writeString(folder.resolve("again.yaml"), loader.toYaml(config));
    assertEquals(config, loader.file(again, Map.of()));
  }

  @Test
  void anUnknownPresetListsTheKnownOnes() {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> loader.preset("voc", Map.of()));
    assertEquals(
        "There is no preset 'voc'; choose one of demo, voc2007-small, voc2007, paper.",
        refusal.getMessage());
  }

  @Test
  void aFileNamesOnlyWhatItChangesAndItsMistakesAreToldWithTheFile(@TempDir Path folder)
      throws IOException {
    Path good = Files.writeString(folder.resolve("good.yaml"), "bbox:\n  enabled: false\n");
    assertEquals(false, loader.file(good, Map.of()).bbox().enabled());

    Path unknown = Files.writeString(folder.resolve("unknown.yaml"), "bbox:\n  enable: no\n");
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> loader.file(unknown, Map.of()));
    assertTrue(
        refusal.getMessage().contains("unknown.yaml: there is no setting 'bbox.enable'"),
        refusal.getMessage());

    Path empty = Files.writeString(folder.resolve("empty.yaml"), "finetune:\n  frozen-layers:\n");
    refusal = assertThrows(ConfigException.class, () -> loader.file(empty, Map.of()));
    assertEquals(
        empty + ": finetune.frozen-layers has no value; write one, or delete the line.",
        refusal.getMessage());

    Path broken = Files.writeString(folder.resolve("broken.yaml"), "bbox: [\n");
    assertTrue(
        assertThrows(ConfigException.class, () -> loader.file(broken, Map.of()))
            .getMessage()
            .matches(".*broken.yaml: line \\d: this is not valid YAML: .*"));

    Path twice = Files.writeString(folder.resolve("twice.yaml"), "seed: 1\nthreads: 2\nseed: 3\n");
    assertEquals(
        twice + ": line 3: the key 'seed' stands twice; delete one of them.",
        assertThrows(ConfigException.class, () -> loader.file(twice, Map.of())).getMessage());
    Path two = Files.writeString(folder.resolve("two.yaml"), "seed: 1\n---\nseed: 3\n");
    assertEquals(
        two + ": line 3: a second document begins here; write all settings into one.",
        assertThrows(ConfigException.class, () -> loader.file(two, Map.of())).getMessage());
  }

  @Test
  void aNameStaysAsItIsTyped(@TempDir Path folder) throws IOException {
    assertEquals("no", loader.preset("demo", Map.of("data.train", "no")).data().train());
    assertEquals("2007", loader.preset("demo", Map.of("data.train", "2007")).data().train());
    assertEquals("a: b", loader.preset("demo", Map.of("data.train", "'a: b'")).data().train());
    Path file = Files.writeString(folder.resolve("names.yaml"), "data:\n  test: 2012\n");
    assertEquals("2012", loader.file(file, Map.of()).data().test());
  }

  @Test
  void aWrittenConfigurationReadsBackTheSame(@TempDir Path folder) throws IOException {
    PipelineConfig config = loader.preset("paper", Map.of("finetune.frozen-layers", "[conv1]"));
    Path file = Files.writeString(folder.resolve("config.yaml"), loader.toYaml(config));
    assertEquals(config, loader.file(file, Map.of()));
  }

  @Test
  void aLongerSideRaisesTheLimitOnPixelsAndMoreBoxesThatOfTheMode() {
    SelectiveSearchConfig usual = search(Map.of());
    assertEquals(400_000, usual.maxPixels());
    assertEquals(2_100, usual.maxBoxes());
    SelectiveSearchConfig larger =
        search(Map.of("proposals.longer-side", "1000", "proposals.max-boxes", "9000"));
    assertEquals(1_000_000, larger.maxPixels());
    assertEquals(9_000, larger.maxBoxes());
    assertEquals(1, larger.factor(1000, 800));
    assertEquals(2_100, search(Map.of("proposals.max-boxes", "600")).maxBoxes());
    assertEquals(1 << 27, search(Map.of("proposals.longer-side", "99999")).maxPixels());
  }

  private static SelectiveSearchConfig search(Map<String, String> settings) {
    return new ConfigLoader().preset("voc2007", settings).proposals().searchOfAllBoxes(1);
  }
}
