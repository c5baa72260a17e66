package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rcnn.data.StandardSettingsChecks;

class SettingsTest {

  @TestFactory
  Stream<DynamicNode> everySettingIsChecked() {
    return Stream.of(
        StandardSettingsChecks.of(SampleSettings.standard()),
        StandardSettingsChecks.of(SolverSettings.paper()),
        StandardSettingsChecks.of(MiningSettings.paper()),
        StandardSettingsChecks.of(SvmSettings.standard(1), "seed"),
        StandardSettingsChecks.of(BoxRegressionSettings.authors(1), "seed"),
        StandardSettingsChecks.of(SoftmaxSettings.authors(1), "seed"),
        StandardSettingsChecks.of(DetectionSettings.standard()));
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() {
    assertRefused(
        "positive-iou must be 0 or at least negative-iou (0.7), so that no region is both; it is 0.5.",
        () -> new SampleSettings(0.5, 0.7, true, 1, 1, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertRefused(
        "positive-iou must be 0 or at least negative-iou (0.5), so that no region is both; it is 0.4.",
        () -> SoftmaxSettings.authors(1).withLabels(0.4, 0.5));
    assertRefused(
        "easy-negative-score must be at most hard-negative-score (-1.0), or negatives would be added only to be dropped; it is -0.5.",
        () -> new MiningSettings(1, 1, -1, 1, 1, -0.5, 1));
    assertRefused(
        "held-back-every must be 0 or at least 2; it is 1.",
        () -> new BoxRegressionSettings(0.6, 1000, 10, 1, 1, 1));
  }

  private static void assertRefused(String message, Runnable settings) {
    Exception refusal = assertThrows(IllegalArgumentException.class, settings::run);
    assertEquals(message, refusal.getMessage());
  }
}
