package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.network.Tap;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.PrecisionRecallCurve;
import org.rcnn.pipeline.VocClasses;
import org.rcnn.pipeline.stage.Head;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;

class AblationTableTest {

  private static Map<String, Double> ap(double aeroplane, double cat) {
    Map<String, Double> ap = new LinkedHashMap<>();
    ap.put("aeroplane", aeroplane);
    ap.put("cat", cat);
    return ap;
  }

  /** A row of which nothing is known but the AP of each class; NaN for a class without objects. */
  private static EvaluatedRow row(
      boolean finetuned, Tap layer, Head head, boolean bbox, Map<String, Double> ap) {
    List<ClassResult> classes = new ArrayList<>();
    ap.forEach((name, value) -> classes.add(result(name, value)));
    return new EvaluatedRow(
        new Row(finetuned, layer, head, bbox),
        new EvaluationResult(ApMetric.VOC07, 0.5, 1, classes));
  }

  private static ClassResult result(String name, double ap) {
    int positives = Double.isNaN(ap) ? 0 : 1;
    return new ClassResult(name, ap, positives, 0, 0, 0, 0, PrecisionRecallCurve.empty());
  }

  private static List<EvaluatedRow> threeRows() {
    return List.of(
        row(true, Tap.FC7, Heads.SVM, true, ap(0.6, 0.5)),
        row(true, Tap.FC7, Heads.SVM, false, ap(0.6, 0.3)),
        row(false, Tap.POOL5, Heads.SVM, false, ap(Double.NaN, 0.2)));
  }

  private static List<EvaluatedRow> grid() {
    Random random = new Random(7);
    List<EvaluatedRow> rows = new ArrayList<>();
    for (Head head : List.of(Heads.SOFTMAX, Heads.SVM)) {
      for (boolean bbox : new boolean[] {true, false}) {
        for (boolean finetuned : new boolean[] {true, false}) {
          for (Tap layer : List.of(Tap.POOL5, Tap.FC6, Tap.FC7)) {
            Map<String, Double> ap = new LinkedHashMap<>();
            VocClasses.NAMES.forEach(name -> ap.put(name, random.nextDouble()));
            rows.add(row(finetuned, layer, head, bbox, ap));
          }
        }
      }
    }
    return rows;
  }

  @Test
  void rowsStandInThePapersOrder() {
    assertEquals(
        """
                  aeroplane  cat  mAP
        -----------------------------
        pool5             - 20.0 20.0
        -----------------------------
        FT fc7         60.0 30.0 45.0
        -----------------------------
        FT fc7 BB      60.0 50.0 55.0
        """,
        new AblationTable(threeRows()).toText());
  }

  @Test
  void theWholeGridFitsAConsoleInTwoBlocks() {
    AblationTable table = new AblationTable(grid());
    String text = table.toText();
    assertTrue(text.lines().allMatch(line -> line.length() <= 120), text);
    assertEquals(2, text.lines().filter(line -> line.startsWith(" ")).count(), text);
    assertEquals("pool5", table.rows().get(0).name());
    assertEquals("FT fc7 softmax BB", table.rows().get(23).name());
    List<Integer> widths =
        text.lines().filter(l -> l.startsWith("-")).map(String::length).distinct().toList();
    assertTrue(Math.abs(widths.get(0) - widths.get(1)) < 12, widths.toString());
  }

  @Test
  void noWidthLosesAColumnOrExceedsItself() {
    AblationTable table = new AblationTable(grid());
    for (int width = 40; width <= 160; width++) {
      String text = table.toText(width);
      int limit = width;
      assertTrue(text.lines().allMatch(line -> line.length() <= limit), "width " + width);
      String heads =
          text.lines().filter(l -> l.startsWith(" ")).reduce("", (a, b) -> a + " " + b).trim();
      assertEquals(21, heads.split("\\s+").length, "width " + width);
    }
  }

  @Test
  void markdownMarksTheBestOfEachColumn() {
    assertEquals(
        """
        | | aeroplane | cat | mAP |
        |:---|---:|---:|---:|
        | pool5 | - | 20.0 | 20.0 |
        | FT fc7 | **60.0** | 30.0 | 45.0 |
        | FT fc7 BB | **60.0** | **50.0** | **55.0** |
        """,
        new AblationTable(threeRows()).toMarkdown());
  }

  @Test
  void classesHaveShortNamesOnlyWhereThatSavesABlock() {
    AblationTable table = new AblationTable(threeRows());
    assertTrue(table.toText(30).contains("aeroplane"));
    assertTrue(table.toText(26).contains(" aero "), table.toText(26));
    assertEquals(3, table.toText(26).lines().filter(line -> line.startsWith("-")).count());
  }

  @Test
  void markdownEscapesNames() {
    EvaluatedRow row = row(false, Tap.FC7, Heads.SVM, false, Map.of("<b>|\" *x*", 0.5));
    String markdown = new AblationTable(List.of(row)).toMarkdown();
    assertTrue(markdown.startsWith("| | \\<b\\>\\|\" \\*x\\* | mAP |"), markdown);
  }

  @Test
  void abbreviationsStayDifferent() {
    assertEquals(
        List.of("aero", "tv", "person", "platel", "platelings", "tablet", "table"),
        List.copyOf(
            ClassAbbreviations.of(
                    List.of(
                        "aeroplane",
                        "tvmonitor",
                        "person",
                        "platelets",
                        "platelings",
                        "tablet",
                        "diningtable"))
                .values()));
    assertEquals(
        List.of("aeroplane", "aero"),
        List.copyOf(ClassAbbreviations.of(List.of("aeroplane", "aero")).values()));
  }
}
