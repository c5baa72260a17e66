package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.pipeline.report.AblationTable.Row;

class AblationTableTest {

  private static final List<String> VOC =
      List.of(
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  private static Map<String, Double> ap(double aeroplane, double cat) {
    Map<String, Double> ap = new LinkedHashMap<>();
    ap.put("aeroplane", aeroplane);
    ap.put("cat", cat);
    return ap;
  }

  private static List<Row> threeRows() {
    return List.of(
        new Row(true, "fc7", "svm", true, 0.55, ap(0.6, 0.5)),
        new Row(true, "fc7", "svm", false, 0.45, ap(0.6, 0.3)),
        new Row(false, "pool5", "svm", false, 0.2, ap(Double.NaN, 0.2)));
  }

  private static List<Row> grid() {
    Random random = new Random(7);
    List<Row> rows = new ArrayList<>();
    for (String head : List.of("softmax", "svm")) {
      for (boolean bbox : new boolean[] {true, false}) {
        for (boolean finetuned : new boolean[] {true, false}) {
          for (String layer : List.of("pool5", "fc6", "fc7")) {
            Map<String, Double> ap = new LinkedHashMap<>();
            VOC.forEach(name -> ap.put(name, random.nextDouble()));
            rows.add(new Row(finetuned, layer, head, bbox, random.nextDouble(), ap));
          }
        }
      }
    }
    return rows;
  }

  @Test
  void rowsStandInThePapersOrderUnderShortNames() {
    assertEquals(
        """
                  aero  cat  mAP
        ------------------------
        pool5        - 20.0 20.0
        ------------------------
        FT fc7    60.0 30.0 45.0
        ------------------------
        FT fc7 BB 60.0 50.0 55.0
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
        | | aero | cat | mAP |
        |:---|---:|---:|---:|
        | pool5 | - | 20.0 | 20.0 |
        | FT fc7 | **60.0** | 30.0 | 45.0 |
        | FT fc7 BB | **60.0** | **50.0** | **55.0** |
        """,
        new AblationTable(threeRows()).toMarkdown());
  }

  @Test
  void htmlAndMarkdownEscapeNames() {
    Row row = new Row(false, "fc7", "svm", false, 0.5, Map.of("<b>|\"", 0.5));
    String html = new AblationTable(List.of(row)).toHtml();
    assertTrue(html.contains("title=\"&lt;b&gt;|&quot;\""), html);
    String markdown = new AblationTable(List.of(row)).toMarkdown();
    assertTrue(markdown.startsWith("| | &lt;b>\\|\" | mAP |"), markdown);
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
