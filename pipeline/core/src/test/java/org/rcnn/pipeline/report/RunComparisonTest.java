package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.Interval;

class RunComparisonTest {

  private static final Box CAT = new Box(10, 10, 50, 40);

  /** Two images with a cat each. */
  private static final List<Annotation> IMAGES = List.of(image("a"), image("b"));

  private static Annotation image(String id) {
    return new Annotation(id, 80, 60, List.of(new GroundTruth("cat", CAT, false, false)));
  }

  /** A run that finds the cat in some images, and nothing else. */
  private static ComparedRun run(String name, boolean sameImages, String manifest, String... found)
      throws IOException {
    Map<String, List<Detection>> detections = new TreeMap<>();
    for (String id : found) {
      detections.put(id, List.of(new Detection("cat", 1, CAT)));
    }
    JsonNode tree = new ObjectMapper().readTree(manifest);
    return new ComparedRun(
        name,
        Path.of("runs", name),
        "fine-tuned fc7 svm",
        tree,
        new Bootstrap(DetectionEvaluator.voc07(), Bootstrap.RESAMPLES, 1)
            .evaluate(List.of("cat"), IMAGES, detections),
        sameImages,
        Optional.empty());
  }

  @Test
  void aDifferenceHasTheRangeOfTheSameResamplesOfBoth() throws IOException {
    ComparedRun one = run("one", true, "{}", "a");
    ComparedRun both = run("both", true, "{}", "a", "b");
    // At half the recall 6 of the 11 points have a precision of 1.
    assertEquals(6 / 11.0, one.meanAp(), 1e-12);
    // A resample is the images a a, a b, b a or b b: the second run is better by 0, 5/11 or 1.
    Interval gain = both.over(one).orElseThrow();
    assertEquals(5 / 11.0, gain.estimate(), 1e-12);
    assertEquals(0, gain.low(), 1e-12);
    assertEquals(1, gain.high(), 1e-12);
    assertEquals(gain, both.over(one, "cat").orElseThrow());
    RunComparison comparison = new RunComparison(List.of(one, both));
    assertEquals(
        "These test images leave open whether both or one is better: the difference of"
            + " +45.5 points (95 %: 0.0 to 100.0), an mAP of 100.0 against 54.5 %, is within"
            + " chance.",
        comparison.findings().get(0));
  }

  @Test
  void aDifferenceThatIsInEveryResampleIsSure() throws IOException {
    RunComparison comparison =
        new RunComparison(List.of(run("all", true, "{}", "a", "b"), run("none", true, "{}")));
    assertEquals(
        "none is worse than all by 100.0 points (95 %: 100.0 to 100.0): an mAP of 0.0 against"
            + " 100.0 %.",
        comparison.findings().get(0));
    String text = comparison.toText();
    assertTrue(text.contains("-100.0 (-100.0 to -100.0)"), text);
  }

  @Test
  void aClassIsBetterBeyondChanceAndNotSurely() throws IOException {
    ComparedRun none = scored("none", List.of("cat", "dog"), IMAGES);
    ComparedRun cats = scored("cats", List.of("cat", "dog"), IMAGES, "a", "b");
    List<String> findings = new RunComparison(List.of(none, cats)).findings();
    assertTrue(findings.stream().noneMatch(one -> one.contains("surely")), findings::toString);
    // Of the dog there is no object, so the cat is the only class.
    assertEquals(
        "cats is better than none by 100.0 points (95 %: 100.0 to 100.0): an mAP of 100.0 against"
            + " 0.0 %.",
        findings.get(0));
    List<Annotation> pets =
        IMAGES.stream()
            .map(
                image ->
                    new Annotation(
                        image.imageId(),
                        80,
                        60,
                        List.of(
                            image.objects().get(0),
                            new GroundTruth("dog", new Box(60, 10, 70, 20), false, false))))
            .toList();
    assertEquals(
        "Beyond chance, each class taken alone, cats is better on cat (+100.0).",
        new RunComparison(
                List.of(
                    scored("none", List.of("cat", "dog"), pets),
                    scored("cats", List.of("cat", "dog"), pets, "a", "b")))
            .findings()
            .get(1));
  }

  @Test
  void oneTestImageHasNoRange(@TempDir Path folder) throws IOException {
    List<Annotation> one = IMAGES.subList(0, 1);
    RunComparison comparison =
        new RunComparison(
            List.of(scored("none", List.of("cat"), one), scored("all", List.of("cat"), one, "a")));
    List<String> findings = comparison.findings();
    assertEquals(
        "all is better than none by 100.0 points: an mAP of 100.0 against 0.0 %.", findings.get(0));
    assertTrue(
        findings.contains(
            "The test set has only one image, so no difference can be told from chance."),
        findings::toString);
    JsonNode run = comparison.write(folder).path("runs").get(1);
    assertEquals(1, run.at("/difference/mAP/estimate").asDouble(), 1e-12);
    assertTrue(run.at("/difference/mAP/low").isNull() && run.get("mAP_low").isNull());
  }

  @Test
  void withoutAnObjectThatCountsNothingIsCompared(@TempDir Path folder) throws IOException {
    RunComparison comparison =
        new RunComparison(
            List.of(
                scored("first", List.of("dog"), IMAGES),
                scored("second", List.of("dog"), IMAGES),
                scored("third", List.of("dog"), IMAGES)));
    assertEquals(
        List.of(
            "The test images have no object that counts, so there is no mAP to compare.",
            "All settings of the runs are equal."),
        comparison.findings());
    RunComparison pair = new RunComparison(comparison.runs().subList(0, 2));
    String html = new ComparisonPage(pair, folder).page().toHtml();
    assertFalse(html.contains("headline\"><dt>"), "a figure of nothing");
  }

