package org.rcnn.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Maven runs tests in the module's folder. */
class SiteTest {

  private static final Path ROOT = Path.of("../..");
  private static final String RENEW =
      "mvn -B -q -Psite -Dsite.renew=true -pl pipeline/site -am package -DskipTests";

  @TempDir Path folder;

  private Path checkout;
  private Path site;

  @BeforeEach
  void twoFolders() {
    checkout = folder.resolve("checkout");
    site = folder.resolve("site");
  }

  private void file(String name, String content) throws IOException {
    Path file = checkout.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** A checkout with this page, beside an index that has it in its contents. */
  private String page(String markdown) throws IOException {
    file("pipeline/docs/index.md", "# Start\n\n## Pages\n\n- [A page](../../a/docs/page.md)\n");
    file("a/docs/page.md", markdown);
    new Site(checkout).write(site);
    return Files.readString(site.resolve("a/docs/page.html"));
  }

  @Test
  void everyLinkOfTheProjectsPagesLeadsSomewhere() throws IOException {
    new Site(ROOT).write(site);
    assertEquals(List.of(), Links.dead(site));
  }

  @Test
  void theProjectsPagesHaveNoScriptAndNothingFromElsewhere() throws IOException {
    new Site(ROOT).write(site);
    List<String> faults = new ArrayList<>();
    try (Stream<Path> files = Files.walk(site)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".html")).toList()) {
        String page = Files.readString(file);
        if (page.contains("<script") || page.contains("src=\"http") || page.contains("@import")) {
          faults.add(file.toString());
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void everyDocumentOfAModuleIsInTheContents() throws IOException {
    Places places =
        new Places(ROOT.toAbsolutePath().normalize(), Path.of("pipeline/docs/index.md"));
    Site project = new Site(ROOT);
    Set<Path> linked =
        project.contents().stream()
            .flatMap(section -> section.links().stream())
            .map(link -> places.meant(Path.of("pipeline/docs/index.md"), link.destination()))
            .flatMap(Optional::stream)
            .collect(Collectors.toSet());
    Set<Path> missing =
        project.documents().stream()
            .filter(document -> document.toString().replace('\\', '/').contains("/docs/"))
            .filter(document -> !document.endsWith("index.md"))
            .collect(Collectors.toCollection(TreeSet::new));
    missing.removeAll(linked);
    assertEquals(Set.of(), missing);
  }

  @ParameterizedTest
  @EnumSource
  void generatedPagesAreWhatTheProgramSaysToday(GeneratedPage page) throws IOException {
    assertEquals(
        page.markdown(), Files.readString(page.in(ROOT)), "`" + RENEW + "` makes the page anew");
  }

  @Test
  void linksBetweenDocumentsBecomeLinksBetweenTheirPages() throws IOException {
    file("README.md", "# Read\n\n## A place\n");
    String page =
        page("# Page\n\n[up](../../README.md#a-place), [start](../../pipeline/docs/index.md)\n");
    assertTrue(page.contains("href=\"../../README.html#a-place\""), page);
    assertTrue(page.contains("href=\"../../index.html\">start"), page);
    assertEquals(List.of(), Links.dead(site));
  }

  @Test
  void aLinkToNoFileAndOneToNoHeadingAreDead() throws IOException {
    page("# Page\n\n[gone](gone.md) [page](#page) [nowhere](#nowhere)\n");
    assertEquals(
        List.of("a/docs/page.html: gone.md", "a/docs/page.html: #nowhere"), Links.dead(site));
  }

  @Test
  void aPictureComesAlongAndAMissingOneIsDead() throws IOException {
    file("a/docs/there.svg", "<svg/>");
    page("# Page\n\n![There](there.svg) ![Not](not.svg)\n");
    assertEquals("<svg/>", Files.readString(site.resolve("a/docs/there.svg")));
    assertEquals(List.of("a/docs/page.html: not.svg"), Links.dead(site));
  }

  @Test
  void publicClassesAreLinkedToTheirJavadocAndOthersToTheirSource() throws IOException {
    file("eval/src/main/java/org/a/Open.java", "package org.a;\n\npublic final class Open {}\n");
    file("eval/src/main/java/org/a/Hidden.java", "package org.a;\n\nfinal class Hidden<T> {}\n");
    file("eval/src/main/java/org/a/package-info.java", "package org.a;\n");
    String page =
        page(
            "# Page\n\n[Open](../../eval/src/main/java/org/a/Open.java)"
                + " [Hidden](../../eval/src/main/java/org/a/Hidden.java)"
                + " [package](../../eval/src/main/java/org/a)\n");
    assertTrue(page.contains("href=\"../../apidocs/org/a/Open.html\""), page);
    assertTrue(page.contains("href=\"../../apidocs/org/a/package-summary.html\""), page);
    String hidden = "../../eval/src/main/java/org/a/Hidden.java.html";
    assertTrue(page.contains("href=\"" + hidden + "\""), page);
    assertTrue(
        Files.readString(site.resolve("a/docs").resolve(hidden)).contains("Hidden&lt;T&gt;"));
    // Without Javadoc nobody can say whether it has the page; with it, the page must be there.
    assertEquals(List.of(), Links.dead(site));
    Files.createDirectories(site.resolve("apidocs/org/a"));
    assertTrue(Links.dead(site).contains("a/docs/page.html: ../../apidocs/org/a/Open.html"));
  }

  @Test
  void aFolderBecomesAListOfWhatIsInIt() throws IOException {
    file("a/examples/One.txt", "one");
    String page = page("# Page\n\n[all](../examples)\n");
    assertTrue(page.contains("href=\"../examples/index.html\""), page);
    String list = Files.readString(site.resolve("a/examples/index.html"));
    assertTrue(list.contains("href=\"One.txt.html\""), list);
    assertEquals(List.of(), Links.dead(site));
  }

  @Test
  void thePageThatIsOpenIsMarkedInTheContents() throws IOException {
    String page = page("# Page\n");
    assertTrue(page.contains("<a href=\"page.html\" aria-current=\"page\">A page</a>"), page);
    assertFalse(Files.readString(site.resolve("index.html")).contains("aria-current"));
  }

  @Test
  void aWideTableScrollsByItself() throws IOException {
    String page = page("# Page\n\n| a | |\n| --- | --- |\n| 1 | 2 |\n");
    assertTrue(page.contains("<div class=\"scroll\" tabindex=\"0\"><table>"), page);
    assertFalse(page.contains("<th></th>"), page);
  }

  @Test
  void theNameOfAnOptionStaysWhole() throws IOException {
    String page = page("# Page\n\n`detect --min-score=<S>`, `-q, --quiet` and `x-y|z`\n");
    assertTrue(
        page.contains("<code>detect <span class=\"option\">--min-score</span>=&lt;S&gt;</code>"),
        page);
    assertTrue(page.contains("<span class=\"option\">-q</span>, <span"), page);
    assertTrue(page.contains("<code>x-y|<wbr>z</code>"), page);
  }

  @Test
  void theSameFilesGiveTheSameBytes() throws IOException {
    new Site(ROOT).write(site);
    Path again = folder.resolve("again");
    new Site(ROOT).write(again);
    try (Stream<Path> files = Files.walk(site)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertEquals(
            -1, Files.mismatch(file, again.resolve(site.relativize(file))), file::toString);
      }
    }
  }
}
