package org.rcnn.pipeline.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rcnn.pipeline.run.Json;

class FlatSettingsTest {

  @Test
  void keysAreDottedInTheTreesOrderAndListsAsTheCommandLineWritesThem() throws IOException {
    Map<String, String> flat =
        FlatSettings.of(
            Json.parse(
                """
                {"svm": {"cost": 0.001}, "finetune": {
                  "phases": [{"rate": 0.1, "layers": ["fc6", "fc7"]}, {"rate": 0.2}],
                  "frozen-layers": [], "layer-rates": {}}, "pairs": [[1, 2], [3]]}
                """));
    assertEquals(
        List.of(
            "svm.cost=0.001",
            "finetune.phases.1.rate=0.1",
            "finetune.phases.1.layers=[fc6, fc7]",
            "finetune.phases.2.rate=0.2",
            "finetune.frozen-layers=[]",
            "pairs=[[1,2], [3]]"),
        flat.entrySet().stream().map(Map.Entry::toString).toList());
  }

  @Test
  void anEmptyTextAndAListWithoutItemsNameNothing() {
    assertTrue(FlatSettings.isEmpty(""));
    assertTrue(FlatSettings.isEmpty("[]"));
    assertFalse(FlatSettings.isEmpty("[conv1]"));
    assertFalse(FlatSettings.isEmpty("0"));
  }

  @Test
  void withoutATreeThereAreNoSettings() {
    assertEquals(Map.of(), FlatSettings.of(MissingNode.getInstance()));
  }
}
