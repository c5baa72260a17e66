package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;
import org.rcnn.pipeline.study.NegativeIouStudy.Positives;
import org.rcnn.pipeline.study.Study.Point;

class StudiesTest {

  private static final PipelineConfig DEFAULTS = config(Map.of());
  private static final Map<String, String> SQUEEZENET =
      Map.of(
          "network.architecture", "squeezenet1_0",
          "network.weights", "none",
          "features.layer", "pool5");

  private static PipelineConfig config(Map<String, String> settings) {
    return new ConfigLoader().preset("demo", settings);
  }

  private static List<Point> points(String text, PipelineConfig configured) {
    return Studies.installed().parse(text).points(configured);
  }

  private static List<String> labels(List<Point> points) {
    return points.stream().map(Point::label).toList();
  }

  private static List<PipelineConfig> configs(List<Point> points) {
    return points.stream().map(Point::config).toList();
  }

  @Test
  void theProjectsStudiesAreInstalledAndDescribeThemselves() {
    List<Study> studies = Studies.installed().studies();
    List<String> names = studies.stream().map(Study::name).toList();
    assertTrue(
        names.containsAll(
            List.of(
                "descriptor",
                "finetune-iou",
                "labels",
                "negative-iou",
                "positive-iou",
                "proposals",
                "resampling",
                "seeds")),
        names.toString());
    assertEquals(names.stream().distinct().sorted().toList(), names);
    for (Study study : studies) {
      assertTrue(study.question().endsWith("?"), study.name());
      assertTrue(study.source().endsWith("."), study.name());
      assertTrue(study.values().endsWith("."), study.name());
    }
  }

  @Test
  void aNameAloneStandsForTheStudysOwnValues() {
    for (Study study : Studies.installed().studies()) {
      String values = String.join(",", study.defaultValues(DEFAULTS));
      List<Point> own = points(study.name(), DEFAULTS);
      assertTrue(own.size() > 1, study.name());
      assertEquals(labels(own), labels(points(study.name() + "=" + values, DEFAULTS)));
    }
  }

  @Test
  void aStudyCrossesWithAnyOtherSetting() {
    PipelineConfig crossed =
        config(
            Map.of(
                "detection.nms-iou",
                "0.4",
                "svm.hard-negatives-per-image",
                "7",
                "finetune.seed",
                "5"));
    for (Study study : Studies.installed().studies()) {
      for (Point point : points(study.name(), crossed)) {
        assertEquals(0.4, point.config().detection().nmsIou(), study.name());
        assertEquals(7, point.config().svm().hardNegativesPerImage(), study.name());
        assertEquals(crossed.seed(), point.config().seed(), study.name());
      }
    }
  }

  @Test
  void theThresholdIsStudiedWithThePapersPositivesAndWithTheProjects() {
    List<Point> points = points("negative-iou=0.5,0,0.7", DEFAULTS);
    assertEquals(List.of("0", "0.5", "0.7", "0", "0.5", "0.7"), labels(points));
    assertEquals(
        config(Map.of("svm.negative-iou", "0.5", "svm.positive-iou", "0")), points.get(1).config());
    assertEquals(
        config(Map.of("svm.negative-iou", "0", "svm.positive-iou", "0.7")), points.get(3).config());
    assertEquals(DEFAULTS, points.get(5).config(), "the project's default is one of the points");
    assertEquals("ground truth alone", points.get(0).series());
    assertEquals("and proposals, IoU ≥ 0.7", points.get(3).series());
  }

  @Test
  void aThresholdAboveThatOfPositivesRaisesIt() {
    Study study = new NegativeIouStudy(List.of(Positives.PROPOSALS));
    List<Point> points =
        study.points(List.of("0.3", "0.8"), config(Map.of("svm.positive-iou", "0.75")));
    assertEquals(0.75, points.get(0).config().svm().positiveIou());
    assertEquals(0.8, points.get(1).config().svm().positiveIou());
  }

  @Test
  void whereProposalsAreNoPositivesTheSecondLineTakesThoseOfTheDefault() {
    PipelineConfig paper = config(Map.of("svm.positive-iou", "0", "svm.negative-iou", "0.3"));
    List<Point> points = points("negative-iou=0.3", paper);
    assertEquals(
        List.of(0.0, 0.7), points.stream().map(p -> p.config().svm().positiveIou()).toList());
  }

