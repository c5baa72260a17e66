package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.cnn.features.HogExtractor;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.DivergedException;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;

/**
 * Every study from images to its page, with a network that takes no time, all in one run's folder.
 */
@TestInstance(Lifecycle.PER_CLASS)
class StudyRunTest {

  private static final String NETWORK = "tiny-for-studies";

  private Path folder;
  private Run run;
  private Experiment experiment;

  @BeforeAll
  void openTheRun(@TempDir Path temporary) throws IOException {
    folder = temporary.resolve("run");
    Architectures.register(NETWORK, StudyRunTest::network);
    Path weights = temporary.resolve("start.safetensors");
    new WeightFile(Weights.initial(network(5), 7), Map.of()).write(weights, Precision.F32);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data.demo-train", "6");
    settings.put("data.demo-test", "2");
    settings.put("proposals.max-boxes", "40");
    settings.put("network.architecture", NETWORK);
    settings.put("network.weights", "'" + weights + "'");
    settings.put("finetune.phases", "[{layers: fully-connected, iterations: 3}]");
    settings.put("finetune.positives", "4");
    settings.put("finetune.backgrounds", "8");
    settings.put("svm.retrain-after", "300");
    PipelineConfig config = new ConfigLoader().preset("demo", settings);
    run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT);
    experiment = new Experiment(run);
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder(NETWORK, 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 4, 3, 1, 1)
        .maxPool("pool1", 2, 2, 0)
        .convolution("conv2", 4, 3, 1, 1)
        .maxPool("pool5", 2, 2, 0)
        .tap(Tap.POOL5)
        .linear("fc6", 16)
        .tap(Tap.FC6)
        .linear("fc7", 16)
        .tap(Tap.FC7)
        .scores("fc8", classes)
        .build();
  }

  @AfterAll
  void closeTheRun() throws IOException {
    run.close();
  }

  private StudyResult study(String text) throws IOException {
    return new StudyRun(experiment, Studies.installed().parse(text)).run();
  }

  private Set<Path> artifacts(String stage) throws IOException {
    Path place = folder.resolve(stage);
    if (!Files.isDirectory(place)) {
      return Set.of();
    }
    try (Stream<Path> all = Files.list(place)) {
      return all.filter(file -> file.toString().matches(".*[0-9a-f]{12}(\\.model|\\.safetensors)?"))
          .collect(Collectors.toSet());
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          negative-iou=0.3,0.7             | 4 | 1 | negatives below IoU
          positive-iou=0.7,0               | 4 | 1 | positives
          resampling=none,up:5             | 2 | 1 | without any the SVMs reach
          finetune-iou=0.4,0.5             | 2 | 2 | Fine-tuning on regions from IoU
          labels=0.5/0.5,0/0.3             | 5 | 1 | softmax
          descriptor=hog,pool5             | 2 | 1 | Under the same SVMs HOG reaches
          proposals=20,40                  | 2 | 2 | boxes of an image in mode
          seeds=1,2                        | 6 | 2 | mean and standard deviation
          start                            | 4 | 3 | the network reaches
          freeze-depth=0,2,4               | 6 | 2 | is best, with
          movement=0,1                     | 2 | 5 | of its length and fc7 by
          rate=0.1,1,suggested             | 3 | 3 | The best rate is
          """)
  void everyStudyLeavesAFindingATableAndItsPictures(
      String text, int points, int pictures, String finding) throws IOException {
    StudyResult result = study(text);
    assertEquals(points, result.rows().size());
    assertTrue(result.finding().contains(finding), result.finding());
    assertTrue(result.finding().endsWith("."), result.finding());
    for (StudyResult.Point point : result.rows()) {
      assertTrue(point.meanAp() >= 0 && point.meanAp() <= 1, point.toString());
      assertEquals(point.classesInMean(), point.ap().size());
      assertTrue(point.seconds() > 0, point.toString());
    }
    String name = result.fileName();
    assertEquals(result, StudyResult.read(folder.resolve(name + ".json")));
    assertTrue(StudyResult.readAll(folder).contains(result));
    String html = Files.readString(folder.resolve(name + ".html"));
    assertEquals(1 + pictures, html.split("<svg", -1).length);
    assertTrue(html.contains(result.study()) && html.contains("<h1>"), html);
    assertTrue(Files.readString(folder.resolve(name + ".md")).startsWith("# "));
    assertTrue(Files.readString(folder.resolve(name + ".svg")).startsWith("<svg"));
  }

  @Test
  void aStudyRepeatedFindsAllThatItMade() throws IOException {
    StudyResult first = study("labels=0.5/0.5,0/0.3");
    Map<String, Set<Path>> made = made();
    StudyResult again = study("labels=0.5/0.5,0/0.3");
    assertEquals(made, made());
    assertEquals(first.rows(), again.rows());
    assertEquals(first.finding(), again.finding());
  }

  private Map<String, Set<Path>> made() throws IOException {
    Map<String, Set<Path>> made = new TreeMap<>();
    for (String stage : List.of("finetune", "features", "hog", "svm", "softmax", "detections")) {
      made.put(stage, artifacts(stage));
    }
    return made;
  }

  @Test
  void pointsShareWhatTheirSettingsDoNotChange() throws IOException {
    study("labels=0.5/0.5,0/0.3");
    Map<String, Set<Path>> before = made();
    StudyResult result = study("labels=0.5/0.5,0.6/0.6");
    assertEquals(before.get("features"), made().get("features"));
    assertEquals(before.get("finetune"), made().get("finetune"));
    assertEquals(before.get("svm").size() + 1, made().get("svm").size());
    assertEquals(before.get("softmax").size() + 1, made().get("softmax").size());
    // What is changed is told of each point, what is not of none.
    assertEquals(
        Set.of(
            "svm.positive-iou", "svm.negative-iou", "softmax.positive-iou", "softmax.negative-iou"),
        result.rows().get(0).settings().keySet());
    assertEquals("0.6", result.rows().get(1).settings().get("svm.positive-iou"));
    assertEquals("0.5", result.rows().get(1).settings().get("softmax.positive-iou"));
  }

  @Test
  void secondsAreThoseOfWhatPointsDoNotShare() throws IOException {
    StudyResult result = study("resampling=none,up:3");
    for (StudyResult.Point point : result.rows()) {
      Map<String, Double> stages = point.stageSeconds();
      assertEquals(stages.get("head") + stages.get("detections"), point.seconds(), 1e-9);
      assertTrue(stages.containsKey("fine-tuning"), stages.toString());
    }
  }

  @Test
  void hogIsStoredAsOtherFeaturesAreForTheSameRegions() throws IOException {
    study("descriptor=hog,pool5");
    assertEquals(2, artifacts("hog").size());
    int regions = 0;
    int networks = 0;
    for (Path place : artifacts("hog")) {
      try (FeatureStore store = FeatureStore.open(place.resolve("hog.bin"))) {
        assertEquals(HogExtractor.DIMENSION, store.dimension());
        regions += store.imageIds().stream().mapToInt(store::rows).sum();
      }
    }
    for (String stage : List.of("features of the training images", "features of the test images")) {
      Path place = experiment.artifacts(preTrainedPool5()).get(stage).place();
      try (FeatureStore store = FeatureStore.open(place.resolve("pool5.bin"))) {
        networks += store.imageIds().stream().mapToInt(store::rows).sum();
      }
    }
    assertEquals(networks, regions);
  }

  private static Row preTrainedPool5() {
    PipelineConfig config =
        new ConfigLoader()
            .preset("demo", Map.of("finetune.enabled", "false", "features.layer", "pool5"));
    return Values.row(config);
  }

  @Test
  void aPointMayStartFromOtherWeights() throws IOException {
    study("descriptor=pool5");
    study("start=none");
    int before = artifacts("features").size();
    Study starts = new StartsForTest();
    StudyResult result = new StudyRun(experiment, new Studies.Asked(starts, List.of())).run();
    assertEquals(List.of("usual", "random"), labels(result));
    assertEquals(before, artifacts("features").size(), "both networks' features are shared");
    assertEquals("none", result.rows().get(1).settings().get("network.weights"));
  }

  @Test
  void aStudyCrossedWithAnotherSettingStandsBesideThePlainOneAndSaysSo() throws IOException {
    StudyResult plain = study("resampling=none,up:3");
    assertEquals("study-resampling", plain.fileName());
    Experiment crossed =
        experiment.with(Values.with(run.config(), Map.of("detection.nms-iou", "0.4")));
    StudyResult beside =
        new StudyRun(crossed, Studies.installed().parse("resampling=none,up:3")).run();
    assertEquals("study-resampling-2", beside.fileName());
    assertEquals(plain, StudyResult.read(folder.resolve("study-resampling.json")));
    assertTrue(beside.subject().contains("detection.nms-iou=0.4"), beside.subject());
    assertFalse(plain.subject().contains("detection.nms-iou"), plain.subject());
    String html = Files.readString(folder.resolve("study-resampling-2.html"));
    assertTrue(html.contains("<dt>detection.nms-iou</dt>\n<dd>0.4</dd>"), html);
    // Given again, each replaces itself.
    assertEquals("study-resampling", study("resampling=none").fileName());
  }

  @Test
  void everyPointHasTheRangeOfItsMeanAp() throws IOException {
    for (StudyResult.Point point : study("resampling=none,up:3").rows()) {
      assertTrue(point.low() <= point.meanAp() && point.meanAp() <= point.high(), point.toString());
    }
  }

  @Test
  void theMovementsPictureAnswersItsQuestionAndIsNotThatOfTheMeanAp() throws IOException {
    study("movement=0,1");
    String svg = Files.readString(folder.resolve("study-movement.svg"));
    assertTrue(svg.contains("How far each copied layer moved"), svg);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fc | fc6 | take depths up to 2, such as freeze-depth=0,2",
        "conv1 | conv1 | name other weights"
      })
  void layersThatTheStartingWeightsLackCannotBeCopied(
      String lacking, String first, String advice, @TempDir Path temporary) throws IOException {
    Map<String, Tensor> found = new LinkedHashMap<>(Weights.initial(network(5), 7).tensors());
    found.keySet().removeIf(name -> name.startsWith(lacking));
    Path weights = temporary.resolve("some-layers.safetensors");
    new WeightFile(new Weights(found), Map.of()).write(weights, Precision.F32);
    Experiment start =
        experiment.with(Values.with(run.config(), Map.of("network.weights", "'" + weights + "'")));
    Studies.Asked asked = Studies.installed().parse("freeze-depth=0,3");
    assertEquals(
        "--study freeze-depth cannot copy 3 layers: the starting weights have no %s that fits tiny-for-studies; %s."
            .formatted(first, advice),
        assertThrows(ConfigException.class, () -> new StudyRun(start, asked)).getMessage());
  }

  private static List<String> labels(StudyResult result) {
    return result.rows().stream().map(StudyResult.Point::label).toList();
  }

  /** A network with weights, and the same one without. */
  private static class StartsForTest implements Study {
    @Override
    public String name() {
      return "starts-for-test";
    }

    @Override
    public String question() {
      return "Where to start?";
    }

    @Override
    public String source() {
      return "A test.";
    }

    @Override
    public String values() {
      return "None.";
    }

    @Override
    public List<String> defaultValues(PipelineConfig configured) {
      return List.of("0");
    }

    @Override
    public StudyResult.Axis axis(PipelineConfig configured) {
      return StudyResult.Axis.ofNames("start");
    }

    @Override
    public List<Point> points(List<String> values, PipelineConfig configured) {
      Row row = preTrainedPool5();
      PipelineConfig none = Values.with(configured, Map.of("network.weights", "none"));
      return List.of(
          new Point("", "usual", 0, configured, row), new Point("", "random", 1, none, row));
    }

    @Override
    public List<String> notes(PipelineConfig configured, List<Point> points) {
      return List.of();
    }

    @Override
    public String finding(List<Measured> points) {
      return "Somewhere.";
    }
  }

  @Test
  void aPointWhoseTrainingDivergesIsLeftOutAndTold() throws IOException {
    Map<String, String> longer =
        Map.of("finetune.phases", "[{layers: all, iterations: 60, rate: 0.001}]");
    Experiment trained = experiment.with(Values.with(run.config(), longer));
    StudyResult result = new StudyRun(trained, Studies.installed().parse("rate=10000,1")).run();
    assertEquals(List.of("1"), labels(result));
    assertEquals(0, result.rows().get(0).at(), "the axis of names has no gap");
    String told =
        result.notes().stream().filter(note -> note.contains("diverged")).findFirst().orElseThrow();
    assertTrue(told.matches("10000 is left out: training diverged at iteration [0-9]+\\."), told);
    assertTrue(
        result.finding().endsWith(". Training diverged with rate × 10000."), result.finding());

    StudyRun hopeless = new StudyRun(trained, Studies.installed().parse("rate=10000"));
    assertThrows(DivergedException.class, hopeless::run);
  }

  @Test
  void whatAPointCannotHaveIsRefusedBeforeAnythingIsComputed() throws IOException {
    PipelineConfig wrong = Values.with(run.config(), Map.of("finetune.frozen-layers", "[conv9]"));
    Map<String, Set<Path>> before = made();
    Study study =
        new StartsForTest() {
          @Override
          public List<Point> points(List<String> values, PipelineConfig configured) {
            return List.of(
                super.points(values, configured).get(0),
                new Point("", "wrong", 1, wrong, preTrainedPool5()));
          }
        };
    String message =
        assertThrows(
                ConfigException.class,
                () -> new StudyRun(experiment, new Studies.Asked(study, List.of())))
            .getMessage();
    assertTrue(message.contains("no layer 'conv9'"), message);
    assertEquals(before, made());
  }
}
