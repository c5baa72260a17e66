package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.AspectResult;
import org.rcnn.eval.ClassErrors;
import org.rcnn.eval.CocoEvaluator;
import org.rcnn.eval.CocoSummary;
import org.rcnn.eval.ConfusionMatrix;
import org.rcnn.eval.ErrorDiagnoser;
import org.rcnn.eval.ErrorDiagnosis;
import org.rcnn.eval.ErrorExample;
import org.rcnn.eval.ErrorExample.Reason;
import org.rcnn.eval.ErrorExampleFinder;
import org.rcnn.eval.ErrorKind;
import org.rcnn.eval.ObjectAspect;
import org.rcnn.eval.ObjectSize;
import org.rcnn.eval.SimilarClasses;
import org.rcnn.eval.SizeResult;
import org.rcnn.eval.TideDiagnoser;
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.stage.ErrorAnalysis;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ErrorSectionsTest {

  private static final String NASTY = "<cat> & \"co\"";

  @TempDir Path folder;

  /** One image: a cat found, a cat missed, a dog taken for a cat, and a detection on nothing. */
  private DetectionSet test() throws IOException {
    Path image = folder.resolve("a.png");
    Files.write(image, Picture.of(new RgbImage(300, 200, new byte[300 * 200 * 3])).png());
    Annotation annotation =
        new Annotation(
            "a",
            300,
            200,
            List.of(
                new GroundTruth(NASTY, new Box(0, 0, 40, 40), false, false),
                new GroundTruth(NASTY, new Box(100, 0, 160, 60), false, false),
                new GroundTruth("dog", new Box(200, 0, 240, 40), false, false)));
    return new DetectionSet(
        "test",
        List.of(new Sample("a", image, annotation, 300, 200, ExifOrientation.APPLY, "s")),
        "f");
  }

  private static ErrorAnalysis analysis(DetectionSet test) {
    List<String> classes = List.of(NASTY, "dog");
    Map<String, List<Detection>> found =
        Map.of(
            "a",
            List.of(
                new Detection(NASTY, 0.9, new Box(0, 0, 40, 40)),
                new Detection(NASTY, 0.8, new Box(200, 0, 240, 40)),
                new Detection(NASTY, 0.7, new Box(0, 150, 40, 190))));
    return new ErrorAnalysis(
        new CocoEvaluator(CocoSummary.Difficult.CROWDS)
            .summarise(classes, test.annotations(), found),
        new ErrorDiagnoser(ApMetric.VOC07, 0.5, SimilarClasses.none())
            .diagnose(classes, test.annotations(), found),
        new TideDiagnoser().diagnose(classes, test.annotations(), found),
        ConfusionMatrix.of(classes, test.annotations(), found, 0, 0.5),
        new ErrorExampleFinder(0.5, 2).find(classes, test.annotations(), found));
  }

  private static Document page(List<Section> sections) {
    String html =
        new ReportPage("A run", "", List.of(), Optional.empty(), Map.of(), List.of(), sections, "")
            .toHtml();
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(html.replaceFirst("<!DOCTYPE html>", ""))));
    } catch (Exception e) {
      throw new AssertionError("The page is not well-formed: " + e.getMessage(), e);
    }
  }

  private static List<Element> elements(Document page, String tag) {
    NodeList nodes = page.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  @Test
  void thePageHasAPartForEachQuestion() throws IOException {
    DetectionSet test = test();
    Document page = page(ErrorSections.of(analysis(test), test));
    assertEquals(
        List.of("coco", "tide", "sensitivity", "confusion", "mistakes"),
        elements(page, "section").stream().map(section -> section.getAttribute("id")).toList());
  }

  @Test
  void cocosFiguresStandBesideTheirMeaning() throws IOException {
    String html = html(ErrorSections.coco(analysis(test()).coco()));
    // Of the two cats one is found exactly, first: precision 1 at the first 51 of 101 recalls. The
    // dog is not found. Both cats and the dog are of middle size, so small objects have no figure.
    assertTrue(html.contains("<th>AP50</th>\n<td class=\"n\">25.2</td>"), html);
    assertTrue(html.contains("<th>AR1</th>\n<td class=\"n\">25.0</td>"), html);
    assertTrue(html.contains("<th>APsmall</th>\n<td class=\"n\">-</td>"), html);
    assertTrue(html.contains("a detection at least half of whose own area"), html);
    assertTrue(html.contains("so objects count as larger than in COCO."), html);
  }

  @Test
  void costsStandBesideTheirKinds() throws IOException {
    String html = html(ErrorSections.tide(analysis(test()).tide()));
    // The dog's AP rises from 0 to 1, which is 50 points of the mean over both classes.
    assertTrue(html.contains("<th>classification</th>\n<td class=\"n\">50.0</td>"), html);
    assertEquals(
        List.of(
            "Detections on objects of another class (classification) cost most: 50.0 points of"
                + " TIDE's AP if they alone were mended; missed comes next with 24.8."),
        Findings.ofCosts(analysis(test()).tide()));
  }

  @Test
  void costsAreOfTheBestDetectionsOfAnImageAndMissedIsWhatNoMendedErrorWouldFind() {
    // A cat's box fits badly on a dog: neither is found, and no error of the two would find it.
    Annotation image =
        new Annotation(
            "a", 300, 200, List.of(new GroundTruth("dog", new Box(0, 0, 40, 40), false, false)));
    Map<String, List<Detection>> both =
        Map.of("a", List.of(new Detection("cat", 0.9, new Box(20, 0, 60, 40))));
    String html =
        html(
            ErrorSections.tide(
                new TideDiagnoser(0.5, 0.1, 7)
                    .diagnose(List.of("cat", "dog"), List.of(image), both)));
    assertTrue(html.contains("these count all among the best 7 detections of an image."), html);
    String count = "<td class=\"n\">1</td>\n<td>";
    assertTrue(html.contains(count + "class wrong and box fits badly</td>"), html);
    assertTrue(
        html.contains(count + "an object not found, even if a class or a box is mended</td>"),
        html);
    assertTrue(html.contains("the missed objects above are all that no detection finds"), html);
  }

  /** A class of 22 objects, 9 of them the smallest and the tallest, 13 of them the next. */
  private static ClassErrors ofGroups(String name, double small, double large) {
    Map<ErrorKind, Integer> none = new EnumMap<>(ErrorKind.class);
    Map<ErrorKind, Double> unknown = new EnumMap<>(ErrorKind.class);
    Stream.of(ErrorKind.values())
        .forEach(
            kind -> {
              none.put(kind, 0);
              unknown.put(kind, Double.NaN);
            });
    return new ClassErrors(
        name,
        22,
        0,
        0.3,
        none,
        unknown,
        Double.NaN,
        List.of(
            new SizeResult(ObjectSize.XS, 9, 9, small),
            new SizeResult(ObjectSize.S, 13, 13, large)),
        List.of(
            new AspectResult(ObjectAspect.XT, 9, 9, small),
            new AspectResult(ObjectAspect.T, 13, 13, large)));
  }

  private static String sensitivity(ClassErrors... classes) {
    return html(
        ErrorSections.sensitivity(new ErrorDiagnosis(ApMetric.VOC07, 0.5, List.of(classes))));
  }

  private static int columns(String html) {
    return html.split("class=\"column\"", -1).length - 1;
  }

  @Test
  void groupsOfFewObjectsHaveNoColumn() {
    String html = sensitivity(ofGroups("cat", 0.95, 0.37));
    assertEquals(2, columns(html), html);
    assertTrue(html.contains("groups of fewer than 10 objects are left out"), html);
    assertTrue(html.contains("extra small left out, small 37.0, extra tall left out"), html);
    assertTrue(html.contains("small: AP 37.0\u00a0%, 13 of 13 found"), html);
    // Each group's count stands below it, and what is not drawn does not stretch the scale.
    assertTrue(html.contains(">9</text>") && html.contains(">13</text>"), html);
    assertTrue(html.contains(">40</text>") && !html.contains(">100</text>"), html);
    assertFalse(html.contains("All classes"), html);
  }

  @Test
  void theScaleHoldsGroupsThatOnlyAllClassesTogetherFill() {
    String html = sensitivity(ofGroups("cat", 0.95, 0.37), ofGroups("dog", 0.95, 0.37));
    // Four columns of all classes. A class would have one by size and one by aspect ratio, which
    // compare nothing.
    assertEquals(4, columns(html), html);
    assertFalse(html.contains(">cat<"), html);
    assertTrue(html.contains(">18</text>"), html);
    assertTrue(html.contains(">100</text>") && !html.contains(">40</text>"), html);
    assertTrue(html.contains("small groups included."), html);
  }

  @Test
  void theConfusionMatrixShowsCountsWithTheirMeaning() throws IOException {
    String html = html(ErrorSections.confusion(analysis(test()).confusion()));
    assertTrue(html.contains("dog: 1 of 1 (100.0 %) taken for &lt;cat&gt;"), html);
    assertTrue(html.contains("1 of 2 (50.0 %) not found"), html);
    assertTrue(html.contains("1 of 1 detections on the background (100.0 %) are of"), html);
    assertTrue(
        html.contains("the score with the best F1 over all classes on these test images"), html);
    assertTrue(html.contains("so chosen with the answers known"), html);
  }

  @Test
  void eachExampleIsAPictureWithASentence() throws IOException {
    DetectionSet test = test();
    List<String> captions =
        elements(page(ErrorSections.of(analysis(test), test)), "figcaption").stream()
            .map(Element::getTextContent)
            .toList();
    assertTrue(captions.contains("False positive, score 0.80: on dog, IoU 1.00. a"), "" + captions);
    assertTrue(captions.contains("Missed. No detection near it. a"), "" + captions);
    String nearest = "Missed. Nearest detection: %s, score 0.80, IoU 1.00. a".formatted(NASTY);
    assertTrue(captions.contains(nearest), "" + captions);
  }

  @Test
  void doubtsAreAskedNotClaimed() {
    Detection found = new Detection("cat", 1.234, new Box(0, 0, 9, 9));
    GroundTruth dog = new GroundTruth("dog", new Box(0, 0, 9, 8), false, false);
    assertEquals(
        "Label wrong? Annotated as dog, score 1.23, IoU 0.89. b",
        ErrorPictureSection.caption(
            new ErrorExample(
                "b", Reason.LABEL_WRONG, Optional.of(found), Optional.of(dog), 8.0 / 9)));
    assertEquals(
        "Label forgotten? Nothing annotated, score 1.23. b",
        ErrorPictureSection.caption(
            new ErrorExample(
                "b", Reason.LABEL_FORGOTTEN, Optional.of(found), Optional.empty(), 0)));
  }

  @Test
  void thePicturesOfManyClassesFitThePage() {
    assertEquals(3, ErrorSections.examplesOfAKind(1));
    assertEquals(2, ErrorSections.examplesOfAKind(10));
    assertEquals(1, ErrorSections.examplesOfAKind(20));
    assertEquals(1, ErrorSections.examplesOfAKind(200));
  }

  @Test
  void nothingKnownMeansNoSection() {
    Map<String, List<Detection>> none = Map.of();
    assertTrue(
        ErrorSections.tide(new TideDiagnoser().diagnose(List.of(), List.of(), none)).isEmpty());
    assertTrue(
        ErrorSections.confusion(ConfusionMatrix.of(List.of(), List.of(), none, 0, 0.5)).isEmpty());
    assertTrue(
        Findings.ofCosts(new TideDiagnoser().diagnose(List.of(), List.of(), none)).isEmpty());
    assertTrue(ErrorSections.pictures(List.of()).isEmpty());
    assertFalse(page(List.of()).getDocumentElement().getTextContent().contains("NaN"));
  }

  private static String html(List<Section> sections) {
    Html html = new Html();
    sections.forEach(section -> section.appendTo(html));
    return html.toString();
  }
}