  @Test
  void positivesGoFromLooseToTheGroundTruthAloneAndLowerTheNegativesWhereTheyMust() {
    List<Point> points = points("positive-iou=0,0.8,0.5", DEFAULTS);
    assertEquals(
        List.of("IoU ≥ 0.5", "IoU ≥ 0.8", "ground truth").toString(),
        labels(points.subList(0, 3)).toString());
    assertEquals(List.of(0.5, 0.8, 1.0), points.subList(0, 3).stream().map(Point::at).toList());
    assertEquals(
        List.of(0.5, 0.7, 0.7, 0.3, 0.3, 0.3),
        points.stream().map(p -> p.config().svm().negativeIou()).toList());
    assertEquals(
        List.of(0.5, 0.8, 0.0, 0.5, 0.8, 0.0),
        points.stream().map(p -> p.config().svm().positiveIou()).toList());
    // Configured as in the paper, there is one series.
    PipelineConfig paper = config(Map.of("svm.positive-iou", "0", "svm.negative-iou", "0.3"));
    assertEquals(1, points("positive-iou=0", paper).size());
  }

  @Test
  void resamplingChangesWhatItNamesAndNothingElse() {
    List<Point> points = points("resampling=none,up:5,down:0.3,weight:4,up:2+down:0.5", DEFAULTS);
    List<PipelineConfig> configs = configs(points);
    assertEquals(DEFAULTS, configs.get(0));
    assertEquals(config(Map.of("svm.positive-upsampling", "5")), configs.get(1));
    assertEquals(config(Map.of("svm.negative-sampling", "0.3")), configs.get(2));
    assertEquals(config(Map.of("svm.positive-weight", "4")), configs.get(3));
    assertEquals(
        config(Map.of("svm.positive-upsampling", "2", "svm.negative-sampling", "0.5")),
        configs.get(4));
    assertEquals(List.of(0.0, 1.0, 2.0, 3.0, 4.0), points.stream().map(Point::at).toList());
  }

  @Test
  void bothHeadsHaveEachOthersLabelsAndTheNetworksOwnSoftmaxStandsBeside() {
    List<Point> points = points("labels=0.5/0.5,0/0.3", DEFAULTS);
    assertEquals(List.of("0.5/0.5", "0/0.3", "0.5/0.5", "0/0.3", "0.5/0.5"), labels(points));
    assertEquals(
        config(Map.of("svm.positive-iou", "0", "svm.negative-iou", "0.3")), points.get(1).config());
    assertEquals(
        config(Map.of("softmax.positive-iou", "0", "softmax.negative-iou", "0.3")),
        points.get(3).config());
    assertEquals(
        List.of(Heads.SVM, Heads.SVM, Heads.TRAINED_SOFTMAX, Heads.TRAINED_SOFTMAX, Heads.SOFTMAX),
        points.stream().map(point -> point.row().head()).toList());
    // The network's own has the place of the labels that it learned from.
    assertEquals(0, points.get(4).at());
    assertEquals(4, points("labels=0.5/0.5,0/0.3", config(Map.of("features.layer", "fc6"))).size());
  }

  @Test
  void softmaxsOwnLabelsAreThoseOfTheConfiguredFineTuning() {
    List<Point> points = points("labels", config(Map.of("finetune.positive-iou", "0.6")));
    assertEquals("0.6/0.6", points.get(0).label());
    assertEquals("0.6/0.6", points.get(points.size() - 1).label());
    assertEquals(0, points.get(points.size() - 1).at());
  }

  @Test
  void startsAreCalledByAsMuchOfTheirPathsAsTellsThemApart() {
    // pretrain names its file by the network, so only the folders differ.
    List<Point> points =
        points(
            "start=none,embedded,images/alexnet64.safetensors,crops/alexnet64.safetensors",
            DEFAULTS);
    assertEquals(
        List.of(
            "from scratch",
            "embedded",
            "images/alexnet64.safetensors",
            "crops/alexnet64.safetensors"),
        labels(points.subList(0, 4)));
    assertEquals("crops/alexnet64.safetensors", points.get(7).config().network().weights());
    assertEquals(
        "alexnet64.safetensors",
        points("start=none,crops/alexnet64.safetensors", DEFAULTS).get(1).label());
    assertRefused("start=crops/a.npz,./crops/a.npz", "names a value twice");
  }

  @Test
  void onlyOnAFineTunedFc7DoesSoftmaxStandForTheNetworksOwn() {
    assertFalse(new Row(true, Tap.FC7, Heads.SOFTMAX, false).effectiveHead().equals(Heads.SOFTMAX));
    assertEquals(
        Heads.TRAINED_SOFTMAX,
        new Row(true, Tap.FC7, Heads.TRAINED_SOFTMAX, false).effectiveHead());
  }

