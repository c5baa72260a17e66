package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/**
 * For every setting, which artifacts are made anew when it changes, and which are found again: days
 * of computing hang on both.
 *
 * <p>Two rows of the ablation table are looked at: SVMs on fc7 with box regression, and a softmax
 * on fc6 without. Fine-tuning keeps the weights of the lowest loss. In the table, "proposals" are
 * those of the training images and "all" is everything.
 */
@TestInstance(Lifecycle.PER_CLASS)
class KeyMatrixTest {

  private static final String NOTHING = "nothing";
  private static final String FINETUNE =
      "finetune train-features test-features train-later test-later svm softmax bbox"
          + " svm-detections softmax-detections svm-thresholds softmax-thresholds";
  private static final String FEATURES = FINETUNE.replace("finetune ", "");
  private static final String TEST =
      "test-proposals test-features test-later svm-detections softmax-detections";
  private static final String ALL = "proposals test-proposals " + FINETUNE;
  private static final String TRAIN = "proposals " + FINETUNE;

  private static final String DETECTION =
      "svm-detections softmax-detections svm-thresholds softmax-thresholds";

  private static final Map<String, String> NAMED =
      Map.of(
          "ALL", ALL,
          "TRAIN", TRAIN,
          "TEST", TEST,
          "FINETUNE", FINETUNE,
          "FEATURES", FEATURES,
          "DETECTION", DETECTION);

  private Path folder;
  private Map<String, String> usual;

  @BeforeAll
  void keysOfTheUsualSettings(@TempDir Path temporary) throws IOException {
    folder = temporary;
    usual = hashes(Map.of());
  }

