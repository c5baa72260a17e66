package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.ApMetric;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.eval.Interval;
import org.rcnn.pipeline.VocClasses;
import org.rcnn.pipeline.report.Contrast.Step;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.stage.Head;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;

class AblationPageTest {

  private static final Box BOX = new Box(0, 0, 9, 9);

  /** A row that finds the cat of some in ten of 200 images, and nothing else: its AP is some/10. */
  private static ResampledRow row(
      boolean finetuned, Tap layer, Head head, boolean bbox, int ofTen) {
    return row(new Row(finetuned, layer, head, bbox), 200, "cat", ofTen);
  }

  /** The same of so many images, each with one object. */
  private static ResampledRow row(Row row, int images, String object, int ofTen) {
    List<Annotation> split = new ArrayList<>();
    Map<String, List<Detection>> found = new HashMap<>();
    for (int i = 0; i < images; i++) {
      String id = "image" + i;
      split.add(new Annotation(id, 20, 20, List.of(new GroundTruth(object, BOX, false, false))));
      if (i % 10 < ofTen) {
        found.put(id, List.of(new Detection("cat", 1, BOX)));
      }
    }
    return new ResampledRow(
        row,
        new Bootstrap(new DetectionEvaluator(ApMetric.AREA, 0.5), 200, 1)
            .evaluate(List.of("cat"), split, found));
  }

  private static ResampledRow svm(boolean finetuned, Tap layer, int ofTen) {
    return row(finetuned, layer, Heads.SVM, false, ofTen);
  }

  private static List<String> sentences(ResampledRow... rows) {
    return new AblationFindings(List.of(rows), SeedRecord.empty()).sentences();
  }

  private static String html(Consumer<Html> section) {
    Html html = new Html();
    section.accept(html);
    return html.toString();
  }

  @Test
  void theFirstSentenceSaysWhatFineTuningGivesEachLayer() {
    String first =
        sentences(
                svm(false, Tap.POOL5, 5),
                svm(false, Tap.FC6, 5),
                svm(false, Tap.FC7, 5),
                svm(true, Tap.POOL5, 5),
                svm(true, Tap.FC6, 8),
                svm(true, Tap.FC7, 9))
            .get(0);
    // Of 200 images, a share of 0.4 changes: the range is about 2 · sqrt(0.4 · 0.6 / 200) = 6.9 to
    // either side.
    assertTrue(
        first.matches(
            "Fine-tuning lifts fc7 by 40\\.0 points \\(95 %: 3[2-5]\\.\\d to 4[5-8]\\.\\d\\) and fc6"
                + " by 30\\.0 \\(2[2-5]\\.\\d to 3[5-8]\\.\\d\\); pool5 scores exactly as before, as a layer does up to which none learned\\."),
        first);
  }

  @Test
  void aRangeHasItsOwnEndsAndNotHalfItsWidth() {
    Interval gain = new Interval(0.01, 0.001, 0.024);
    assertEquals("1.0 points (95 %: 0.1 to 2.4)", Ranges.sizeInPoints(gain));
    assertEquals("+1.0 (0.1 to 2.4)", Ranges.signed(gain));
    Interval loss = new Interval(-0.01, -0.024, -0.001);
    assertEquals("1.0 (0.1 to 2.4)", Ranges.size(loss));
    assertEquals("-1.0 points (95 %: -2.4 to -0.1)", Ranges.signedPoints(loss));
    assertEquals("-", Ranges.signed(new Interval(Double.NaN, Double.NaN, Double.NaN)));
  }

  @Test
  void aChangeThatMayBeChanceIsNotCalledAnEffect() {
    // Drawn are aa, ab, ba or bb: the second row is worse by 1, equal, or better by 1.
    List<Annotation> split = new ArrayList<>();
    for (String id : List.of("a", "b")) {
      split.add(new Annotation(id, 20, 20, List.of(new GroundTruth("cat", BOX, false, false))));
    }
    String first = sentences(finding(false, split, "a"), finding(true, split, "b")).get(0);
    assertEquals(
        "Fine-tuning shows no effect that these test images can tell: the change of fc7, +0.0"
            + " points (95 %: -100.0 to 100.0), is within chance.",
        first);
  }