  @Test
  void descriptorsAreThoseOfTheNetworkWithoutFineTuningAndHog() {
    List<Point> points = points("descriptor", DEFAULTS);
    // The cost was chosen for the network's layers, so HOG has the choice of three.
    List<String> hog = List.of("hog:0.0001", "hog", "hog:0.01");
    assertEquals(
        Stream.concat(hog.stream(), Stream.of("pool5", "fc6", "fc7")).toList(), labels(points));
    assertEquals(
        List.of(0.0001, 0.001, 0.01, 0.001, 0.001, 0.001),
        points.stream().map(point -> point.config().svm().cost()).toList());
    assertTrue(points.stream().noneMatch(point -> point.row().finetuned()));
    assertEquals(
        Stream.concat(hog.stream(), Stream.of("pool5")).toList(),
        labels(points("descriptor", config(SQUEEZENET))));
    assertRefused(
        "descriptor=hog:much", "takes a cost after the colon, such as hog:0.01, not 'much'");
  }

  @Test
  void proposalsVaryInNumberAndMode() {
    List<Point> points = points("proposals=100,all,quality:500", DEFAULTS);
    assertEquals(
        List.of(
            config(Map.of("proposals.max-boxes", "100")),
            config(Map.of("proposals.max-boxes", "0")),
            config(Map.of("proposals.max-boxes", "500", "proposals.mode", "quality"))),
        configs(points));
    assertEquals(List.of("fast", "fast", "quality"), points.stream().map(Point::series).toList());
  }

  @Test
  void seedsFineTuneAnewAndEveryLayerIsASeries() {
    List<Point> points = points("seeds=1,4", DEFAULTS);
    Map<String, List<Long>> seeds = new TreeMap<>();
    points.forEach(
        point ->
            seeds.merge(
                point.series(),
                List.of(point.config().finetune().seed()),
                (a, b) -> List.of(a.get(0), b.get(0))));
    assertEquals(
        Map.of("pool5", List.of(1L, 4L), "fc6", List.of(1L, 4L), "fc7", List.of(1L, 4L)), seeds);
  }

  @Test
  void whatIsNoStudyIsRefusedByName() {
    assertRefused("negative-iou=", "takes a name");
    assertRefused("negative-iou=0.3,,0.5", "takes a name");
    assertRefused("momentum=1", "There is no study 'momentum'");
    assertRefused("momentum", "There is no study 'momentum'");
    assertRefused("negative-iou=0.3,x", "not 'x'");
    assertRefused("negative-iou=1.5", "svm.negative-iou must lie between");
    assertRefused("resampling=sideways:3", "'sideways:3' is not a resampling");
    assertRefused("resampling=up", "'up' is no");
    assertRefused("resampling=up:2.5", "whole number");
    assertRefused("resampling=down:0", "svm.negative-sampling must lie between");
    assertRefused("labels=0.5", "two IoUs with a slash");
    assertRefused("labels=0.3/0.5", "svm.positive-iou must be 0 or at least");
    assertRefused("descriptor=sift", "takes hog, pool5, fc6 and fc7, not 'sift'");
    assertRefused("descriptor=scores", "not 'scores'");
    assertRefused("proposals=0", "whole numbers of boxes from 1 on, or all; not '0'");
    assertRefused("proposals=slow:all", "no mode 'slow'");
    assertRefused("seeds=0", "whole numbers from 1 on, not '0'");
    assertRefused("seeds=2,2", "names a value twice: 2,2");
    assertRefused("finetune-iou=2", "finetune.positive-iou must lie between");
  }

  @Test
  void whatASettingRulesOutIsRefusedBeforeAnythingIsComputed() {
    PipelineConfig untuned = config(Map.of("finetune.enabled", "false"));
    assertRefused("seeds", untuned, "--study seeds fine-tunes the network, but finetune.enabled");
    assertRefused("finetune-iou", untuned, "finetune.enabled is false");
    assertRefused("descriptor=fc6", config(SQUEEZENET), "--study descriptor, fc6: ");
    assertRefused("descriptor=fc6", config(SQUEEZENET), "squeezenet1_0");
    assertRefused(
        "labels", config(Map.of("network.architecture", "lenet")), "network.architecture: ");
  }

  private static void assertRefused(String text, String words) {
    assertRefused(text, DEFAULTS, words);
  }

  private static void assertRefused(String text, PipelineConfig configured, String words) {
    String message =
        assertThrows(ConfigException.class, () -> points(text, configured)).getMessage();
    assertTrue(message.contains(words), message);
  }
}
