package org.rcnn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchTableTest {

  @Test
  void aRowIsAMultipleOfThePeersThatUsedAsManyThreads() {
    BenchTable table =
        new BenchTable(
            List.of(
                new Measurement("peer", 1, 4, true, Map.of()),
                new Measurement("peer", 2, 3, true, Map.of()),
                new Measurement("ours", 1, 1, false, Map.of("windows", 1500.0))));
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    table.addTo(rows);
    assertEquals(3, rows.size());
    assertEquals(0, rows.get(0).get("ratio_to").size());
    JsonNode ours = rows.get(2);
    assertEquals(1, ours.get("ratio_to").size());
    assertEquals(0.25, ours.get("ratio_to").get("peer").asDouble());
    assertEquals(1500, ours.get("windows").asDouble());
    assertEquals(1, ours.get("median_seconds").asDouble());
    assertTrue(table.toText().contains("0.250 x peer"), table.toText());
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertEquals(2, BenchTable.median(List.of(5.0, 1.0, 2.0)));
    assertEquals(2.5, BenchTable.median(List.of(5.0, 1.0, 2.0, 3.0)));
    assertThrows(IllegalArgumentException.class, () -> BenchTable.median(List.of()));
  }
}