  private static ResampledRow finding(boolean finetuned, List<Annotation> split, String id) {
    return new ResampledRow(
        new Row(finetuned, Tap.FC7, Heads.SVM, false),
        new Bootstrap(new DetectionEvaluator(ApMetric.AREA, 0.5), 200, 1)
            .evaluate(List.of("cat"), split, Map.of(id, List.of(new Detection("cat", 1, BOX)))));
  }

  @Test
  void oneTestImageHasNoRange() {
    Row before = new Row(false, Tap.FC7, Heads.SVM, false);
    Row after = new Row(true, Tap.FC7, Heads.SVM, false);
    ResampledRow nothing = row(before, 1, "cat", 0);
    ResampledRow cat = row(after, 1, "cat", 1);
    assertEquals(
        List.of(
            "Fine-tuning changes fc7 by +100.0 points.",
            "The best row is FT (fine-tuned) fc7, with an mAP of 100.0 %.",
            "The test set has only one image, so no difference can be told from chance."),
        sentences(nothing, cat));
    assertEquals(
        "Fine-tuning shows no effect that these test images can tell: fc7 scores exactly as before.",
        sentences(nothing, row(after, 1, "cat", 0)).get(0));
    List<Contrast> contrasts = Contrast.of(Step.FINE_TUNING, List.of(nothing, cat));
    String steps = html(new ContrastSection(contrasts)::appendTo);
    assertTrue(steps.contains(">+100.0</td>"), steps);
    assertFalse(steps.contains("class=\"range"), steps);
    ObjectNode tree = Json.object();
    ResultJson.putDifference(tree, contrasts.get(0));
    assertEquals(1, tree.get("estimate").asDouble());
    assertTrue(tree.get("low").isNull() && tree.get("high").isNull(), tree::toString);
  }

  @Test
  void withoutAnObjectThatCountsThereIsOneSentenceAndNoFigure() {
    ResampledRow before = row(new Row(false, Tap.FC7, Heads.SVM, false), 3, "dog", 1);
    ResampledRow after = row(new Row(true, Tap.FC7, Heads.SVM, false), 3, "dog", 1);
    assertEquals(
        List.of("The test images have no object that counts, so there is no mAP to compare."),
        sentences(before, after));
    Contrast contrast = new Contrast(Step.FINE_TUNING, before, after);
    assertTrue(AblationPage.headline(contrast, SeedRecord.empty()).isEmpty());
  }

  @Test
  void theJsonHasWhatEachStepAdds() {
    ObjectNode tree = Json.object();
    Contrast contrast =
        new Contrast(Step.FINE_TUNING, svm(false, Tap.FC7, 5), svm(true, Tap.FC7, 9));
    ResultJson.putDifference(tree, contrast);
    assertEquals("fine-tuning", tree.get("step").asText());
    assertEquals("fc7", tree.get("without").asText());
    assertEquals("FT fc7", tree.get("with").asText());
    assertEquals(0.4, tree.get("estimate").asDouble(), 1e-12);
    assertEquals(contrast.gain().low(), tree.get("low").asDouble());
    assertEquals(contrast.gain().high(), tree.get("high").asDouble());
  }

  @Test
  void aLossIsCalledALoss() {
    String first = sentences(svm(false, Tap.FC7, 9), svm(true, Tap.FC7, 5)).get(0);
    assertTrue(
        first.matches(
            "Fine-tuning lowers fc7 by 40\\.0 points \\(95 %: 3[2-5]\\.\\d to 4[5-8]\\.\\d\\)\\."),
        first);
  }

