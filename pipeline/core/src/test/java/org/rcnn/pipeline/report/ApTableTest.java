package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApTableTest {

  @Test
  void figuresAreAlignedInPerCentAndMissingOnesAreDashes() {
    Map<String, Double> ap = new LinkedHashMap<>();
    ap.put("cat", 0.30961);
    ap.put("motorbike", 1.0);
    ap.put("dog", Double.NaN);
    assertEquals(
        """
        class         AP
        ----------------
        cat         31.0
        motorbike  100.0
        dog            -
        ----------------
        mAP         65.5
        """,
        new ApTable(ap, 0.654805).toText());
  }

  @Test
  void manyClassesAreSetInColumnsAndNoneIsLost() {
    Map<String, Double> ap = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      ap.put("class" + i, i / 1000.0);
    }
    String text = new ApTable(ap, 0.1).toText();
    assertTrue(text.lines().count() < 36);
    for (String name : ap.keySet()) {
      assertTrue(text.contains(name + " "), name);
    }
  }

  @Test
  void withoutClassesThereIsStillATable() {
    assertTrue(new ApTable(Map.of(), Double.NaN).toText().endsWith("mAP        -\n"));
  }
}
