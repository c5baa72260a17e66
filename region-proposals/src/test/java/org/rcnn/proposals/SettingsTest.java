package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rcnn.data.StandardSettingsChecks;

class SettingsTest {

  @TestFactory
  Stream<DynamicNode> everySettingIsChecked() {
    return Stream.concat(
        Arrays.stream(Mode.values()).map(mode -> StandardSettingsChecks.of(mode.config(), "seed")),
        Stream.of(StandardSettingsChecks.of(WorkingSize.longerSide(500), "pixels")));
  }

  @Test
  void aWorkingSizeIsRefusedByTheNameOfItsRule() {
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> WorkingSize.longerSide(0));
    assertEquals("longer-side must be at least 1; it is 0.", refusal.getMessage());
  }
}