  @Test
  void rowsThatWereNotRunHaveNoSentences() {
    List<String> found = sentences(svm(false, Tap.POOL5, 3), svm(false, Tap.FC7, 5));
    assertEquals(1, found.size(), found.toString());
    assertTrue(found.get(0).startsWith("The best row is fc7, with an mAP of 50.0 % (95 %: "));
    assertTrue(
        sentences(svm(true, Tap.FC7, 5)).get(0).startsWith("The row is FT (fine-tuned) fc7, with"));
  }

  @Test
  void otherStepsAreComparedToo() {
    List<String> found =
        sentences(
            svm(true, Tap.FC7, 5),
            row(true, Tap.FC7, Heads.SVM, true, 9),
            row(true, Tap.FC7, Heads.SOFTMAX, false, 9));
    assertTrue(
        found
            .get(0)
            .startsWith("The best row is FT (fine-tuned) fc7 BB (with box regression), with"),
        found.get(0));
    assertTrue(
        found.get(1).startsWith("Box regression lifts FT fc7 by 40.0 points (95 %: 3"),
        found.get(1));
    assertEquals("SVMs lose to softmax on 1 of 1 kind of features.", found.get(2));
  }

  @Test
  void seedsOfFineTuningGiveARangeOfTheGain() {
    ResampledRow before = svm(false, Tap.FC7, 5);
    ResampledRow after = svm(true, Tap.FC7, 9);
    SeedRecord seeds =
        SeedRecord.of(
            Json.tree(
                Map.of(
                    "seeds",
                    Map.of(
                        "1", Map.of("fine-tuned fc7 svm", 0.9, "fine-tuned pool5 svm", 0.5),
                        "2", Map.of("fine-tuned fc7 svm", 0.7, "fine-tuned pool5 svm", 0.5)))));
    // The gains are 20 and 40: their mean's standard error is 10, Student's t of one degree of
    // freedom 12.706, so seeds alone leave -97.1 to 157.1. The images' range comes on top.
    Interval images = new Contrast(Step.FINE_TUNING, before, after).gain();
    Interval both = new Interval(0.3, 0.3 - 1.2706, 0.3 + 1.2706).widenedBy(images);
    assertTrue(
        new AblationFindings(
                List.of(before, after, svm(false, Tap.POOL5, 5), svm(true, Tap.POOL5, 5)), seeds)
            .sentences()
            .contains(
                "That is the seed that ran last; as the mean of 2 seeds of fine-tuning, fc7 gains 30.0"
                    + " points (95 %% over seeds and test images: %s)."
                        .formatted(Ranges.ends(both))));
    // The standard deviation of 70 and 90 is 14.1.
    String table = html(new AblationSection(List.of(before, after), seeds, false)::appendTo);
    assertTrue(table.contains(">80.0 ± 14.1 (2)</td>"), table);
    assertTrue(table.contains("mean and standard deviation"), table);
    // The page's figure is the mean of 20 and 40; that of the last seed stands below it.
    ReportPage.Headline mean =
        AblationPage.headline(new Contrast(Step.FINE_TUNING, before, after), seeds).orElseThrow();
    assertEquals("mean of 2 seeds of fine-tuning, on fc7", mean.name());
    assertEquals("+30.0", mean.value());
    assertEquals("points (%s)".formatted(Ranges.ends(both)), mean.unit());
    assertTrue(
        mean.remark()
            .startsWith(
                "in brackets 95 % over seeds and test images; the seed that ran last: +40.0 (95 %"
                    + " of resamples of the test images: 3"),
        mean.remark());
  }

  @Test
  void theFigureOfOneSeedHasItsRangeMetricAndOverlap() {
    Contrast contrast =
        new Contrast(Step.FINE_TUNING, svm(false, Tap.FC7, 5), svm(true, Tap.FC7, 9));
    ReportPage.Headline figure = AblationPage.headline(contrast, SeedRecord.empty()).orElseThrow();
    assertEquals("+40.0", figure.value());
    assertEquals("points (%s)".formatted(Ranges.ends(contrast.gain())), figure.unit());
    assertEquals(
        "in brackets 95 % of resamples of the test images; mAP from 50.0 to 90.0 %; VOC2010 AP"
            + " (area under the curve), IoU 0.5",
        figure.remark());
    String table =
        html(new AblationSection(List.of(contrast.with()), SeedRecord.empty(), false)::appendTo);
    assertTrue(table.contains("VOC2010 AP (area under the curve), IoU 0.5."), table);
  }

