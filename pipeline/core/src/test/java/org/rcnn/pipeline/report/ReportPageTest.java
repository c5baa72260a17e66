package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.rcnn.cnn.train.FineTuning.Ending;
import org.rcnn.cnn.train.FineTuning.Judgement;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.FineTuning.PhaseEnd;
import org.rcnn.cnn.train.Keep;
import org.rcnn.cnn.train.Phase;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.ClassErrors;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.ErrorKind;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.eval.Interval;
import org.rcnn.eval.PrecisionRecallCurve;
import org.rcnn.eval.TideDiagnosis;
import org.rcnn.eval.TideKind;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.report.StageTimeSection.StageTime;
import org.rcnn.pipeline.stage.LearningCurve;
import org.rcnn.proposals.ProposalRecall;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.BoxRegressionReport.Form;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportPageTest {

  private static final String NASTY = "<script>alert('x')</script> & \"quoted\" \u0007";
  private static final byte[] PNG = Picture.of(new RgbImage(2, 1, new byte[6])).png();

  /** A page in which every section is present and every text is hostile. */
  private static ReportPage everything(String text) {
    EvaluationResult result = result(text, 0.4716, 1234, curve());
    List<Section> sections = new ArrayList<>(RunFindings.scores(result));
    sections.addAll(RunFindings.examples(List.of(new PageImage(PNG, text)), text));
    sections.addAll(RunFindings.falsePositives(errors(text, 1)));
    sections.add(
        RunFindings.proposals(
            text,
            new ProposalRecall.Result(3, 1940.2, 0.82, 0.8, Map.of(text, 0.8), List.of(0.6, 0.9))));
    sections.addAll(RunFindings.learning(curve(text)));
    sections.addAll(RunFindings.samples(List.of(new SampleCounts(text, 1, 2, 3, 4, 5, 6, 7, 8))));
    sections.addAll(RunFindings.mining(List.of(round(text, 80, 40, 0.5))));
    sections.addAll(
        RunFindings.boxRegression(
            List.of(new BoxRegressionReport(text, 9, 9, 8, 0.7, 0.75, Form.DUAL, false, 0))));
    sections.addAll(RunFindings.times(List.of(new StageTime(text, 75, false))));
    sections.addAll(RunFindings.configuration(Map.of(text, text)));
    sections.addAll(RunFindings.provenance(Map.of(text, text)));
    return new ReportPage(
        text,
        text,
        List.of(text),
        Optional.of(RunFindings.headline(result, new Interval(0.4716, 0.4, 0.561))),
        Map.of(text, text),
        List.of(text),
        sections,
        text);
  }

  /** Two phases; the first has ended early, and its weights of iteration 300 are kept. */
  private static LearningCurve curve(String text) {
    List<LearningPoint> points = new ArrayList<>();
    for (int i = 50; i <= 1000; i += 50) {
      points.add(
          new LearningPoint(
              i, 0.4 + 200.0 / (100 + i), 0.8, 0.6, 0.6 + Math.abs(i - 300) / 2000.0, 0.5));
    }
    return new LearningCurve(
        Map.of(text, 1234),
        Map.of(text, 5678L),
        List.of(
            new Phase(Set.of(text), 2000, 0.002, 0.1, 1500),
            new Phase(Set.of(Phase.ALL), 500, 0.0001, 1, 500)),
        List.of(new PhaseEnd(500, Ending.NO_IMPROVEMENT), new PhaseEnd(1000, Ending.COMPLETED)),
        Map.of(text, 0.0234),
        points,
        Keep.HIGHEST_MAP,
        List.of(new Judgement(300, 0.4321), new Judgement(500, 0.2), new Judgement(1000, 0.3)),
        300);
  }

  /** A page of nothing but these. */
  private static ReportPage only(List<Section> sections) {
    return new ReportPage(
        "A run", "", List.of(), Optional.empty(), Map.of(), List.of(), sections, "");
  }

  private static EvaluationResult result(
      String name, double ap, int positives, PrecisionRecallCurve curve) {
    return new EvaluationResult(
        ApMetric.VOC07, 0.5, 3, List.of(new ClassResult(name, ap, positives, 0, 5, 6, 0, curve)));
  }

  /** Of two objects the first is found, then nothing. */
  private static PrecisionRecallCurve curve() {
    GroundTruth object = new GroundTruth("cat", new Box(0, 0, 9, 9), false, false);
    GroundTruth missed = new GroundTruth("cat", new Box(50, 50, 59, 59), false, false);
    return DetectionEvaluator.voc07()
        .evaluate(
            List.of("cat"),
            List.of(new Annotation("a", 60, 60, List.of(object, missed))),
            Map.of(
                "a",
                List.of(
                    new Detection("cat", 0.9, object.box()),
                    new Detection("cat", 0.8, new Box(20, 20, 29, 29)))))
        .of("cat")
        .curve();
  }

  private static ErrorDiagnosis errors(String name, int ofEachKind) {
    Map<ErrorKind, Integer> kinds = new EnumMap<>(ErrorKind.class);
    Map<ErrorKind, Double> apWithout = new EnumMap<>(ErrorKind.class);
    for (ErrorKind kind : ErrorKind.values()) {
      kinds.put(kind, ofEachKind);
      apWithout.put(kind, Double.NaN);
    }
    ClassErrors errors =
        new ClassErrors(name, 6, 5, Double.NaN, kinds, apWithout, Double.NaN, List.of(), List.of());
    return new ErrorDiagnosis(ApMetric.VOC07, 0.5, List.of(errors));
  }

  private static Round round(String name, long examined, long hard, double objective) {
    return new Round(name, 1, 9, 300, examined, hard, 4, 5, 3, 6, objective, 0.9 * objective);
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
  void whereNothingIsKnownThePageHasNoSections() {
    EvaluationResult none = new EvaluationResult(ApMetric.VOC07, 0.5, 0, List.of());
    List<Section> sections = new ArrayList<>(RunFindings.scores(none));
    sections.addAll(RunFindings.examples(List.of(), ""));
    sections.addAll(RunFindings.falsePositives(new ErrorDiagnosis(ApMetric.VOC07, 0.5, List.of())));
    sections.addAll(RunFindings.samples(List.of()));
    sections.addAll(RunFindings.mining(List.of()));
    sections.addAll(RunFindings.boxRegression(List.of()));
    sections.addAll(RunFindings.times(List.of()));
    sections.addAll(RunFindings.configuration(Map.of()));
    sections.addAll(RunFindings.provenance(Map.of()));
    String html = only(sections).toHtml();
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
            "classes",
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
        sections(everything("plain").toHtml()));
    List<Section> times = RunFindings.times(List.of(new StageTime("svm", 75, false)));
    assertEquals(List.of("times"), sections(only(times).toHtml()));
  }

  private static long texts(Document document, String text) {
    NodeList names = document.getElementsByTagName("text");
    return IntStream.range(0, names.getLength())
        .filter(i -> names.item(i).getTextContent().equals(text))
        .count();
  }

  @Test
  void phasesAndTheKeptIterationAreMarkedInEachLearningCurve() {
    String html = everything("fc7").toHtml();
    Document document = parse(html);
    for (String name : List.of("1: fc7", "2: all", "kept")) {
      assertEquals(3, texts(document, name), name);
    }
    assertTrue(
        html.contains("keeps the weights of iteration 300 of 1,000, with an mAP of 43.2\u00a0%"));
    assertTrue(html.contains(">0.002, × 0.1 every 1,500</td>"), html);
    assertTrue(html.contains(">early, of 2,000</td>"), html);
    assertTrue(html.contains(">2.3\u00a0%</td>"), html);
    assertTrue(html.contains(">5,678</td>"), html);
  }

  @Test
  void namesOfMarksNeverOverlap() {
    // Of three close marks each has a row of its own, about 14 pixels high; the one at the right
    // edge stands left of its line, and in the first row again.
    LineChart chart =
        LineChart.fromZero(
                "iteration",
                List.of(new LineChart.Series("loss", new double[] {1, 1000}, new double[] {1, 1})))
            .marked(
                List.of(
                    new LineChart.Mark(0, "1: new", false),
                    new LineChart.Mark(10, "2: fully-connected", false),
                    new LineChart.Mark(20, "3: all", false),
                    new LineChart.Mark(1000, "kept", true)));
    Html html = new Html();
    chart.appendTo(html, "a chart");
    String svg = html.toString();
    assertTrue(svg.contains("viewBox=\"0 0 460 272\""), svg);
    assertTrue(svg.contains("<text class=\"name\" x=\"50\" y=\"11\">1: new<"), svg);
    assertTrue(svg.contains("<text class=\"name\" x=\"54\" y=\"25\">2: fully-connected<"), svg);
    assertTrue(svg.contains("<text class=\"name\" x=\"58\" y=\"39\">3: all<"), svg);
    assertTrue(svg.contains("<text class=\"name end\" x=\"442\" y=\"11\">kept<"), svg);
  }

  private static String svg(LineChart chart) {
    Html html = new Html();
    chart.appendTo(html, "a chart");
    return html.toString();
  }

  private static LineChart.Series series(double... y) {
    return new LineChart.Series(
        "mAP", IntStream.range(0, y.length).mapToDouble(i -> i).toArray(), y);
  }

  @Test
  void categoriesAreNotJoinedAndTheirNamesHaveRoom() {
    String svg = svg(LineChart.ofPoints("", List.of("none", "up:5"), List.of(series(30, 40))));
    assertFalse(svg.contains("<path"), svg);
    // Half a place from the edges of the plot, which is 400 wide from 46 on.
    assertTrue(svg.contains("<text class=\"tick middle\" x=\"146\" y=\"210\">none<"), svg);
    assertTrue(svg.contains("x=\"346\" y=\"210\">up:5<"), svg);
    List<String> names = IntStream.range(0, 8).mapToObj(i -> "up:5+down:0." + i).toList();
    String slanted = svg(LineChart.ofPoints("", names, List.of(series(1, 2, 3, 4, 5, 6, 7, 8))));
    assertTrue(slanted.contains("rotate(-35)"), slanted);
  }

  @Test
  void theAxisOfPointsFitsThem() {
    String high = svg(LineChart.ofPoints("", List.of(), List.of(series(41, 42, 44.5))));
    assertTrue(high.contains(">40<") && high.contains(">46<"), high);
    // The axis on the left, whose labels end at it, does not begin at 0.
    assertFalse(Pattern.compile("class=\"tick end\"[^>]*>0<").matcher(high).find(), high);
    String low = svg(LineChart.ofPoints("", List.of(), List.of(series(3, 42))));
    assertTrue(low.contains(">0</text>"), low);
  }

  @Test
  void aSinglePointIsMarked() {
    LineChart.Series one = new LineChart.Series("loss", new double[] {12}, new double[] {1.1});
    String svg = svg(LineChart.fromZero("iteration", List.of(one)));
    assertTrue(svg.contains("<circle class=\"s1\" cx=\"446\""), svg);
  }

  @Test
  void aTrainingOfOnePhaseThatKeepsTheLastWeightsHasNoMarks() {
    LearningCurve plain = curve("fc7");
    LearningCurve one =
        new LearningCurve(
            plain.regions(),
            plain.drawn(),
            plain.phases().subList(0, 1),
            List.of(new PhaseEnd(1000, Ending.COMPLETED)),
            plain.distances(),
            plain.curve(),
            Keep.LAST,
            List.of(),
            1000);
    Html html = new Html();
    new LearningSection(one).appendTo(html);
    assertFalse(html.toString().contains("\"mark"), html.toString());
    assertFalse(html.toString().contains("keeps"), html.toString());
  }

  @Test
  void noTextCanBecomeMarkup() {
    String html = everything(NASTY).toHtml();
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
    assertEquals("Detections in " + shown, caption);
  }

  @Test
  void thePageNeedsNothingFromElsewhere() {
    String html = everything("plain").toHtml();
    for (String forbidden : List.of("http:", "https:", "url(", "@import", "<link", "<script")) {
      assertFalse(html.contains(forbidden), forbidden);
    }
    Matcher source = Pattern.compile("src=\"data:image/png;base64,([^\"]+)\"").matcher(html);
    assertTrue(source.find());
    assertArrayEquals(PNG, Base64.getDecoder().decode(source.group(1)));
  }

  @Test
  void figuresAreShownInPerCentAndWithSeparators() {
    String html = everything("plain").toHtml();
    assertTrue(html.contains("<dd>47.2<small> %</small>"), html);
    assertTrue(html.contains("; 40.0 to 56.1 for 95\u00a0% of resamples of the test images"), html);
    assertTrue(html.contains(">1,234</td>"));
    assertTrue(html.contains(">1 min 15 s</td>"));
    assertTrue(html.contains(">+0.050</td>"));
    assertTrue(html.contains("width:47.16%"));
  }

  @Test
  void whatDoesNotExistIsADashAndNeverNaN() {
    EvaluationResult result = result("cat", Double.NaN, 0, PrecisionRecallCurve.empty());
    List<Section> sections = new ArrayList<>(RunFindings.scores(result));
    sections.addAll(RunFindings.falsePositives(errors("cat", 0)));
    sections.add(
        RunFindings.proposals(
            "fast", new ProposalRecall.Result(0, 0, Double.NaN, Double.NaN, Map.of(), List.of())));
    sections.addAll(
        RunFindings.learning(
            new LearningCurve(
                Map.of(),
                Map.of(),
                List.of(Phase.ofAllLayers(1)),
                List.of(new PhaseEnd(1, Ending.COMPLETED)),
                Map.of("conv1", Double.NaN),
                List.of(
                    new LearningPoint(
                        0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN)),
                Keep.LOWEST_LOSS,
                List.of(new Judgement(1, Double.NaN)),
                1)));
    sections.addAll(RunFindings.mining(List.of(round("cat", 0, 0, Double.NaN))));
    sections.addAll(
        RunFindings.boxRegression(
            List.of(
                new BoxRegressionReport(
                    "cat", 0, 0, 0, Double.NaN, Double.NaN, Form.IDENTITY, false, 0))));
    sections.addAll(RunFindings.times(List.of(new StageTime("svm", 0, true))));
    ReportPage report =
        new ReportPage(
            "A run",
            "",
            Findings.ofScores(result),
            Optional.of(
                RunFindings.headline(result, new Interval(Double.NaN, Double.NaN, Double.NaN))),
            Map.of(),
            List.of(),
            sections,
            "");
    String html = report.toHtml();
    parse(html);
    assertFalse(html.contains("NaN"), html);
    assertFalse(html.contains("Infinity"), html);
  }

  @Test
  void theBestAndTheWorstClassAreNamedOnlyIfTheyDiffer() {
    assertEquals(
        List.of("cat is detected best, with an AP of 40.0 %, and dog worst, with 30.0 %."),
        Findings.ofScores(twoClasses(0.4, 0.3)));
    assertEquals(
        List.of("Each of the 2 classes has an AP of 0.0 %."), Findings.ofScores(twoClasses(0, 0)));
  }

  private static EvaluationResult twoClasses(double cat, double dog) {
    PrecisionRecallCurve none = PrecisionRecallCurve.empty();
    return new EvaluationResult(
        ApMetric.VOC07,
        0.5,
        3,
        List.of(
            new ClassResult("cat", cat, 5, 0, 0, 0, 0, none),
            new ClassResult("dog", dog, 5, 0, 0, 0, 0, none)));
  }

  private static BoxRegressionReport fit(String name, int heldBack, double before, double after) {
    return new BoxRegressionReport(name, 90, 90, heldBack, before, after, Form.DUAL, false, 0);
  }

  @Test
  void boxesAreSaidToFitWorseOnlyByManyPairsAndANotableLoss() {
    assertEquals(
        List.of(
            "Box regression makes the boxes of boat (IoU 0.700 to 0.650 on 33 held-back pairs)"
                + " and sheep (IoU 0.800 to 0.700 on 20 held-back pairs) worse."),
        Findings.ofBoxRegression(
            List.of(
                fit("boat", 33, 0.7, 0.65),
                fit("pottedplant", 33, 0.7, 0.694),
                fit("sheep", 20, 0.8, 0.7),
                fit("cow", 19, 0.8, 0.7),
                fit("cat", 50, 0.7, 0.75),
                fit("dog", 0, Double.NaN, Double.NaN))));
    assertEquals(List.of(), Findings.ofBoxRegression(List.of(fit("boat", 33, 0.7, 0.694))));
  }

  /** A diagnosis with these gains by localisation and background errors, and none by others. */
  private static TideDiagnosis costs(double localisation, double background) {
    Map<TideKind, Integer> counts = new EnumMap<>(TideKind.class);
    Map<TideKind, Double> gains = new EnumMap<>(TideKind.class);
    for (TideKind kind : TideKind.values()) {
      counts.put(kind, 1);
      gains.put(kind, 0.0);
    }
    gains.put(TideKind.LOCALISATION, localisation);
    gains.put(TideKind.BACKGROUND, background);
    gains.put(TideKind.MISSED, Double.NaN);
    return new TideDiagnosis(0.5, 0.1, 100, 0.4, counts, gains, 0, 0);
  }

  @Test
  void theKindOfErrorThatCostsMostIsNamedIfThereIsOne() {
    assertEquals(
        List.of(
            "Boxes that fit badly (localisation) cost most: 9.7 points of TIDE's AP if they alone"
                + " were mended; background comes next with 4.0."),
        Findings.ofCosts(costs(0.0971, 0.04)));
    assertEquals(List.of(), Findings.ofCosts(costs(0.0971, 0.0969)));
    assertEquals(List.of(), Findings.ofCosts(costs(0.0001, 0)));
  }

  @Test
  void picturesAreSaidToBeChosenAndWhatIsDashed() {
    String html =
        only(RunFindings.examples(List.of(new PageImage(PNG, "a")), "The best.")).toHtml();
    assertTrue(html.contains("The best. Solid: detections that count"), html);
    assertTrue(html.contains("dashed: annotated objects."), html);
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
    assertEquals(0.2, Ticks.step(1, 5), 1e-12);
    assertEquals(500, Ticks.step(2990, 6), 1e-9);
    assertEquals(2, Ticks.step(7, 5), 1e-12);
  }

  @Test
  void anExampleMustBeAPictureThatBrowsersShow() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new PageImage("GIF89a".getBytes(StandardCharsets.US_ASCII), "a.gif"));
    assertEquals("The picture \"a.gif\" is neither a PNG nor a JPEG file.", e.getMessage());
  }

  @Test
  void anUnclosedElementIsABugThatIsFound() {
    Html html = new Html().open("div");
    assertThrows(IllegalStateException.class, html::toString);
  }

  @Test
  void equalContentGivesAnEqualPage() {
    String html = everything("ß 猫 \uD83D\uDC08").toHtml();
    assertEquals(html, everything("ß 猫 \uD83D\uDC08").toHtml());
    assertTrue(html.contains("猫 \uD83D\uDC08"));
  }

  @Test
  void miningShowsTheShareOfHardNegativesFirstAndLast() {
    List<Round> rounds =
        List.of(round("cat", 0, 0, 1), round("cat", 1000, 250, 1.2), round("cat", 2000, 20, 1.3));
    String html = only(RunFindings.mining(rounds)).toHtml();
    assertTrue(html.contains("25.0 → 1.0"), html);
  }
}
