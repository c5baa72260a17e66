package org.rcnn.pipeline.expected;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.pipeline.expected.ExpectedTable.Layout;
import org.rcnn.pipeline.report.ApTable;

/** Maven runs tests in the module's folder. */
class MarkedTablesTest {

  private static final Path ROOT = Path.of("../..");

  @TempDir Path folder;

  private ExpectedResults cats(String name) throws IOException {
    assertEquals("cats", name);
    return ExpectedFile.read(
        Files.writeString(folder.resolve("cats.json"), ExpectedFileTest.cats()));
  }

  @ParameterizedTest
  @CsvSource({
    "README.md, demo ap",
    "pipeline/README.md, voc2007-small grid",
    "pipeline/README.md, voc2007-resnet50v2 grid",
    "svm-stage/README.md, negative-iou thresholds",
    "svm-stage/README.md, resampling resampling"
  })
  void theTablesOfThePagesAreThoseOfTheExpectedResults(String page, String table)
      throws IOException {
    String text = Files.readString(ROOT.resolve(page));
    assertTrue(text.contains("<!-- expected: " + table + " -->"));
    assertEquals(
        MarkedTables.renew(text, ExpectedFile::packaged),
        text,
        "`./rcnn reproduce --renew " + page + "` makes the tables anew");
  }

  @Test
  void whatStandsBetweenTheMarksBecomesTheTable() throws IOException {
    String before =
        "Cats:\n\n<!-- expected: cats both -->\nold $1\n<!-- end -->\nAnd\n<!-- end -->\n";
    String after =
        """
        Cats:

        <!-- expected: cats both -->

        | | mAP | cat |
        | --- | --- | --- |
        | fc7 | 20.0 | - |
        | FT | 30.0 ± 2.0 | 50 ± 0 % |

        <!-- end -->
        And
        <!-- end -->
        """;
    assertEquals(after, MarkedTables.renew(before, this::cats));
    assertEquals(after, MarkedTables.renew(after, this::cats));
  }

  @Test
  void aMarkOfATableThatThereIsNotIsRefused() {
    IOException refusal =
        assertThrows(
            IOException.class,
            () -> MarkedTables.renew("<!-- expected: cats none -->\n<!-- end -->", this::cats));
    assertEquals("cats has no table 'none'; there are both.", refusal.getMessage());
  }

  @Test
  void aConsoleTableLooksAsTheRunPrintsIt() throws IOException {
    ExpectedTable table =
        new ExpectedTable(
            Layout.CONSOLE,
            List.of(
                List.of("class", "AP"),
                List.of("zebrafish", "9.1"),
                List.of("cat", "50.0"),
                List.of("mAP", "29.6")));
    Map<String, Double> ap = new LinkedHashMap<>();
    ap.put("zebrafish", 0.091);
    ap.put("cat", 0.5);
    assertEquals(
        "```\n" + new ApTable(ap, 0.296).toText() + "```\n", table.toMarkdown(cats("cats")));
  }
}