  @Test
  void theBestTheMiddleAndTheWorstPhotosAreShown() {
    assertEquals(
        new PhotoChoice<>(
            List.of(9, 8, 7, 6, 5, 3, 2, 1),
            "The 3 best test images, 2 in the middle and the 3 worst, by right detections less"
                + " wrong ones and missed objects."),
        PhotoChoice.ofQuality(List.of(1, 9, 2, 8, 3, 7, 4, 6, 5), score -> score));
    assertEquals(
        new PhotoChoice<>(
            List.of(2, 0, -3),
            "All test images with objects or detections, from the best to the worst, by right"
                + " detections less wrong ones and missed objects."),
        PhotoChoice.ofQuality(List.of(0, -3, 2), score -> score));
  }

  @Test
  void photosAreSaidToHaveGainedOrLostOnlyIfTheyHave() {
    assertEquals(
        new PhotoChoice<>(
            List.of(5, 3, 2, 1, -4, -1),
            "Counted in right detections less wrong ones, the first 4 photos gained most and the"
                + " last 2 photos lost most."),
        PhotoChoice.ofChanges(List.of(0, 1, -1, 2, 3, -4, 1, 5), gain -> gain));
    assertEquals(
        new PhotoChoice<>(
            List.of(2),
            "Counted in right detections less wrong ones, this photo gained most, and none lost."),
        PhotoChoice.ofChanges(List.of(0, 2, 0, 0, 0, 0), gain -> gain));
    assertEquals(
        new PhotoChoice<>(
            List.of(-2, -1),
            "Counted in right detections less wrong ones, these photos lost most, and none gained."),
        PhotoChoice.ofChanges(List.of(-1, -2, 0), gain -> gain));
    assertEquals(
        new PhotoChoice<>(
            List.of(0), "Counted in right detections less wrong ones, no photo gained or lost."),
        PhotoChoice.ofChanges(List.of(0), gain -> gain));
    assertEquals(
        new PhotoChoice<>(
            List.of(0, 0, 0, 0),
            "Counted in right detections less wrong ones, no photo gained or lost; these are the"
                + " first 4."),
        PhotoChoice.ofChanges(List.of(0, 0, 0, 0, 0, 0), gain -> gain));
  }

  @Test
  void onlyRowsThatDifferInOneStepAreContrasted() {
    List<ResampledRow> rows =
        List.of(
            svm(false, Tap.FC6, 5),
            svm(true, Tap.FC7, 6),
            row(false, Tap.FC7, Heads.SOFTMAX, false, 7),
            row(true, Tap.FC7, Heads.SVM, true, 8));
    assertEquals(List.of(), Contrast.of(Step.FINE_TUNING, rows));
    assertEquals(List.of(), Contrast.of(Step.SVM, rows));
    assertEquals(
        List.of(new Contrast(Step.BOX_REGRESSION, rows.get(1), rows.get(3))),
        Contrast.of(Step.BOX_REGRESSION, rows));
  }

  @Test
  void theBestOfAColumnIsBoldUnlessAllAreAlike() {
    List<ResampledRow> differing = List.of(svm(false, Tap.FC7, 5), svm(true, Tap.FC7, 6));
    String table = html(new AblationSection(differing, SeedRecord.empty(), false)::appendTo);
    assertTrue(table.contains("<b>60.0</b>") && !table.contains("<b>50.0</b>"), table);

    List<ResampledRow> alike = List.of(svm(false, Tap.FC7, 5), svm(true, Tap.FC7, 5));
    table = html(new AblationSection(alike, SeedRecord.empty(), false)::appendTo);
    assertTrue(table.contains("50.0") && !table.contains("<b>"), table);
  }

