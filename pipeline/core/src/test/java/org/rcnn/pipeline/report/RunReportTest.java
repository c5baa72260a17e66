package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.draw.Picture;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class RunReportTest {

  private static final String NASTY = "<script>alert('x')</script> & \"quoted\" \u0007";
  private static final byte[] PNG = Picture.of(new RgbImage(2, 1, new byte[6])).png();

  /** A report in which every section is present and every text is hostile. */
  private static RunReport.Builder everything(String text) {
    return RunReport.builder(text)
        .optSubtitle(text)
        .optHeadline(new RunReport.Headline(0.4716, text))
        .optKeyFigures(Map.of(text, text))
        .optConfiguration(Map.of(text, text))
        .optProvenance(Map.of(text, text))
        .optClassScores(List.of(new RunReport.ClassScore(text, 0.31, 1234, 5, 6)))
        .optCurves(
            List.of(
                new RunReport.PrecisionRecall(
                    text, 0.31, new double[] {0, 0.5}, new double[] {0, 0.5})))
        .optStageTimes(List.of(new RunReport.StageTime(text, 75, false)))
        .optProposalRecall(
            new RunReport.ProposalRecall(
                text,
                3,
                1940.2,
                0.97,
                0.75,
                0.82,
                0.1,
                Map.of(0.5, 0.9, 0.7, 0.8),
                Map.of(text, 0.8)))
        .optLearningCurve(List.of(new RunReport.LearningPoint(1, 2, 0.5, 0.25, 1.5)))
        .optMining(List.of(new RunReport.MiningRound(text, 1, 2, 3, 80, 40, 4, 5, 6, 0.5, 0.49)))
        .optSamples(List.of(new RunReport.SampleCount(text, 1, 2, 3, 4, 5, 6, 7, 8)))
        .optBoxRegression(
            new RunReport.BoxRegression(
                0.4, 0.43, List.of(new RunReport.BoxCorrection(text, 9, 8, 0.7, 0.75))))
        .optFalsePositives(List.of(new RunReport.FalsePositives(text, 1, 2, 3, 4, 5, 6)))
        .optExamples(List.of(new RunReport.Example(PNG, text)))
        .optNotes(List.of(text))
        .optProblems(List.of(text))
        .optAblation(
            new AblationTable(
                List.of(new AblationTable.Row(true, text, text, true, 0.5, Map.of(text, 0.5)))));
  }

  /** The page is written as well-formed XML too, so that a strict parser can check its nesting. */
  private static Document parse(String html) {
    try {
      String xml = html.replaceFirst("<!DOCTYPE html>", "");
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(xml)));
    } catch (Exception e) {
      throw new AssertionError("The page is not well-formed: " + e.getMessage(), e);
    }
  }

  private static List<String> sections(String html) {
    Matcher matcher = Pattern.compile("<(?:section|aside) id=\"(\\w+)\"").matcher(html);
    return matcher.results().map(result -> result.group(1)).toList();
  }

  @Test
  void onlyATitleMakesAPageWithoutSections() {
    String html = RunReport.builder("A run").build().toHtml();
    assertTrue(html.contains("<h1>A run</h1>"), html);
    assertEquals(List.of(), sections(html));
    assertFalse(html.contains("<nav"));
    assertFalse(html.contains("<dl"));
    parse(html);
  }

  @Test
  void aSectionAppearsIfItIsGiven() {
    assertEquals(
        List.of(
            "problems",
            "notes",
            "classes",
            "ablation",
            "curves",
            "examples",
            "errors",
            "proposals",
            "learning",
            "samples",
            "mining",
            "boxes",
            "times",
            "configuration",
            "provenance"),
        sections(everything("plain").build().toHtml()));
    RunReport onlyTimes =
        RunReport.builder("A run")
            .optStageTimes(List.of(new RunReport.StageTime("svm", 75, false)))
            .optAblation(new AblationTable(List.of()))
            .build();
    assertEquals(List.of("times"), sections(onlyTimes.toHtml()));
  }

  @Test
  void noTextCanBecomeMarkup() {
    String html = everything(NASTY).build().toHtml();
    assertFalse(html.contains("<script"));
    assertFalse(html.contains("alert('x')"));
    Document document = parse(html);
    assertEquals(0, document.getElementsByTagName("script").getLength());
    String shown = NASTY.replace('\u0007', '\ufffd');
    assertEquals(shown, document.getElementsByTagName("h1").item(0).getTextContent());
    String caption =
        document
            .getElementsByTagName("img")
            .item(0)
            .getAttributes()
            .getNamedItem("alt")
            .getNodeValue();
    assertEquals(shown, caption);
  }

  @Test
  void thePageNeedsNothingFromElsewhere() {
    String html = everything("plain").build().toHtml();
    for (String forbidden : List.of("http:", "https:", "url(", "@import", "<link", "<script")) {
      assertFalse(html.contains(forbidden), forbidden);
    }
    Matcher source = Pattern.compile("src=\"data:image/png;base64,([^\"]+)\"").matcher(html);
    assertTrue(source.find());
    assertArrayEquals(PNG, Base64.getDecoder().decode(source.group(1)));
  }

  @Test
  void figuresAreShownInPerCentAndWithSeparators() {
    String html = everything("plain").build().toHtml();
    assertTrue(html.contains("<dd>47.2<small> %</small>"), html);
    assertTrue(html.contains(">1,234</td>"));
    assertTrue(html.contains(">1 min 15 s</td>"));
    assertTrue(html.contains("mAP 40.0 % without, 43.0 % with box regression: +3.0 points."));
    assertTrue(html.contains("width:31.00%"));
  }

  @Test
  void whatDoesNotExistIsADashAndNeverNaN() {
    RunReport report =
        RunReport.builder("A run")
            .optHeadline(new RunReport.Headline(Double.NaN, "VOC2007"))
            .optClassScores(List.of(new RunReport.ClassScore("cat", Double.NaN, 0, 0, 3)))
            .optCurves(
                List.of(
                    new RunReport.PrecisionRecall("cat", Double.NaN, new double[0], new double[0]),
                    new RunReport.PrecisionRecall(
                        "dog", Double.NaN, new double[] {Double.NaN}, new double[] {0})))
            .optLearningCurve(
                List.of(new RunReport.LearningPoint(0, Double.NaN, Double.NaN, Double.NaN, null)))
            .optProposalRecall(
                new RunReport.ProposalRecall(
                    "fast",
                    0,
                    0,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    Double.NaN,
                    Map.of(),
                    Map.of()))
            .optMining(
                List.of(
                    new RunReport.MiningRound(
                        "cat", 1, 0, 0, 0, 0, 0, 0, 0, Double.NaN, Double.NaN)))
            .optBoxRegression(
                new RunReport.BoxRegression(
                    Double.NaN,
                    Double.NaN,
                    List.of(new RunReport.BoxCorrection("cat", 0, 0, Double.NaN, Double.NaN))))
            .optFalsePositives(List.of(new RunReport.FalsePositives("cat", 0, 0, 0, 0, 0, 0)))
            .optStageTimes(List.of(new RunReport.StageTime("svm", 0, true)))
            .build();
    String html = report.toHtml();
    parse(html);
    assertFalse(html.contains("NaN"), html);
    assertFalse(html.contains("Infinity"), html);
  }

  @Test
  void aLongCurveIsThinnedButKeepsItsPeaks() {
    int points = 100_000;
    double[] x = new double[points];
    double[] y = new double[points];
    for (int i = 0; i < points; i++) {
      x[i] = 100.0 * i / points;
    }
    y[54_321] = 77;
    String path = LineChart.path(x, y, 0.5);
    assertTrue(path.length() < 10_000, "length " + path.length());
    assertTrue(path.contains(" 77"), path);
  }

  @Test
  void aGapInALineIsNotBridged() {
    String path =
        LineChart.path(new double[] {0, 10, 20, 30}, new double[] {1, Double.NaN, 2.25, 3}, 1);
    assertEquals("M0 1M20 2.3L30 3", path);
  }

  @Test
  void theMovingMeanKeepsAConstantAndItsLength() {
    double[] constant = new double[100];
    Arrays.fill(constant, 4);
    assertArrayEquals(constant, LineChart.smooth(constant), 1e-12);
  }

  @Test
  void axesAreDividedInRoundSteps() {
    assertEquals(0.2, LineChart.niceStep(1, 5), 1e-12);
    assertEquals(500, LineChart.niceStep(2990, 6), 1e-9);
    assertEquals(2, LineChart.niceStep(7, 5), 1e-12);
  }

  @Test
  void anExampleMustBeAPictureThatBrowsersShow() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new RunReport.Example("GIF89a".getBytes(StandardCharsets.US_ASCII), "a.gif"));
    assertEquals("The example \"a.gif\" is neither a PNG nor a JPEG file.", e.getMessage());
  }

  @Test
  void anUnclosedElementIsABugThatIsFound() {
    Html html = new Html().open("div");
    assertThrows(IllegalStateException.class, html::toString);
  }

  @Test
  void equalContentGivesAnEqualFile(@TempDir Path folder) throws IOException {
    everything("ß 猫 \uD83D\uDC08").build().write(folder.resolve("a.html"));
    everything("ß 猫 \uD83D\uDC08").build().write(folder.resolve("b.html"));
    assertEquals(-1, Files.mismatch(folder.resolve("a.html"), folder.resolve("b.html")));
    assertTrue(Files.readString(folder.resolve("a.html")).contains("猫 \uD83D\uDC08"));
  }

  @Test
  void miningShowsTheShareOfHardNegativesFirstAndLast() {
    String html =
        RunReport.builder("A run")
            .optMining(
                List.of(
                    new RunReport.MiningRound("cat", 0, 9, 200, 0, 0, 200, 30, 5, 1, 0.9),
                    new RunReport.MiningRound("cat", 5, 9, 300, 1000, 250, 100, 40, 9, 1.2, 1.1),
                    new RunReport.MiningRound("cat", 9, 9, 320, 2000, 20, 20, 44, 0, 1.3, 1.2)))
            .build()
            .toHtml();
    assertTrue(html.contains("25.0 → 1.0"), html);
  }
}
