package org.rcnn.pipeline.expected;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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

  /** The repository's pages with marks, without what builds and runs leave. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return Set.of(".git", "target", "runs").contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.toString().endsWith(".md")
                && Files.readString(file).contains("\n<!-- expected: ")) {
              pages.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages;
  }

  @Test
  void thePagesAreFound() throws IOException {
    assertTrue(pages().contains(ROOT.resolve("README.md")), pages().toString());
    assertTrue(pages().contains(ROOT.resolve("svm-stage/README.md")), pages().toString());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void theTablesOfThePagesAreThoseOfTheExpectedResults(Path page) throws IOException {
    String text = Files.readString(page);
    List<String> marks = text.lines().filter(line -> line.startsWith("<!-- expected:")).toList();
    marks.forEach(mark -> assertTrue(mark.matches("<!-- expected: \\S+ \\S+ -->"), mark));
    assertEquals(
        marks.size(), text.lines().filter("<!-- end -->"::equals).count(), "a mark has no end");
    assertEquals(
        MarkedTables.renew(text, ExpectedFile::packaged),
        text,
        "`./rcnn reproduce --renew " + ROOT.relativize(page) + "` makes the tables anew");
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