  /** A run without settings that finds the cat in some of given images. */
  private static ComparedRun scored(
      String name, List<String> classes, List<Annotation> images, String... found)
      throws IOException {
    Map<String, List<Detection>> detections = new TreeMap<>();
    for (String id : found) {
      detections.put(id, List.of(new Detection("cat", 1, CAT)));
    }
    return new ComparedRun(
        name,
        Path.of("runs", name),
        "fine-tuned fc7 svm",
        new ObjectMapper().readTree("{}"),
        new Bootstrap(DetectionEvaluator.voc07(), Bootstrap.RESAMPLES, 1)
            .evaluate(classes, images, detections),
        true,
        Optional.empty());
  }

  @Test
  void runsOnOtherImagesHaveNoDifference(@TempDir Path folder) throws IOException {
    RunComparison comparison =
        new RunComparison(
            List.of(run("one", true, "{}", "a"), run("other", false, "{}", "a", "b")));
    assertEquals(
        "other was tested on other images than one, so the two cannot be paired; each figure has a"
            + " range of its own: 100.0 % (100.0 to 100.0) and 54.5 % (0.0 to 100.0).",
        comparison.findings().get(0));
    JsonNode difference = comparison.write(folder).path("runs").get(1).path("difference");
    assertTrue(difference.get("mAP").isNull() && difference.path("ap").get("cat").isNull());
    String html = new ComparisonPage(comparison, folder).page().toHtml();
    assertTrue(html.contains("other images"), html);
    assertFalse(html.contains("headline\"><dt>"), "a figure that pairs what cannot be paired");
  }

  @Test
  void curvesOfAClassLieOverEachOther(@TempDir Path folder) throws IOException {
    RunComparison comparison =
        new RunComparison(
            List.of(
                run("one", true, "{}", "a"),
                run("none", true, "{}"),
                run("both", true, "{}", "a", "b")));
    String html = new ComparisonPage(comparison, folder).page().toHtml();
    String curves = html.substring(html.indexOf("id=\"curves\""), html.indexOf("</figure>"));
    assertTrue(curves.contains("<b>54.5 / 0.0 / 100.0</b>"), curves);
    // Without a detection there is no line, and the third keeps its colour.
    assertTrue(curves.contains("class=\"s1\"") && curves.contains("class=\"s3\""), curves);
    assertFalse(curves.contains("class=\"s2\""), curves);
    assertTrue(curves.contains("swatch l2\"></i>\nnone"), curves);
  }

  @Test
  void settingsThatDifferAreNamedThoseOfListsByTheirNumber() throws IOException {
    String first =
        "{'seed': 1, 'finetune': {'phases': [{'rate': 0.1}, {'rate': 0.2}], 'frozen': ['a', 'b']}}";
    String second =
        "{'seed': 1, 'finetune': {'phases': [{'rate': 0.1}, {'rate': 0.3}], 'frozen': ['a', 'b']},"
            + " 'new': true}";
    RunComparison comparison =
        new RunComparison(List.of(configured("one", first), configured("two", second)));
    assertEquals(
        Map.of("finetune.phases.2.rate", List.of("0.2", "0.3"), "new", List.of("-", "true")),
        comparison.differingSettings());
    assertEquals(3, comparison.equalSettings());
    assertTrue(
        comparison
            .findings()
            .contains("The runs differ in 2 settings, finetune.phases.2.rate and new."),
        comparison.findings()::toString);
  }

  private static ComparedRun configured(String name, String settings) throws IOException {
    return run(name, true, "{\"configuration\": %s}".formatted(settings.replace('\'', '"')), "a");
  }

  @Test
  void namesAndValuesMayHaveAnyCharacters(@TempDir Path folder) throws IOException {
    RunComparison comparison =
        new RunComparison(
            List.of(
                configured("a,b", "{'weights': 'x|y<b>'}"),
                configured("c", "{'weights': 'two, \\nlines'}")));
    comparison.write(folder);
    ComparisonTable table = new ComparisonTable(comparison);
    String csv = table.toCsv();
    assertTrue(csv.contains("setting,weights,\"a,b\",x|y<b>,,,,,\n"), csv);
    assertTrue(csv.contains("setting,weights,c,\"two, \nlines\",,,,,\n"), csv);
    assertTrue(csv.contains("mAP,,\"a,b\",0.545455,0.000000,1.000000,,,\n"), csv);
    assertTrue(csv.contains("mAP,,c,0.545455,0.000000,1.000000,0.000000,0.000000,0.000000\n"), csv);
    String markdown = table.toMarkdown();
    assertTrue(markdown.contains("| weights | x\\|y\\<b\\> | two, lines |"), markdown);
    String html = new ComparisonPage(comparison, folder).page().toHtml();
    assertTrue(html.contains("x|y&lt;b&gt;"), html);
  }

  @Test
  void aRunIsNamedByTheShortestEndOfItsPathThatIsItsOwn() {
    assertEquals(List.of("a", "b"), RunComparison.names(List.of(Path.of("/x/a"), Path.of("/x/b"))));
    assertEquals(
        List.of("x/run", "y/run", "y/b"),
        RunComparison.names(List.of(Path.of("/x/run"), Path.of("/y/run/"), Path.of("/y/b"))));
  }
}
