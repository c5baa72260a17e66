package org.rcnn.cnn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rcnn.data.StandardSettingsChecks;

class SettingsTest {

  private static final Solver.Steps STEPS = new Solver.Steps(20_000, 0.1);
  private static final Solver SOLVER = new Solver(0.001, STEPS, 0.9, 0.0005);
  private static final Augmentation AUGMENTATION = new Augmentation(0.3, 0.2);

  private static FineTuningSettings fineTuning(Map<String, Double> layerRates) {
    return new FineTuningSettings(
        List.of(Phase.ofAllLayers(2000)),
        32,
        96,
        0.5,
        true,
        0.9,
        0.0005,
        10,
        20,
        2,
        0.5,
        Set.of(),
        layerRates,
        Judging.OFF,
        1);
  }

  @TestFactory
  Stream<DynamicNode> everySettingIsChecked() {
    return Stream.of(
        StandardSettingsChecks.of(fineTuning(Map.of()), "seed"),
        StandardSettingsChecks.of(
            new PretrainingSettings(30, 128, SOLVER, AUGMENTATION, 0.5, 0.1, true, Set.of(), 1),
            "seed"),
        StandardSettingsChecks.of(Phase.ofAllLayers(2000)),
        StandardSettingsChecks.of(Judging.OFF),
        StandardSettingsChecks.of(new Judging(Keep.LOWEST_LOSS, 5, 250)),
        StandardSettingsChecks.of(SOLVER),
        StandardSettingsChecks.of(STEPS),
        StandardSettingsChecks.of(new Solver.Cosine(500)),
        StandardSettingsChecks.of(AUGMENTATION));
  }

  @Test
  void aLayersRateIsRefusedByTheLayersName() {
    Exception refusal =
        assertThrows(
            IllegalArgumentException.class, () -> fineTuning(Map.of("fc6", 1.0, "conv1", -1.0)));
    assertEquals(
        "layer-rates.conv1 must lie between 0.0 and 1000.0; it is -1.0.", refusal.getMessage());
  }
}
