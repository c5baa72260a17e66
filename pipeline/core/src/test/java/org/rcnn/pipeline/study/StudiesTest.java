package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.study.NegativeIouStudy.Positives;
import org.rcnn.pipeline.study.Study.Point;

class StudiesTest {

  private static final List<Positives> BOTH = List.of(Positives.values());
  private static final PipelineConfig DEFAULTS = config(Map.of());

  private static PipelineConfig config(Map<String, String> settings) {
    return new ConfigLoader().preset("demo", settings);
  }

  private static List<Point> points(
      String text, PipelineConfig configured, List<Positives> positives) {
    Studies.Asked asked = Studies.of(positives).parse(text);
    return asked.study().points(asked.values(), configured);
  }

  @Test
  void theThresholdIsStudiedWithThePapersPositivesAndWithTheProjects() {
    List<Point> points = points("negative-iou=0.5,0,0.7", DEFAULTS, BOTH);
    assertEquals(
        List.of("0", "0.5", "0.7", "0", "0.5", "0.7"), points.stream().map(Point::label).toList());
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
    List<Point> points =
        points(
            "negative-iou=0.3,0.8",
            config(Map.of("svm.positive-iou", "0.75")),
            List.of(Positives.PROPOSALS));
    assertEquals(0.75, points.get(0).config().svm().positiveIou());
    assertEquals(0.8, points.get(1).config().svm().positiveIou());
  }

  @Test
  void whereProposalsAreNoPositivesTheSecondLineTakesThoseOfTheDefault() {
    PipelineConfig paper = config(Map.of("svm.positive-iou", "0", "svm.negative-iou", "0.3"));
    List<Point> points = points("negative-iou=0.3", paper, BOTH);
    assertEquals(
        List.of(0.0, 0.7), points.stream().map(p -> p.config().svm().positiveIou()).toList());
  }

  @Test
  void resamplingChangesWhatItNamesAndNothingElse() {
    List<Point> points =
        points("resampling=none,up:5,down:0.3,weight:4,up:2+down:0.5", DEFAULTS, BOTH);
    List<PipelineConfig> configs = points.stream().map(Point::config).toList();
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
  void whatIsNoStudyIsRefusedByName() {
    assertRefused("negative-iou", "takes a name and values");
    assertRefused("negative-iou=", "takes a name and values");
    assertRefused("momentum=1", "There is no study 'momentum'");
    assertRefused("negative-iou=0.3,x", "not 'x'");
    assertRefused("negative-iou=1.5", "svm.negative-iou must lie between");
    assertRefused("resampling=sideways:3", "'sideways:3' is not a resampling");
    assertRefused("resampling=up", "'up' is no");
    assertRefused("resampling=up:2.5", "whole number");
    assertRefused("resampling=down:0", "svm.negative-sampling must lie between");
  }

  private static void assertRefused(String text, String words) {
    String message =
        assertThrows(ConfigException.class, () -> points(text, DEFAULTS, BOTH)).getMessage();
    assertTrue(message.contains(words), message);
  }
}