  @Test
  void thePapersRowsStandBelowTheirOwnAndHaveTheirOwnMeans() {
    List<ResampledRow> rows = List.of(svm(false, Tap.FC7, 5), svm(true, Tap.FC7, 6));
    String table = html(new AblationSection(rows, SeedRecord.empty(), true)::appendTo);
    assertTrue(table.indexOf(">44.7<") > table.indexOf(">fc7<"), table);
    assertTrue(table.indexOf(">54.2<") > table.indexOf(">FT fc7<"), table);
    assertFalse(
        html(new AblationSection(rows, SeedRecord.empty(), false)::appendTo).contains("44.7"));
    for (String name :
        List.of("pool5", "fc6", "fc7", "FT pool5", "FT fc6", "FT fc7", "FT fc7 BB")) {
      PaperTable.PaperRow paper = PaperTable.row(name).orElseThrow();
      double mean = paper.ap().values().stream().mapToDouble(ap -> ap).average().orElseThrow();
      // Printed means are of unrounded figures.
      assertEquals(paper.meanAp(), mean, 0.0006, name);
      assertEquals(VocClasses.NAMES, List.copyOf(paper.ap().keySet()), name);
    }
    assertTrue(PaperTable.row("FT fc7 softmax").isEmpty());
  }

  @Test
  void thePaperIsComparedWithOnItsOwnImagesAndByItsOwnMetricOnly(@TempDir Path folder)
      throws IOException {
    Path devkit = folder.resolve("VOCdevkit");
    Files.createDirectories(devkit.resolve("VOC2007"));
    ApMetric metric = ApMetric.VOC07;
    assertTrue(PaperTable.isBeside(devkit.toString(), List.of("cat", "dog"), metric));
    String inside = devkit.resolve("VOC2007").toString();
    assertTrue(PaperTable.isBeside(inside, List.of("cat"), metric));
    assertFalse(PaperTable.isBeside(devkit.toString(), List.of("cat", "Platelets"), metric));
    assertFalse(PaperTable.isBeside("generated scenes", List.of("cat"), metric));
    assertFalse(PaperTable.isBeside(inside, List.of("cat"), ApMetric.AREA), "another metric");
  }

  @Test
  void pagesLinkToEachOtherAndTheAblationGathersStudies(@TempDir Path folder) throws IOException {
    String page =
        "<html><body>\n<nav><a href=\"#ranges\">Ranges</a></nav><main><section id=\"ranges\"></section></main></body></html>";
    Files.writeString(folder.resolve("ablation.html"), page);
    RunPages.link(folder);
    assertEquals(page, Files.readString(folder.resolve("ablation.html")));

    Files.writeString(folder.resolve("report.html"), page);
    Files.writeString(folder.resolve("study-rate.html"), page);
    Files.writeString(
        folder.resolve("study-rate.json"),
        "{\"result\": {\"question\": \"How fast?\", \"finding\": \"<Slowly>\"}}");
    Files.writeString(
        folder.resolve("study-old.json"),
        "{\"result\": {\"rows\": [{\"label\": \"up:5\", \"mAP\": 0.4}, {\"label\": \"none\","
            + " \"mAP\": 0.3}]}}");
    Files.writeString(folder.resolve("study-broken.json"), "{");
    RunPages.link(folder);
    String linked = Files.readString(folder.resolve("ablation.html"));
    assertTrue(linked.contains("href=\"report.html\""), linked);
    assertTrue(linked.contains("href=\"study-rate.html\""), linked);
    assertTrue(linked.contains("<h3>How fast?</h3>\n<p>&lt;Slowly&gt;</p>"), linked);
    assertFalse(linked.contains("up:5"), "a study that does not say what it asks");
    assertTrue(linked.contains("One question each, answered by ablate --study."), linked);
    assertTrue(linked.indexOf("id=\"studies\"") < linked.indexOf("id=\"ranges\""), linked);
    assertTrue(
        linked.contains("<a href=\"#studies\">Studies</a>\n<!-- /studies --><a href=\"#ranges\">"),
        linked);
    assertTrue(Files.readString(folder.resolve("report.html")).contains("href=\"ablation.html\""));

    RunPages.link(folder);
    assertEquals(linked, Files.readString(folder.resolve("ablation.html")));
  }

