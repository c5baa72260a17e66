package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.PrecisionRecallCurve;
import org.rcnn.svm.SampleCounts;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class StudyReportTest {

  private static StudyReport thresholds() {
    return new StudyReport(
        "negative-iou, SVMs on fc7",
        new StudyReport.Axis(
            "IoU below which a region is a negative", true, "positives", "negatives", "IoU < "),
        List.of("A note."),
        List.of(
            training("ground truth", "0.3", 0.3, 0.171, 0, 40),
            training("ground truth", "0.7", 0.7, 0.081, 0, 100),
            training("and proposals", "0.3", 0.3, 0.122, 1200, 40)));
  }

  private static StudyReport.Training training(
      String series, String label, double at, double mAp, int proposals, int positivesAfter) {
    ClassResult cat = new ClassResult("cat", mAp, 1, 0, 0, 0, 0, PrecisionRecallCurve.empty());
    return new StudyReport.Training(
        series,
        label,
        at,
        new EvaluationResult(ApMetric.VOC07, 0.5, 1, List.of(cat)),
        new SampleCounts("", 40, 0, proposals, 40, proposals + positivesAfter, 7, 123_456, 123_456),
        0.25,
        0.5,
        61.04);
  }

  @Test
  void theTableHasARowForEveryTrainingAndOnlyColumnsThatSaySomething() {
    assertEquals(
        """
        positives      negatives   mAP   positives  up-sampled  ignored  negatives  misplaced, %  bad fit, %  seconds
        -------------------------------------------------------------------------------------------------------------
        ground truth   IoU < 0.3  17.1          40          40        7    123,456          25.0        50.0     61.0
        ground truth   IoU < 0.7   8.1          40         100        7    123,456          25.0        50.0     61.0
        -------------------------------------------------------------------------------------------------------------
        and proposals  IoU < 0.3  12.2  40 + 1,200       1,240        7    123,456          25.0        50.0     61.0
        """,
        thresholds().toText().replaceAll("(?s)positives: annotated.*", ""));
    assertTrue(thresholds().toText().endsWith("A note.\n"));
    assertFalse(thresholds().toText().contains("down-sampled"));
  }

  @Test
  void numbersThatAreNoOverlapsArePrintedAsTheyAre() {
    String text =
        new StudyReport(
                "cost",
                StudyReport.Axis.ofNumbers("C"),
                List.of(),
                List.of(training("", "0.001", 0.001, 0.1, 0, 40)))
            .toText();
    assertTrue(text.startsWith("C       mAP"), text);
    assertTrue(text.contains("\n0.001  10.0"), text);
  }

  @Test
  void markdownAlsoHasTheClasses() {
    String markdown = thresholds().toMarkdown();
    assertTrue(markdown.contains("| ground truth | IoU &lt; 0.3 | 17.1 |"), markdown);
    assertTrue(markdown.contains("| cat | 17.1 | 8.1 | 12.2 |"), markdown);
  }

  @Test
  void thePlotIsAFileOfItsOwnWithALineForEverySeriesAndAMarkForEveryRow() throws Exception {
    String svg = thresholds().toSvg();
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertEquals("svg", document.getDocumentElement().getTagName());
    assertEquals(3, document.getElementsByTagName("circle").getLength());
    // Two lines and two strokes of the legend.
    assertEquals(4, document.getElementsByTagName("path").getLength());
    assertTrue(svg.contains(">and proposals<"), svg);
    assertTrue(thresholds().toHtml().contains("<svg"));
  }

  @Test
  void whereNothingIsANumberThePointsHaveTheirNames() {
    StudyReport report =
        new StudyReport(
            "resampling",
            StudyReport.Axis.ofNames("resampling"),
            List.of(),
            List.of(training("", "none", 0, 0.1, 0, 40), training("", "up:5", 1, 0.2, 0, 200)));
    String svg = report.toSvg();
    assertTrue(svg.contains(">none</text>") && svg.contains(">up:5</text>"), svg);
    assertTrue(report.toText().startsWith("resampling   mAP"), report.toText());
  }
}
