package org.rcnn.pipeline.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig.Svm;
import org.rcnn.pipeline.study.SvmStudy.Point;
import org.rcnn.pipeline.study.SvmStudy.Positives;

class SvmStudyTest {

  private static final List<Positives> BOTH = List.of(Positives.values());
  private static final Svm DEFAULTS = svm(Map.of());

  private static Svm svm(Map<String, String> settings) {
    return new ConfigLoader().preset("demo", settings).svm();
  }

  @Test
  void theThresholdIsStudiedWithThePapersPositivesAndWithTheProjects() {
    SvmStudy study = SvmStudy.parse("negative-iou=0.5,0,0.7", DEFAULTS, BOTH);
    assertEquals("negative-iou", study.name());
    assertEquals(
        List.of("0", "0.5", "0.7", "0", "0.5", "0.7"),
        study.points().stream().map(Point::label).toList());
    List<Svm> settings = study.points().stream().map(Point::settings).toList();
    assertEquals(DEFAULTS.withThresholds(0.5, 0), settings.get(1));
    assertEquals(DEFAULTS.withThresholds(0, 0.7), settings.get(3));
    assertEquals(DEFAULTS, settings.get(5), "the project's default is one of the points");
    assertEquals("ground truth alone", study.points().get(0).series());
    assertEquals("and proposals, IoU ≥ 0.7", study.points().get(3).series());
  }

  @Test
  void aThresholdAboveThatOfPositivesRaisesIt() {
    List<Point> points =
        SvmStudy.parse(
                "negative-iou=0.3,0.8",
                svm(Map.of("svm.positive-iou", "0.75")),
                List.of(Positives.PROPOSALS))
            .points();
    assertEquals(0.75, points.get(0).settings().positiveIou());
    assertEquals(0.8, points.get(1).settings().positiveIou());
  }

  @Test
  void whereProposalsAreNoPositivesTheSecondLineTakesThoseOfTheDefault() {
    Svm paper = svm(Map.of("svm.positive-iou", "0", "svm.negative-iou", "0.3"));
    List<Point> points = SvmStudy.parse("negative-iou=0.3", paper, BOTH).points();
    assertEquals(List.of(0.0, 0.7), points.stream().map(p -> p.settings().positiveIou()).toList());
  }

  @Test
  void resamplingChangesWhatItNamesAndNothingElse() {
    SvmStudy study =
        SvmStudy.parse("resampling=none,up:5,down:0.3,weight:4,up:2+down:0.5", DEFAULTS, BOTH);
    List<Svm> settings = study.points().stream().map(Point::settings).toList();
    assertEquals(DEFAULTS.withResampling(2, 1, 1), settings.get(0));
    assertEquals(DEFAULTS.withResampling(2, 5, 1), settings.get(1));
    assertEquals(DEFAULTS.withResampling(2, 1, 0.3), settings.get(2));
    assertEquals(DEFAULTS.withResampling(4, 1, 1), settings.get(3));
    assertEquals(DEFAULTS.withResampling(2, 2, 0.5), settings.get(4));
    assertEquals(List.of(0.0, 1.0, 2.0, 3.0, 4.0), study.points().stream().map(Point::at).toList());
  }

  @Test
  void whatIsNoStudyIsRefusedByName() {
    assertRefused("negative-iou", "takes a name and values");
    assertRefused("negative-iou=", "takes a name and values");
    assertRefused("momentum=1", "There is no study 'momentum'");
    assertRefused("negative-iou=0.3,x", "not 'x'");
    assertRefused("negative-iou=1.5", "svm.negative-iou must lie between");
    assertRefused("resampling=sideways:3", "'sideways:3' is no resampling");
    assertRefused("resampling=up", "'up' is no");
    assertRefused("resampling=up:2.5", "whole number");
    assertRefused("resampling=down:0", "svm.negative-sampling must lie between");
  }

  private static void assertRefused(String text, String words) {
    String message =
        assertThrows(ConfigException.class, () -> SvmStudy.parse(text, DEFAULTS, BOTH))
            .getMessage();
    assertTrue(message.contains(words), message);
  }
}
