package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of a small run, as a browser shows them. */
@TestInstance(Lifecycle.PER_CLASS)
class PagesInABrowserTest {

  private static final int DESK = 1400;
  private static final int PHONE = 390;

  /** A4 without Chromium's margins, in CSS pixels. */
  private static final int PAPER = 717;

  /** Beside the run's folder. */
  private static final String COMPARISON = "../compared/compare.html";

  private Path run;
  private String axe;
  private Browser browser;

  @BeforeAll
  void makeThePages(@TempDir Path folder) throws Exception {
    Optional<Path> program = Browser.program();
    assumeTrue(
        program.isPresent(),
        "Chromium is not on the PATH, so nothing looks at the pages; on Debian: apt install"
            + " chromium.");
    run = folder.resolve("run");
    command("run");
    command("ablate", "--heads", "svm", "--layers", "pool5,fc7");
    // Studies with long names, with a line for each series, and with pictures of their own, none of
    // which trains a further network.
    command("ablate", "--study", "resampling=none,up:5,weight:4,up:5+down:0.3");
    command("ablate", "--study", "negative-iou=0.3,0.7");
    command("ablate", "--study", "movement=0");
    Path other = folder.resolve("other run");
    command(other, "run", "--set", "data.demo-train=6");
    Session.of("report", run, other, "--out", folder.resolve("compared")).done();
    try (InputStream in = getClass().getResourceAsStream("/axe.min.js")) {
      axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    browser = new Browser(program.get(), Files.createDirectory(folder.resolve("profile")));
  }

  @AfterAll
  void closeTheBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  private void command(String name, String... more) {
    command(run, name, more);
  }

  private static void command(Path out, String name, String... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                name,
                "--out",
                out,
                "--set",
                "data.demo-train=12",
                "--set",
                "data.demo-test=4",
                "--set",
                "proposals.max-boxes=120",
                "--set",
                "finetune.phases=[{iterations: 12}]",
                "--set",
                "svm.retrain-after=300",
                "--set",
                "threads=2"));
    arguments.addAll(Arrays.asList(more));
    Session.of(arguments.toArray()).done();
  }

  /** The pages in the run's folder. */
  List<String> pagesOfTheRun() throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".html"))
          .sorted()
          .toList();
    }
  }

  /** Every page that was made, seen from the run's folder. */
  List<String> pages() throws IOException {
    List<String> pages = new ArrayList<>(pagesOfTheRun());
    pages.add(COMPARISON);
    return pages;
  }

  /** Every page wide and narrow, once in each scheme of colours. */
  List<Arguments> layouts() throws IOException {
    List<Arguments> layouts = new ArrayList<>();
    boolean dark = true;
    for (String page : pages()) {
      layouts.add(arguments(page, DESK, dark));
      layouts.add(arguments(page, PHONE, !dark));
      dark = !dark;
    }
    return layouts;
  }

  private Path page(String name) {
    return run.resolve(name).normalize();
  }

  @Test
  void theRunHasThesePagesAndNoOthers() throws IOException {
    assertEquals(
        List.of(
            "ablation.html",
            "report.html",
            "study-movement.html",
            "study-negative-iou.html",
            "study-resampling.html"),
        pagesOfTheRun());
  }

  /** Of a study's page the last section alone has a name. */
  @ParameterizedTest
  @CsvSource({
    "report.html, classes curves thresholds examples errors coco tide sensitivity confusion"
        + " mistakes proposals learning samples mining boxes times configuration provenance",
    "ablation.html, steps table curves photos filters units occlusion map studies ranges"
        + " configuration provenance files",
    "study-movement.html, - - - configuration",
    "study-negative-iou.html, - - - configuration",
    "study-resampling.html, - - - configuration",
    COMPARISON + ", scores settings classes curves learning times provenance"
  })
  void aPageHasTheseSectionsInThisOrderAndNoneIsEmpty(String name, String sections)
      throws Exception {
    browser.open(page(name), DESK, false);
    assertEquals(
        sections,
        browser
            .evaluate("[...document.querySelectorAll('section')].map(s => s.id || '-').join(' ')")
            .asText());
    // More than a heading, which of a folded section is inside.
    assertEquals(
        "",
        browser
            .evaluate(
                "[...document.querySelectorAll('section')]"
                    + ".filter(s => s.children.length < 2"
                    + " && !s.querySelector(':scope > details > :nth-child(2)'))"
                    + ".map(s => s.outerHTML.slice(0, 80)).join('; ')")
            .asText());
    assertEquals(
        "",
        browser
            .evaluate(
                "[...document.images].filter(i => !i.complete || !i.naturalWidth)"
                    + ".map(i => i.alt).join()")
            .asText());
  }

  /**
   * The least that each section shows. The test images are four, with objects of all six classes;
   * the comparison draws the same six. A class has a chart, of sensitivity so few objects have one
   * of all, and each class has something wrong to show. All layers learned, so filters have three
   * pictures. Occlusion has four of a detection, and each image has a wrong one, of which three are
   * shown. Bars, shades and ranges are drawn by the style sheet.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          report.html              | img, svg:not(.key) | curves=6 thresholds=1 examples=4
          report.html              | img, svg:not(.key) | sensitivity=1 mistakes=6 proposals=1
          report.html              | img, svg:not(.key) | learning=2 mining=6
          report.html              | .bar > i           | classes=2 errors=7 tide=1 proposals=6
          report.html              | .bar > i           | learning=2 times=5
          report.html              | td[style]          | confusion=6
          ablation.html            | img, svg:not(.key) | curves=6 photos=2 filters=3 units=20
          ablation.html            | img, svg:not(.key) | occlusion=12 map=2 studies=3
          ablation.html            | .range             | steps=2
          ../compared/compare.html | img, svg:not(.key) | curves=6 learning=2
          ../compared/compare.html | .bar > i           | times=10
          """)
  void everySectionShowsItsPictures(String name, String kind, String sections) throws Exception {
    browser.open(page(name), DESK, false);
    List<String> lacking = new ArrayList<>();
    for (String section : sections.split(" ")) {
      String[] parts = section.split("=");
      int shown = shown("#" + parts[0], kind);
      if (shown < Integer.parseInt(parts[1])) {
        lacking.add("%s, but %d".formatted(section, shown));
      }
    }
    assertEquals(List.of(), lacking);
  }

  @ParameterizedTest
  @CsvSource({"study-movement.html, 5", "study-negative-iou.html, 1", "study-resampling.html, 1"})
  void aStudyShowsTheMeanApAndItsOwnPictures(String name, int pictures) throws Exception {
    browser.open(page(name), DESK, false);
    assertEquals(pictures, shown("main > section:first-child", "figure > svg"));
  }

  /** How many pictures of a kind a reader sees in a place: loaded, drawn, and not folded away. */
  private int shown(String place, String kind) throws IOException, InterruptedException {
    String visible =
        """
        [...document.querySelectorAll('%s')]
          .flatMap(place => [...place.querySelectorAll('%s')])
          .filter(one => one.getBoundingClientRect().width > 0
            && (one.tagName !== 'IMG' || one.naturalWidth > 0)
            && (one.tagName !== 'svg' || one.querySelector('path, rect, circle, line')))
        """;
    return browser.evaluate("(" + visible.formatted(place, kind) + ").length").asInt();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aPageIsQuietFitsItsWidthAndCanBeReadByAll(String name, int width, boolean dark)
      throws Exception {
    Path page = page(name);
    browser.open(page, width, dark);
    browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
    assertEquals(width, browser.evaluate("window.innerWidth").asInt());
    if (width == PHONE) {
      assertEquals(PHONE, browser.evaluate("document.documentElement.scrollWidth").asInt());
    }
    assertEquals(List.of(), browser.console());
    assertEquals(List.of(), browser.requests(page));
    assertEquals(List.of(), seriousFindings());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void nothingIsCutOffOnPaper(String name) throws Exception {
    browser.open(page(name), PAPER, false);
    browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
    browser.layOutForPaper();
    assertEquals(
        "",
        browser
            .evaluate(
                "[...document.querySelectorAll('body *')]"
                    + ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
                    + ".map(e => e.outerHTML.slice(0, 80)).join('; ')")
            .asText());
  }

  /** What axe finds serious or critical: contrast, names, the order of headings, table heads. */
  private List<String> seriousFindings() throws IOException, InterruptedException {
    browser.evaluate(axe + "; 1");
    JsonNode found =
        browser.evaluate(
            "axe.run({resultTypes: ['violations'], rules: {'heading-order': {enabled: true}}})"
                + ".then(r => r.violations"
                + ".filter(v => ['serious', 'critical'].includes(v.impact)"
                + " || v.id === 'heading-order' || v.id === 'empty-table-header')"
                + ".map(v => v.id + ': ' + v.nodes[0].html + ' ' + v.nodes[0].failureSummary))");
    return StreamSupport.stream(found.spliterator(), false).map(JsonNode::asText).toList();
  }

  @ParameterizedTest
  @MethodSource("pagesOfTheRun")
  void pagesLinkToEachOtherByRelativeLinks(String name) throws Exception {
    browser.open(page(name), DESK, false);
    List<String> others = new ArrayList<>(pagesOfTheRun());
    others.remove(name);
    for (String other : others) {
      assertEquals(
          run.resolve(other).toUri().toString(),
          browser
              .evaluate("document.querySelector('nav.pages a[href=\"%s\"]').href".formatted(other))
              .asText());
    }
  }
}
