package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    List<Annotation> split = new ArrayList<>();
    Map<String, List<Detection>> found = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      String id = "image" + i;
      split.add(new Annotation(id, 20, 20, List.of(new GroundTruth("cat", BOX, false, false))));
      if (i % 10 < ofTen) {
        found.put(id, List.of(new Detection("cat", 1, BOX)));
      }
    }
    return new ResampledRow(
        new Row(finetuned, layer, head, bbox),
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
    // Of 200 images, a share of 0.4 changes: the range is about ± 2 · sqrt(0.4 · 0.6 / 200) = 6.9.
    assertTrue(
        first.matches(
            "Fine-tuning lifts fc7 by 40\\.0 ± [67]\\.\\d points and fc6 by 30\\.0 ± [67]\\.\\d;"
                + " pool5 scores exactly as before\\."),
        first);
  }

  @Test
  void aLossIsCalledALoss() {
    String first = sentences(svm(false, Tap.FC7, 9), svm(true, Tap.FC7, 5)).get(0);
    assertTrue(first.matches("Fine-tuning lowers fc7 by 40\\.0 ± [67]\\.\\d points\\."), first);
  }

  @Test
  void rowsThatWereNotRunHaveNoSentences() {
    List<String> found = sentences(svm(false, Tap.POOL5, 3), svm(false, Tap.FC7, 5));
    assertEquals(1, found.size(), found.toString());
    assertTrue(
        found
            .get(0)
            .startsWith("The best row is pre-trained fc7 svm, with an mAP of 50.0 % (95 %: "));
    assertTrue(sentences(svm(true, Tap.FC7, 5)).get(0).startsWith("The row is fine-tuned fc7 svm"));
  }

  @Test
  void otherStepsAreComparedToo() {
    List<String> found =
        sentences(
            svm(true, Tap.FC7, 5),
            row(true, Tap.FC7, Heads.SVM, true, 9),
            row(true, Tap.FC7, Heads.SOFTMAX, false, 9));
    assertTrue(
        found.get(1).matches("Box regression lifts FT fc7 by 40\\.0 ± [67]\\.\\d points\\."),
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
    assertTrue(
        new AblationFindings(
                List.of(before, after, svm(false, Tap.POOL5, 5), svm(true, Tap.POOL5, 5)), seeds)
            .sentences()
            .contains(
                "Over 2 seeds of fine-tuning, the gain of fc7 goes from 20.0 to 40.0 points."));
    // The standard deviation of 70 and 90 is 14.1.
    String table = html(new AblationSection(List.of(before, after), seeds, false)::appendTo);
    assertTrue(table.contains(">80.0 ± 14.1 (2)</td>"), table);
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
  void thePaperIsComparedWithOnItsOwnImagesOnly(@TempDir Path folder) throws IOException {
    Path devkit = folder.resolve("VOCdevkit");
    Files.createDirectories(devkit.resolve("VOC2007"));
    assertTrue(PaperTable.isOn(devkit.toString(), List.of("cat", "dog")));
    assertTrue(PaperTable.isOn(devkit.resolve("VOC2007").toString(), List.of("cat")));
    assertFalse(PaperTable.isOn(devkit.toString(), List.of("cat", "Platelets")));
    assertFalse(PaperTable.isOn("generated scenes", List.of("cat")));
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
    assertTrue(linked.contains("The mAP goes from 30.0 (none) to 40.0 (up:5)."), linked);
    assertTrue(linked.indexOf("id=\"studies\"") < linked.indexOf("id=\"ranges\""), linked);
    assertTrue(
        linked.contains("<a href=\"#studies\">Studies</a>\n<!-- /studies --><a href=\"#ranges\">"),
        linked);
    assertTrue(Files.readString(folder.resolve("report.html")).contains("href=\"ablation.html\""));

    RunPages.link(folder);
    assertEquals(linked, Files.readString(folder.resolve("ablation.html")));
  }
}
