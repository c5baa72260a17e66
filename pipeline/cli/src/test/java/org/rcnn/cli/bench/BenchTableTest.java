package org.rcnn.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchTableTest {

  @Test
  void aRowIsAMultipleOfThePeersThatUsedAsManyThreads() {
    BenchTable table = new BenchTable();
    table.add(new BenchTable.Row("peer", 1, 4, true, Map.of()));
    table.add(new BenchTable.Row("peer", 2, 3, true, Map.of()));
    table.add(new BenchTable.Row("ours", 1, 1, false, Map.of("windows", 1500.0)));
    JsonNode rows = table.toJson().get("rows");
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
    assertEquals(2, BenchTable.median(new double[] {5, 1, 2}));
    assertEquals(2.5, BenchTable.median(new double[] {5, 1, 2, 3}));
    assertThrows(IllegalArgumentException.class, () -> BenchTable.median(new double[0]));
  }
}