  /** What a command wrote beside its page. */
  private static String basis(
      String testFingerprint, int testImages, String finetune, String threads, String result) {
    return """
        {"configuration": {"seed": 1, "threads": %s, "finetune": %s, "svm": {"cost": 0.001}},
         "data": {"train_fingerprint": "f00d", "train_images": 7, "test_fingerprint": "%s",
          "test_images": %d},
         "result": %s}
        """
        .formatted(threads, finetune, testFingerprint, testImages, result);
  }

  @Test
  void whatIsUnlikeTheAblationIsSaidOfStudiesAndTheReport(@TempDir Path folder) throws IOException {
    String page =
        "<html><body>\n<nav><a href=\"#ranges\">Ranges</a></nav><main><section id=\"ranges\"></section></main></body></html>";
    Files.writeString(folder.resolve("ablation.html"), page);
    Files.writeString(folder.resolve("report.html"), page);
    Files.writeString(
        folder.resolve("ablation.json"), basis("beef", 500, "{\"seed\": 3}", "0", "{}"));
    // Another number of threads changes no figure.
    Files.writeString(
        folder.resolve("manifest.json"), basis("beef", 500, "{\"seed\": 3}", "2", "{}"));
    Files.writeString(
        folder.resolve("study-cost.json"),
        basis(
            "beef",
            500,
            "{\"seed\": 3}",
            "0",
            "{\"question\": \"How dear?\", \"finding\": \"Cheap.\"}"));
    RunPages.link(folder);
    String same = Files.readString(folder.resolve("ablation.html"));
    assertTrue(same.contains("One question each, answered on the same images by ablate"), same);
    assertFalse(same.contains("Unlike"), same);

    Files.writeString(
        folder.resolve("manifest.json"),
        basis("beef", 500, "{\"seed\": 3, \"phases\": [{\"rate\": 0.1}]}", "0", "{}"));
    // The seed is the study's own question; on the first 100 images it was asked.
    Files.writeString(
        folder.resolve("study-seeds.json"),
        basis(
            "cafe",
            100,
            "{\"seed\": 0}",
            "0",
            """
            {"question": "Luck?", "finding": "Some.", "rows": [{"settings": {"finetune.seed": "1"}}]}
            """));
    Files.writeString(
        folder.resolve("study-cost.json"),
        basis("beef", 500, "{\"seed\": 0}", "0", "{\"question\": \"How dear?\"}"));
    RunPages.link(folder);
    String unlike = Files.readString(folder.resolve("ablation.html"));
    assertTrue(unlike.contains("One question each, answered by ablate --study."), unlike);
    assertTrue(
        unlike.contains("Unlike the figures above, it has 100 test images, not 500."), unlike);
    assertTrue(unlike.contains("Unlike the figures above, it has finetune.seed 0, not 3."), unlike);
    assertTrue(
        unlike.contains("Unlike this page, the report has finetune.phases.1.rate 0.1, not none."),
        unlike);
    RunPages.link(folder);
    assertEquals(unlike, Files.readString(folder.resolve("ablation.html")));
  }

  @Test
  void aSeedThatStandsForTheRunsIsTheRuns() throws IOException {
    PageBasis runs = new PageBasis(Json.parse(basis("beef", 1, "{\"seed\": 0}", "0", "{}")));
    PageBasis own = new PageBasis(Json.parse(basis("beef", 1, "{\"seed\": 1}", "0", "{}")));
    assertEquals(Optional.empty(), runs.unlike(own));
    assertTrue(runs.hasTheImagesOf(own));
  }
}
