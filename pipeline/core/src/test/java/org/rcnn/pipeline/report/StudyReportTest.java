package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.report.StudyResult.Axis;
import org.rcnn.pipeline.report.StudyResult.Chart;
import org.rcnn.pipeline.report.StudyResult.Line;
import org.rcnn.pipeline.report.StudyResult.Point;
import org.rcnn.pipeline.report.StudyResult.Samples;
import org.rcnn.pipeline.run.Json;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class StudyReportTest {

  @TempDir Path folder;

  private static StudyResult result(
      String study, Axis axis, List<Chart> charts, List<Point> points) {
    return new StudyResult(
        study,
        "study-" + study,
        "How strict?",
        "paper.",
        "fc7 of photos",
        "0.3 is the best. One seed.",
        axis,
        List.of("A note."),
        points,
        charts,
        1 << 20);
  }

  private static StudyResult thresholds() {
    return result(
        "negative-iou",
        new Axis(
            "IoU below which a region is a negative", true, "positives", "negatives", "IoU < "),
        List.of(),
        List.of(
            point("ground truth", "0.3", 0.3, 0.171, samples(0, 40)),
            point("ground truth", "0.7", 0.7, 0.081, samples(0, 100)),
            point("and proposals", "0.3", 0.3, 0.122, samples(1200, 40))));
  }

  private static Samples samples(int proposals, int positivesAfter) {
    return new Samples(40, proposals, proposals + positivesAfter, 7, 123_456, 123_456);
  }

  private static Point point(String series, String label, double at, double mAp, Samples samples) {
    return point(series, label, at, mAp, samples, Map.of());
  }

  private static Point point(
      String series,
      String label,
      double at,
      double mAp,
      Samples samples,
      Map<String, Double> figures) {
    return point(series, label, at, new double[] {mAp, Double.NaN, Double.NaN}, samples, figures);
  }

  /** A point whose mAP has a range. */
  private static Point ranged(String series, String label, double at, double... mAp) {
    return point(series, label, at, mAp, null, Map.of());
  }

  private static Point point(
      String series,
      String label,
      double at,
      double[] mAp,
      Samples samples,
      Map<String, Double> figures) {
    return new Point(
        series,
        label,
        at,
        "fine-tuned fc7 svm",
        Map.of("svm.negative-iou", label),
        mAp[0],
        mAp[1],
        mAp[2],
        1,
        Double.isNaN(mAp[0]) ? Map.of() : Map.of("cat", mAp[0]),
        samples,
        samples == null ? Double.NaN : 0.25,
        0.5,
        61.04,
        Map.of("head", 61.04),
        figures);
  }

  @Test
  void theTableHasARowForEveryPointAndOnlyColumnsThatSaySomething() {
    String text = new StudyReport(thresholds()).toText();
    assertEquals(
        """
        positives      negatives   mAP   positives  up-sampled  ignored  negatives  misplaced, %  bad fit, %  seconds
        -------------------------------------------------------------------------------------------------------------
        ground truth   IoU < 0.3  17.1          40          40        7    123,456          25.0        50.0     61.0
        ground truth   IoU < 0.7   8.1          40         100        7    123,456          25.0        50.0     61.0
        -------------------------------------------------------------------------------------------------------------
        and proposals  IoU < 0.3  12.2  40 + 1,200       1,240        7    123,456          25.0        50.0     61.0

        How strict?
        0.3 is the best. One seed.

        """,
        text.replaceAll("(?s)positives: annotated.*", ""));
    assertTrue(text.endsWith("A note.\nSource: paper.\n"), text);
    assertFalse(text.contains("down-sampled"));
  }

  @Test
  void headsWithoutMiningHaveNoSamplesAndAStudysOwnFiguresHaveColumns() {
    String text =
        new StudyReport(
                result(
                    "cost",
                    Axis.ofNumbers("C"),
                    List.of(),
                    List.of(
                        point("", "0.001", 0.001, 0.1, null, Map.of("values", 1764.0)),
                        point("", "0.01", 0.01, Double.NaN, null, Map.of("values", 0.125)))))
            .toText();
    assertTrue(text.startsWith("C       mAP  values  bad fit, %  seconds\n"), text);
    assertTrue(text.contains("\n0.001  10.0   1,764        50.0     61.0\n"), text);
    assertTrue(text.contains("\n0.01      -  0.1250        50.0     61.0\n"), text);
    assertFalse(text.contains("misplaced"), text);
  }

  private static StudyReport ranges() {
    return new StudyReport(
        result(
            "cost",
            Axis.ofNumbers("C"),
            List.of(),
            List.of(
                ranged("", "0.1", 0.1, 0.3, 0.25, 0.412),
                ranged("", "0.01", 0.01, 0.2, 0.15, 0.25))),
        Map.of("svm.cost", "<0.001>"));
  }

  @Test
  void theRangeOfTheMeanStandsBesideItAndIsExplained() {
    String text = ranges().toText();
    assertTrue(text.startsWith("C      mAP       95 %  bad fit, %"), text);
    assertTrue(text.contains("\n0.1   30.0  25.0–41.2        50.0"), text);
    assertTrue(text.contains("95 %: the range of the mAP over 95 % of sets"), text);
    assertTrue(ranges().toMarkdown().contains("| 0.01 | 20.0 | 15.0–25.0 |"));
    assertFalse(new StudyReport(thresholds()).toText().contains("95 %"));
  }

  @Test
  void theMarksHaveTheirRangesAndTheLineGoesFromLeftToRight() {
    String svg = ranges().toSvg();
    // The axis reaches from 0 to 50 over 182 pixels below 12: 15 % is at 139.4, 25 % at 103.
    assertTrue(
        svg.contains("<line class=\"s1\" x1=\"46\" x2=\"46\" y1=\"139.4\" y2=\"103\"/>"), svg);
    // The values were asked for in the other order.
    assertTrue(svg.contains("<path class=\"s1\" d=\"M46 121.2L446 84.8\"/>"), svg);
  }

  @Test
  void aPictureOfTheStudysOwnMayStandForIt() {
    Chart loss =
        new Chart(
            "Loss & more",
            "iteration",
            List.of(),
            true,
            List.of(new Line("l", List.of(1.0, 2.0), List.of(3.0, 2.0))));
    String svg = ranges().toSvg(loss);
    assertTrue(svg.startsWith("<svg xmlns="), svg);
    assertTrue(svg.contains("aria-label=\"Loss &amp; more\""), svg);
    assertTrue(svg.contains("y=\"11\">Loss &amp; more</text>"), svg);
  }

  @Test
  void thePageEndsWithTheSettingsThatTheStudyStartedFrom() {
    String html = ranges().toHtml();
    assertTrue(html.contains("<section id=\"configuration\"><details>"), html);
    assertTrue(html.contains("<dt>svm.cost</dt>\n<dd>&lt;0.001&gt;</dd>"), html);
    assertFalse(new StudyReport(thresholds()).toHtml().contains("configuration"));
  }

  @Test
  void theFindingsFirstSentenceIsThePagesHeadingAndTheRestStandsBelow() {
    String html = new StudyReport(thresholds()).toHtml();
    assertTrue(html.contains("<h2>0.3 is the best.</h2>\n<p>One seed.</p>"), html);
  }

  @Test
  void markdownHasTheFindingAndTheClasses() {
    String markdown = new StudyReport(thresholds()).toMarkdown();
    assertTrue(markdown.startsWith("# How strict?\n\n**0.3 is the best. One seed.**\n"), markdown);
    assertTrue(markdown.contains("| ground truth | IoU \\< 0.3 | 17.1 |"), markdown);
    assertTrue(markdown.contains("| cat | 17.1 | 8.1 | 12.2 |"), markdown);
  }

  @Test
  void thePlotIsAFileOfItsOwnWithALineForEverySeriesAndAMarkForEveryRow() throws Exception {
    String svg = new StudyReport(thresholds()).toSvg();
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertEquals(3, document.getElementsByTagName("circle").getLength());
    // Two lines and two strokes of the legend.
    assertEquals(4, document.getElementsByTagName("path").getLength());
    assertTrue(svg.contains(">and proposals<"), svg);
    // The file says what it shows, since the page of the ablation shows it alone.
    assertTrue(svg.contains(">Mean average precision, in per cent</text>"), svg);
    assertTrue(new StudyReport(thresholds()).toHtml().contains("<svg"));
  }

  @Test
  void whereNothingIsANumberThePointsHaveTheirNamesAndNoLineJoinsThem() {
    StudyReport report =
        new StudyReport(
            result(
                "resampling",
                Axis.ofNames("resampling"),
                List.of(),
                List.of(
                    point("", "none", 0, 0.1, samples(0, 40)),
                    point("", "up:5", 1, 0.2, samples(0, 200)))));
    String svg = report.toSvg();
    assertTrue(svg.contains(">none</text>") && svg.contains(">up:5</text>"), svg);
    assertFalse(svg.contains("<path"), svg);
    assertTrue(report.toText().startsWith("resampling   mAP"), report.toText());
  }

  @Test
  void furtherPicturesStandBesideTheFirst() {
    Line line = new Line("seed 1", List.of(1.0, 2.0), List.of(3.0, 2.5));
    Chart curves = new Chart("Loss", "iteration", List.of(), false, List.of(line, line));
    StudyResult result =
        result(
            "seeds", Axis.ofNames("seed"), List.of(curves), List.of(point("", "1", 0, 0.1, null)));
    String html = new StudyReport(result).toHtml();
    assertEquals(3, html.split("<svg", -1).length);
    assertTrue(html.contains("<figcaption>Loss</figcaption>"), html);
    // Two curves, a legend of two, and no mark but the one of the mean AP.
    assertEquals(5, html.split("<path", -1).length);
    assertEquals(2, html.split("<circle", -1).length);
  }

  @Test
  void aResultIsReadBackAsItWasWithItsGaps() throws IOException {
    Line gap = new Line("a", List.of(1.0, 2.0, 3.0), List.of(3.0, Double.NaN, 1.0));
    StudyResult written =
        result(
            "labels",
            Axis.ofNames("labels").withSeries("head"),
            List.of(new Chart("t", "x", List.of("p", "q"), true, List.of(gap))),
            List.of(
                point("SVM", "0.5/0.5", 0, 0.4, samples(3, 4)),
                ranged("SVM", "0.7/0.7", 2, 0.4, 0.35, 0.45),
                point("softmax", "0/0.3", 1, Double.NaN, null, Map.of("f", Double.NaN, "g", 2.0))));
    Path file = folder.resolve("study-labels.json");
    write(file, written);
    assertFalse(Files.readString(file).contains("NaN"));
    assertEquals(written, StudyResult.read(file));
    assertEquals("study-labels", written.fileName());
    assertEquals("study-labels-2", StudyResult.fileName("labels", 2));
    write(folder.resolve("study-a.json"), thresholds());
    Files.writeString(folder.resolve("study-a.md"), "");
    Files.writeString(folder.resolve("manifest.json"), "{}");
    assertEquals(List.of(thresholds(), written), StudyResult.readAll(folder));
    assertEquals(
        List.of(
            "study-labels.json", "study-labels-2.json", "study-labels-10.json", "study-rate.json"),
        Stream.of("study-labels-10", "study-rate", "study-labels-2", "study-labels")
            .map(name -> Path.of(name + ".json"))
            .sorted(Comparator.comparing(StudyResult::order))
            .map(Path::toString)
            .toList());
  }

  private static void write(Path file, StudyResult result) throws IOException {
    ObjectNode manifest = Json.object();
    manifest.set("result", result.toTree());
    Json.write(file, manifest);
  }

  @Test
  void aFileOfAnotherVersionIsRefusedInASentence() throws IOException {
    Path file = folder.resolve("study-labels.json");
    write(file, thresholds());
    Files.writeString(file, Files.readString(file).replace("\"finding\"", "\"found\""));
    String message = assertThrows(IOException.class, () -> StudyResult.read(file)).getMessage();
    assertTrue(message.startsWith(file + " is damaged or of another version"), message);
    Files.writeString(file, "{}");
    message = assertThrows(IOException.class, () -> StudyResult.read(file)).getMessage();
    assertTrue(message.contains("it is empty"), message);
  }
}