  private Map<String, String> hashes(Map<String, String> changed) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data.demo-train", "2");
    settings.put("data.demo-test", "1");
    settings.put("finetune.validation-share", "0.2");
    settings.put("finetune.keep", "lowest-loss");
    settings.putAll(changed);
    PipelineConfig config = new ConfigLoader().preset("demo", settings);
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      Experiment experiment = new Experiment(run);
      Map<String, String> hashes = new TreeMap<>();
      put(hashes, experiment, new Row(true, Tap.FC7, Heads.SVM, true), "svm");
      put(hashes, experiment, new Row(true, Tap.FC6, Heads.SOFTMAX, false), "softmax");
      return hashes;
    }
  }

  private static void put(Map<String, String> hashes, Experiment experiment, Row row, String head) {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("proposals of the training images", "proposals");
    names.put("proposals of the test images", "test-proposals");
    names.put("fine-tuning", "finetune");
    names.put("features of the training images", "train-features");
    names.put("features of the test images", "test-features");
    names.put("later features of the training images", "train-later");
    names.put("later features of the test images", "test-later");
    names.put("head", head);
    names.put("box regression", "bbox");
    names.put("detections", head + "-detections");
    names.put("thresholds", head + "-thresholds");
    experiment
        .artifacts(row)
        .forEach((name, artifact) -> hashes.put(names.get(name), artifact.hash()));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          seed                         | 2               | ALL
          threads                      | 1               | nothing
          data.train                   | train           | TRAIN
          data.test                    | val             | TEST
          data.split-test-share        | 0.3             | nothing
          data.exif-orientation        | ignore          | nothing
          data.limit                   | 1               | TRAIN
          data.demo-train              | 4               | ALL
          data.demo-test               | 2               | TEST
          proposals.mode               | quality         | ALL
          proposals.longer-side        | 300             | ALL
          proposals.min-side           | 9               | ALL
          proposals.max-boxes          | 50              | FEATURES
          proposals.ranking            | authors         | ALL
          network.weights              | none            | FINETUNE
          network.new-layers           | [fc6]           | FINETUNE
          network.device               | gpu             | FINETUNE
          finetune.seed                | 7               | FINETUNE
          finetune.enabled             | false           | nothing
          finetune.phases              | [{iterations: 7}] | FINETUNE
          finetune.phases.1.iterations | 7               | FINETUNE
          finetune.phases.1.rate       | 0.01            | FINETUNE
          finetune.phases.1.rate-drop  | 0.5             | FINETUNE
          finetune.phases.1.rate-drop-every | 7          | FINETUNE
          finetune.phases.1.layers     | [conv1, new]    | FINETUNE
          finetune.mirror              | false           | FINETUNE
          finetune.keep-features       | false           | nothing
          finetune.positives           | 7               | FINETUNE
          finetune.backgrounds         | 7               | FINETUNE
          finetune.positive-iou        | 0.4             | FINETUNE
          finetune.momentum            | 0.5             | FINETUNE
          finetune.weight-decay        | 0               | FINETUNE
          finetune.new-weight-rate     | 7               | FINETUNE
          finetune.new-bias-rate       | 7               | FINETUNE
          finetune.copied-bias-rate    | 7               | FINETUNE
          finetune.dropout             | 0.4             | FINETUNE
          finetune.frozen-layers       | [conv1]         | FINETUNE
          finetune.layer-rates         | {fc6: 2}        | FINETUNE
          finetune.suggest-rate        | true            | FINETUNE
          finetune.validation-share    | 0.5             | FINETUNE
          finetune.keep                | last            | FINETUNE
          finetune.patience            | 3               | FINETUNE
          finetune.judge-every         | 7               | FINETUNE
          finetune.image-cache         | 7               | nothing
          features.layer               | fc6             | nothing
          features.batch               | 7               | FEATURES
          features.encoding            | dense-fp32      | FEATURES
          features.execution           | bf16            | FEATURES
          features.test-execution      | bf16            | test-features test-later svm-detections softmax-detections
          svm.head                     | softmax         | nothing
          svm.negative-iou             | 0.3             | svm svm-detections svm-thresholds
          svm.positive-iou             | 0.8             | svm svm-detections svm-thresholds
          svm.max-positives            | 7               | svm svm-detections svm-thresholds
          svm.max-objects              | 7               | svm svm-detections svm-thresholds
          svm.difficult-positives      | false           | svm svm-detections svm-thresholds
          svm.cost                     | 0.01            | svm svm-detections svm-thresholds
          svm.positive-weight          | 7               | svm svm-detections svm-thresholds
          svm.positive-upsampling      | 7               | svm svm-detections svm-thresholds
          svm.negative-sampling        | 0.7             | svm svm-detections svm-thresholds
          svm.hard-negative-score      | -0.9            | svm svm-detections svm-thresholds
          svm.easy-negative-score      | -1.3            | svm svm-detections svm-thresholds
          svm.retrain-after            | 7               | svm svm-detections svm-thresholds
          svm.hard-negatives-per-image | 7               | svm svm-detections svm-thresholds
          svm.negative-cache           | 7               | svm svm-detections svm-thresholds
          softmax.positive-iou         | 0.7             | softmax softmax-detections softmax-thresholds
          softmax.negative-iou         | 0.3             | softmax softmax-detections softmax-thresholds
          bbox.enabled                 | false           | nothing
          bbox.pair-iou                | 0.7             | bbox svm-detections svm-thresholds
          bbox.lambda                  | 7               | bbox svm-detections svm-thresholds
          bbox.max-pairs               | 7               | bbox svm-detections svm-thresholds
          detection.nms-iou            | 0.4             | DETECTION
          detection.per-image          | 7               | DETECTION
          detection.per-class          | 7               | svm-detections softmax-detections
          detection.min-score          | -1              | svm-detections svm-thresholds
          detection.min-probability    | 0.1             | softmax-detections softmax-thresholds
          thresholds.enabled           | false           | nothing
          thresholds.choose            | recall          | svm-thresholds softmax-thresholds
          thresholds.wanted            | 0.5             | nothing
          thresholds.folds             | 4               | nothing
          evaluation.metric            | area            | nothing
          """)
  void aSettingChangesTheArtifactsThatItActsOn(String key, String value, String expected)
      throws IOException {
    assertEquals(changed(NAMED.getOrDefault(expected, expected)), changes(Map.of(key, value)), key);
  }

  @Test
  void whatTheMapOfImagesHeldOutDependsOnMattersOnlyWhereItIsAskedFor() throws IOException {
    Map<String, String> last = Map.of("finetune.keep", "last");
    assertEquals(hashes(last), hashes(and(last, "finetune.judge-every", "7")));
    Map<String, String> map = Map.of("finetune.keep", "highest-map");
    String judged = hashes(map).get("finetune");
    for (String[] setting :
        new String[][] {
          {"evaluation.metric", "area"},
          {"detection.nms-iou", "0.4"},
          {"detection.per-image", "7"},
          {"detection.min-probability", "0.1"},
          {"features.batch", "7"},
          {"proposals.max-boxes", "50"}
        }) {
      Map<String, String> changed = and(map, setting[0], setting[1]);
      assertNotEquals(judged, hashes(changed).get("finetune"), setting[0]);
    }
    assertEquals(judged, hashes(and(map, "detection.per-class", "7")).get("finetune"));
  }

  @Test
  void foldsMatterWhereFineTuningHeldNoImagesBackAndAWantedShareWhereItIsWanted()
      throws IOException {
    Map<String, String> none = Map.of("finetune.validation-share", "0", "finetune.keep", "last");
    String folds = hashes(none).get("svm-thresholds");
    assertNotEquals(folds, hashes(and(none, "thresholds.folds", "4")).get("svm-thresholds"));
    Map<String, String> recall = Map.of("thresholds.choose", "recall");
    String wanted = hashes(recall).get("svm-thresholds");
    assertNotEquals(wanted, hashes(and(recall, "thresholds.wanted", "0.5")).get("svm-thresholds"));
  }

  private static Map<String, String> and(Map<String, String> settings, String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(settings);
    more.put(key, value);
    return more;
  }

  @Test
  void seedsOfFineTuningShareProposalsAndPreTrainedFeaturesAndTheRunsOwnSeedIsOneOfThem()
      throws IOException {
    Map<String, String> three = Map.of("finetune.seed", "3");
    assertEquals(preTrained(Map.of()), preTrained(three));
    assertEquals(new TreeSet<>(), changes(Map.of("finetune.seed", "1")));
  }

  private Map<String, Artifact> preTrained(Map<String, String> settings) throws IOException {
    PipelineConfig config =
        new ConfigLoader()
            .with(
                new ConfigLoader()
                    .preset("demo", Map.of("data.demo-train", "2", "data.demo-test", "1")),
                settings);
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      return new Experiment(run).artifacts(new Row(false, Tap.FC7, Heads.SVM, true));
    }
  }

  @Test
  void anotherArchitectureIsAnotherNetwork() throws IOException {
    Map<String, String> other =
        Map.of("network.architecture", "squeezenet1_0-131", "network.weights", "none");
    assertEquals(changed(FINETUNE), changes(other));
  }

  @Test
  void autoSharesTheArtifactsOfTheExecutionThatItTakes() throws IOException {
    NetworkDefinition network = Architectures.byName("alexnet64", 7);
    Execution taken = Execution.AUTO.on(ComputeDevice.CPU, network);
    for (Execution asked : List.of(Execution.PLAIN, Execution.FUSED)) {
      String expected = asked == taken ? NOTHING : FEATURES;
      Map<String, String> settings = Map.of("features.execution", asked.label());
      assertEquals(changed(expected), changes(settings), asked.label());
    }
    assertEquals(changed(NOTHING), changes(Map.of("features.test-execution", "auto")));
  }

  private static TreeSet<String> changed(String names) {
    return names.equals(NOTHING) ? new TreeSet<>() : new TreeSet<>(List.of(names.split(" ")));
  }

  private TreeSet<String> changes(Map<String, String> settings) throws IOException {
    Map<String, String> now = hashes(settings);
    TreeSet<String> different = new TreeSet<>();
    usual.forEach(
        (name, hash) -> {
          if (!hash.equals(now.get(name))) {
            different.add(name);
          }
        });
    return different;
  }

  @Test
  void aLanguageWithDigitsOfItsOwnFindsTheSameArtifacts() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(new Locale("ar", "EG"));
    try {
      assertEquals(usual, hashes(Map.of()));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void everySettingStandsInTheMatrix() throws Exception {
    CsvSource matrix =
        KeyMatrixTest.class
            .getDeclaredMethod(
                "aSettingChangesTheArtifactsThatItActsOn", String.class, String.class, String.class)
            .getAnnotation(CsvSource.class);
    TreeSet<String> named = new TreeSet<>(List.of("network.architecture"));
    matrix
        .textBlock()
        .lines()
        .map(line -> line.split("\\|")[0].strip())
        // The keys of a phase stand in a list.
        .filter(key -> !key.matches(".*\\.1\\..*"))
        .forEach(named::add);
    List<String> keys = new ArrayList<>();
    keys("", new ConfigLoader().toTree(new ConfigLoader().preset("demo", Map.of())), keys);
    assertEquals(new TreeSet<>(keys), named);
  }

  private static void keys(String path, JsonNode node, List<String> into) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties().forEach(e -> keys(path + "." + e.getKey(), e.getValue(), into));
    } else {
      into.add(path.substring(1));
    }
  }
}
