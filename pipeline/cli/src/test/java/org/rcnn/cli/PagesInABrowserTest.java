package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of a small run, as a browser shows them. */
@TestInstance(Lifecycle.PER_CLASS)
class PagesInABrowserTest {

  private static final int PHONE = 390;

  /** A4 without Chromium's margins, in CSS pixels. */
  private static final int PAPER = 717;

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
    command("ablate", "--study", "resampling=none,up:5,weight:4,up:5+down:0.3");
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

  @ParameterizedTest
  @CsvSource({
    "report.html, classes curves errors tide sensitivity confusion mistakes proposals learning"
        + " samples mining boxes times configuration provenance",
    "ablation.html, steps table curves photos filters units occlusion map ranges studies"
        + " configuration provenance files",
    "../compared/compare.html, scores settings classes learning times provenance"
  })
  void everySectionAndEveryPictureIsThere(String name, String sections) throws Exception {
    browser.open(run.resolve(name).normalize(), 1400, false);
    for (String id : sections.split(" ")) {
      assertTrue(
          browser
              .evaluate(
                  "document.querySelectorAll('section#%s > *').length > 1 || document.querySelectorAll('section#%s details > *').length > 1"
                      .formatted(id, id))
              .asBoolean(),
          id);
    }
    assertEquals(
        "",
        browser
            .evaluate(
                "[...document.images].filter(i => !i.complete || !i.naturalWidth)"
                    + ".map(i => i.alt).join()")
            .asText());
  }

  @ParameterizedTest
  @CsvSource({
    "report.html, 1400, false",
    "report.html, 390, true",
    "ablation.html, 1400, true",
    "ablation.html, 390, false",
    "study-resampling.html, 390, false",
    "../compared/compare.html, 1400, true",
    "../compared/compare.html, 390, false"
  })
  void aPageIsQuietFitsItsWidthAndCanBeReadByAll(String name, int width, boolean dark)
      throws Exception {
    Path page = run.resolve(name).normalize();
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
  @ValueSource(strings = {"report.html", "ablation.html", "study-resampling.html"})
  void nothingIsCutOffOnPaper(String name) throws Exception {
    browser.open(run.resolve(name), PAPER, false);
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
  @CsvSource({
    "report.html, ablation.html study-resampling.html",
    "ablation.html, report.html study-resampling.html",
    "study-resampling.html, report.html ablation.html"
  })
  void pagesLinkToEachOtherByRelativeLinks(String name, String others) throws Exception {
    browser.open(run.resolve(name).normalize(), 1400, false);
    for (String other : others.split(" ")) {
      assertEquals(
          run.resolve(other).toUri().toString(),
          browser
              .evaluate("document.querySelector('nav.pages a[href=\"%s\"]').href".formatted(other))
              .asText());
    }
  }
}
