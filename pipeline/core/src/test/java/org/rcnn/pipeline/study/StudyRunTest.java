package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.StudyResult;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.proposals.ProposalRecall;

/**
 * Every study from images to its page, with a network that takes no time, all in one run's folder.
 */
@TestInstance(Lifecycle.PER_CLASS)
class StudyRunTest {

  private static final String NETWORK = "tiny-for-studies";

  /** Columns of tables, and stages, that several tests ask for. */
  private static final String LOSS = "last loss";

  private static final String POSITIVES = "last accuracy on positives, %";
  private static final String FINE_TUNING = "fine-tuning";
  private static final String HEAD = "head";

  private final Map<String, StudyResult> results = new LinkedHashMap<>();
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
    StudyResult result = new StudyRun(experiment, Studies.installed().parse(text)).run();
    results.put(text, result);
    return result;
  }

  /** What a study found, which runs now unless another test has run it. */
  private StudyResult found(String text) throws IOException {
    StudyResult known = results.get(text);
    return known == null ? study(text) : known;
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
          finetune-iou=0.3,0.5,0.7         | 3 | 2 | Fine-tuning on regions from IoU
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

  private static StudyResult.Point point(StudyResult result, String series, String label) {
    return result.rows().stream()
        .filter(row -> row.series().equals(series) && row.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  private static double figure(StudyResult.Point point, String name) {
    return point.figures().get(name);
  }

  /** The last value of each line of a picture, by the line's name. */
  private static Map<String, Double> ends(StudyResult.Chart chart) {
    Map<String, Double> ends = new LinkedHashMap<>();
    chart.lines().forEach(line -> ends.put(line.name(), line.y().get(line.y().size() - 1)));
    return ends;
  }

  /** A figure of the points that have it, by their labels. */
  private static Map<String, Double> byLabel(StudyResult result, String figure) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (StudyResult.Point point : result.rows()) {
      if (point.figures().containsKey(figure)) {
        values.put(point.label(), point.figures().get(figure));
      }
    }
    return values;
  }

  /** The same samples and detections, to the last bit. */
  private static void assertDetectsAlike(StudyResult.Point expected, StudyResult.Point actual) {
    assertEquals(expected.samples(), actual.samples(), actual.toString());
    assertEquals(expected.ap(), actual.ap(), actual.toString());
    assertEquals(expected.meanAp(), actual.meanAp(), actual.toString());
    assertEquals(expected.low(), actual.low(), actual.toString());
    assertEquals(expected.high(), actual.high(), actual.toString());
  }

  /** One detector, made once: no two stages take the same time to the nanosecond. */
  private static void assertSameDetector(StudyResult.Point expected, StudyResult.Point actual) {
    assertDetectsAlike(expected, actual);
    assertEquals(expected.stageSeconds(), actual.stageSeconds(), actual.toString());
  }

  /** Every region that SVMs have a label for, over all classes, whatever the label. */
  private static long regions(StudyResult.Samples samples) {
    return samples.groundTruth() + samples.proposals() + samples.ignored() + samples.negatives();
  }

  private long annotatedObjects() {
    return run.train().annotations().stream().mapToLong(image -> image.objects().size()).sum();
  }

  @Test
  void aFrozenLayerStaysWhereItWasAndEveryLearningOneMoves() throws IOException {
    String lowest = "lowest layer moved, %";
    String top = "highest copied layer moved, %";
    String gradient = "its gradient / the highest's";
    StudyResult result = found("movement=0,1");
    StudyResult.Point free = point(result, "", "0");
    StudyResult.Chart picture = result.charts().get(0);
    assertEquals(List.of("conv1", "conv2", "fc6", "fc7"), picture.names());
    List<Double> moved = picture.lines().get(0).y();
    assertTrue(moved.stream().allMatch(way -> way > 0), moved.toString());
    // The picture is of the network in which all layers learn, and its ends stand in the table.
    assertEquals(moved.get(0), free.figures().get(lowest));
    assertEquals(moved.get(3), free.figures().get(top));
    assertTrue(figure(free, gradient) > 0, free.toString());

    StudyResult.Point frozen = point(result, "", "1");
    assertEquals(0, figure(frozen, lowest));
    assertTrue(figure(frozen, top) > 0, frozen.toString());
    assertTrue(Double.isNaN(figure(frozen, gradient)), "a frozen layer has no gradient");
  }

  @Test
  void withoutCopiedLayersThereIsNothingToFreezeSoBothSeriesHaveOneNetwork() throws IOException {
    String frozen = "copied layers frozen";
    String learning = "all layers learn";
    StudyResult result = found("freeze-depth=0,2,4");
    assertEquals(List.of(frozen, learning), result.series());
    assertSameDetector(point(result, frozen, "0"), point(result, learning, "0"));
    assertEquals(
        point(result, frozen, "0").figures().get(POSITIVES),
        point(result, learning, "0").figures().get(POSITIVES));
    List<StudyResult.Line> accuracies = result.charts().get(0).lines();
    assertEquals(accuracies.get(0).y().get(0), accuracies.get(1).y().get(0));
    for (String copied : List.of("2", "4")) {
      assertNotEquals(
          point(result, frozen, copied).stageSeconds().get(FINE_TUNING),
          point(result, learning, copied).stageSeconds().get(FINE_TUNING),
          "each series trains a network of its own");
    }
  }

  @Test
  void aStricterOverlapLeavesFineTuningFewerPositivesAndTheSvmsTheirOwn() throws IOException {
    StudyResult result = found("finetune-iou=0.3,0.5,0.7");
    List<Double> positives = List.copyOf(byLabel(result, "positive regions").values());
    assertEquals(3, positives.size());
    assertTrue(positives.get(0) >= positives.get(1), positives.toString());
    assertTrue(positives.get(1) >= positives.get(2), positives.toString());
    assertTrue(positives.get(0) > positives.get(2), positives.toString());
    assertTrue(positives.get(2) >= annotatedObjects(), "objects are positives at any overlap");
    for (StudyResult.Point point : result.rows()) {
      assertEquals(result.rows().get(0).samples(), point.samples());
    }
  }

  @Test
  void moreBoxesOfAnImageAreAsManyAsAskedForAndCoverNoFewerObjects() throws IOException {
    ProposalRecall all = new ProposalRecall();
    try (ProposalStore boxes = ProposalStore.open(experiment.testProposals().place())) {
      for (Sample sample : run.test().samples()) {
        assertTrue(boxes.count(sample.id()) >= 40, "a scene has some hundreds of boxes");
        all.add(sample.annotation(), boxes.boxes(sample.id()));
      }
    }
    StudyResult result = found("proposals=20,40");
    for (StudyResult.Point point : result.rows()) {
      int most = Integer.parseInt(point.label());
      assertEquals(most, point.at());
      assertEquals(most, figure(point, "boxes per image"));
      assertEquals(100 * all.resultAt(most).recallAt(0.5), figure(point, "recall, %"));
      assertTrue(figure(point, "s per test image") > 0, point.toString());
    }
    List<Double> recalls = List.copyOf(byLabel(result, "recall, %").values());
    assertTrue(recalls.get(0) <= recalls.get(1), recalls.toString());
  }

  @Test
  void theRateOfAPointIsItsFactorTimesTheConfiguredOneOrWhatTheDrawnTestSuggests()
      throws IOException {
    StudyResult result = found("rate=0.1,1,suggested");
    double configured = run.config().finetune().phases().get(0).rate();
    Map<String, Double> rates = byLabel(result, "rate");
    assertEquals(0.1 * configured, rates.get("0.1"), 1e-9 * configured);
    assertEquals(configured, rates.get("1"), 1e-9 * configured);

    // Uprights, at the logarithms of their rates.
    Map<String, Double> uprights = new LinkedHashMap<>();
    for (StudyResult.Line line : result.charts().get(1).lines()) {
      uprights.put(line.name(), Math.pow(10, line.x().get(0)));
    }
    double suggested = uprights.getOrDefault("suggested", configured);
    assertEquals(suggested, rates.get("suggested"), 1e-9 * suggested);
    if (uprights.containsKey("suggested")) {
      double rises = uprights.get("begins to rise");
      assertTrue(suggested <= 0.1 * rises * (1 + 1e-9), "a tenth of %s or less".formatted(rises));
    }
    assertEquals(byLabel(result, LOSS), ends(result.charts().get(0)));
  }

  @Test
  void labelsMoveRegionsBetweenPositivesAndNegativesAndLoseNone() throws IOException {
    StudyResult result = found("labels=0.5/0.5,0/0.3");
    StudyResult.Samples loose = point(result, "SVM", "0.5/0.5").samples();
    StudyResult.Samples strict = point(result, "SVM", "0/0.3").samples();
    assertEquals(annotatedObjects(), loose.groundTruth());
    assertEquals(annotatedObjects(), strict.groundTruth());
    assertEquals(0, strict.proposals(), "the ground truth alone is positive");
    assertTrue(loose.proposals() > 0, loose.toString());
    assertTrue(loose.negatives() > strict.negatives(), loose + " and " + strict);
    assertEquals(regions(loose), regions(strict));
    assertNull(point(result, "softmax", "0/0.3").samples(), "softmax mines nothing");

    StudyResult.Point own = point(result, "the network's own softmax", "0.5/0.5");
    assertFalse(own.stageSeconds().containsKey(HEAD), "it was learned with the network");
    for (StudyResult.Point point : result.rows()) {
      assertEquals(own.stageSeconds().get(FINE_TUNING), point.stageSeconds().get(FINE_TUNING));
    }
  }

  @Test
  void aHigherThresholdOfNegativesHasMoreOfThemAndTheSamePositives() throws IOException {
    StudyResult result = found("negative-iou=0.3,0.7");
    for (String series : result.series()) {
      StudyResult.Samples low = point(result, series, "0.3").samples();
      StudyResult.Samples high = point(result, series, "0.7").samples();
      assertTrue(high.negatives() > low.negatives(), low + " and " + high);
      assertEquals(annotatedObjects(), low.groundTruth());
      assertEquals(low.groundTruth(), high.groundTruth());
      assertEquals(low.proposals(), high.proposals());
      assertEquals(regions(low), regions(high));
    }
    assertEquals(0, point(result, "ground truth alone", "0.7").samples().proposals());
  }

  @Test
  void whatIsNoLongerAPositiveIsIgnoredAndNoNegative() throws IOException {
    StudyResult result = found("positive-iou=0.7,0");
    for (String series : List.of("IoU < 0.7", "IoU < 0.3")) {
      StudyResult.Samples fitting = point(result, series, "IoU ≥ 0.7").samples();
      StudyResult.Samples alone = point(result, series, "ground truth").samples();
      assertEquals(0, alone.proposals());
      assertEquals(annotatedObjects(), alone.groundTruth());
      assertEquals(fitting.groundTruth(), alone.groundTruth());
      assertEquals(fitting.negatives(), alone.negatives());
      assertEquals(fitting.ignored() + fitting.proposals(), alone.ignored());
    }
  }

  @Test
  void upSamplingCountsPositivesSeveralTimesAndChangesNoLabel() throws IOException {
    StudyResult result = found("resampling=none,up:5");
    StudyResult.Samples none = point(result, "", "none").samples();
    StudyResult.Samples five = point(result, "", "up:5").samples();
    assertEquals(none.groundTruth() + none.proposals(), none.positivesAfter());
    assertEquals(5 * none.positivesAfter(), five.positivesAfter());
    assertEquals(none.groundTruth(), five.groundTruth());
    assertEquals(none.proposals(), five.proposals());
    assertEquals(none.ignored(), five.ignored());
    assertEquals(none.negatives(), five.negatives());
    assertEquals(five.negatives(), five.negativesAfter());
  }

  @Test
  void allDescriptorsAreOfTheSameRegionsWithTheSameLabels() throws IOException {
    StudyResult result = found("descriptor=hog,pool5");
    StudyResult.Point hog = point(result, "", "hog");
    StudyResult.Point pool5 = point(result, "", "pool5");
    assertEquals(hog.samples(), pool5.samples());
    assertEquals(HogExtractor.DIMENSION, figure(hog, "values"));
    assertEquals(4 * 4 * 4, figure(pool5, "values"), "four maps of four by four");
    assertFalse(pool5.stageSeconds().containsKey(FINE_TUNING), pool5.toString());
  }

  @Test
  void layersBelowThoseThatLearnAreTheSameWithEverySeed() throws IOException {
    StudyResult result = found("seeds=1,2");
    assertEquals(List.of("pool5", "fc6", "fc7"), result.series());
    // The fully connected layers alone learn here.
    StudyResult.Point first = point(result, "pool5", "1");
    StudyResult.Point second = point(result, "pool5", "2");
    StudyResult.Point untuned = point(found("descriptor=hog,pool5"), "", "pool5");
    for (StudyResult.Point same : List.of(second, untuned)) {
      assertDetectsAlike(first, same);
      assertEquals(first.stageSeconds().get(HEAD), same.stageSeconds().get(HEAD));
    }
    // Above them each seed has a network of its own.
    assertNotEquals(first.stageSeconds().get(FINE_TUNING), second.stageSeconds().get(FINE_TUNING));
    Map<String, Double> losses = ends(result.charts().get(0));
    assertEquals(Set.of("1", "2"), losses.keySet());
    assertNotEquals(losses.get("1"), losses.get("2"));
  }

  @Test
  void onlyAFineTunedStartHasACurveWhoseEndStandsInTheTable() throws IOException {
    StudyResult result = found("start");
    for (String start : List.of("from scratch", "start.safetensors")) {
      StudyResult.Point untuned = point(result, "as it starts", start);
      assertEquals(Map.of(), untuned.figures());
      assertFalse(untuned.stageSeconds().containsKey(FINE_TUNING), untuned.toString());
      StudyResult.Point tuned = point(result, "fine-tuned", start);
      assertTrue(figure(tuned, LOSS) > 0, tuned.toString());
      assertTrue(figure(tuned, POSITIVES) >= 0 && figure(tuned, POSITIVES) <= 100);
    }
    assertEquals(byLabel(result, LOSS), ends(result.charts().get(0)));
    assertEquals(byLabel(result, POSITIVES), ends(result.charts().get(1)));
  }

  @Test
  void theConfiguredDetectorIsTheSameInEveryStudyThatHasIt() throws IOException {
    StudyResult.Point configured = point(found("resampling=none,up:5"), "", "none");
    for (StudyResult.Point same :
        List.of(
            point(found("negative-iou=0.3,0.7"), "and proposals, IoU ≥ 0.7", "0.7"),
            point(found("positive-iou=0.7,0"), "IoU < 0.7", "IoU ≥ 0.7"),
            point(found("finetune-iou=0.3,0.5,0.7"), "", "0.5"),
            point(found("proposals=20,40"), "fast", "40"),
            point(found("seeds=1,2"), "fc7", "1"),
            point(found("rate=0.1,1,suggested"), "", "1"))) {
      assertSameDetector(configured, same);
    }
  }

  @Test
  void studiesOfWhatIsCopiedAndWhatLearnsMeetWhereTheirNetworksAreOne() throws IOException {
    StudyResult depths = found("freeze-depth=0,2,4");
    StudyResult starts = found("start");
    StudyResult.Point allLearn = point(found("movement=0,1"), "", "0");
    assertSameDetector(allLearn, point(depths, "all layers learn", "4"));
    assertSameDetector(allLearn, point(starts, "fine-tuned", "start.safetensors"));
    assertDetectsAlike(
        point(starts, "fine-tuned", "from scratch"), point(depths, "all layers learn", "0"));
    // Where all copied layers are frozen, the new scores alone learn, which the SVMs do not see.
    assertDetectsAlike(
        point(starts, "as it starts", "start.safetensors"),
        point(depths, "copied layers frozen", "4"));
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
  void whatASeedChangesIsToldWhereEachPointHasANetworkOfItsOwn() throws IOException {
    Files.deleteIfExists(folder.resolve("study-seeds.json"));
    String before = study("rate=0.1,1").finding();
    assertTrue(before.endsWith("would change is not in the ranges (study seeds)."), before);
    // Of two seeds, Student's t of one degree of freedom is 12.706; the difference of two networks
    // has
    // the root of two times the deviation, which of two values is their distance by the root of
    // two.
    double[] seeds =
        study("seeds=1,2").rows().stream()
            .filter(row -> row.series().equals("fc7"))
            .mapToDouble(StudyResult.Point::meanAp)
            .toArray();
    String size = Values.size(12.7062 * Math.abs(seeds[0] - seeds[1]));
    String after = study("rate=0.1,1").finding();
    assertTrue(
        after.endsWith(
            size.equals(Values.size(0))
                ? "another seed makes no difference that the figures show (study seeds)."
                : "may differ by %s by their seeds alone (study seeds).".formatted(size)),
        after);
    // Its points share one network.
    String shared = study("labels=0.5/0.5,0/0.3").finding();
    assertFalse(shared.contains("trained once"), shared);
  }

  @Test
  void movementFollowsLayersOfTheStartingWeights() throws IOException {
    Experiment none = experiment.with(Values.with(run.config(), Map.of("network.weights", "none")));
    Studies.Asked asked = Studies.installed().parse("movement=0");
    assertEquals(
        "--study movement follows layers of the starting weights, but every layer is new; name weights that fit tiny-for-studies.",
        assertThrows(ConfigException.class, () -> new StudyRun(none, asked)).getMessage());
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
