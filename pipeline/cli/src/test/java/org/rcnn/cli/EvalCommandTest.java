package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rcnn.data.SharedData;

class EvalCommandTest {

  @TempDir Path folder;
  private Path data;
  private Path results;

  @BeforeEach
  void catIsFoundAndDogIsMissedOnce() throws IOException {
    data = SmallDevkit.in(folder.resolve("kit"));
    results = Files.createDirectories(folder.resolve("results"));
    // VOC corners of the cat's box: 1-based, inclusive.
    Files.writeString(results.resolve("comp4_det_test_cat.txt"), "a 0.9 11 11 50 40\n");
    Files.writeString(
        results.resolve("comp4_det_test_dog.txt"), "b 0.9 1 1 5 5\nb 0.8 21 6 60 50\n");
  }

  @Test
  void printsTheTableAndWritesTheNumbers() throws IOException {
    Path json = folder.resolve("eval.json");
    Session session =
        Session.of("eval", "--data", data, "--split", "test", "--detections", results).done();
    assertTrue(
        session.out().contains("cat    1.0000        1          0         1         0"),
        session.out());
    assertTrue(session.out().contains("mAP    0.7500"), session.out());

    Session.of("eval", "--data", data, "--split", "test", "--detections", results, "--json", json)
        .done();
    JsonNode tree = Session.json(json);
    assertEquals("voc07", tree.get("metric").asText());
    assertEquals(0.5, tree.get("iou").doubleValue());
    // The dog's only true positive comes second: precision 1/2 at every recall.
    assertEquals(0.75, tree.get("mAP").doubleValue(), 1e-12);
    assertEquals(1, tree.get("ap").get("cat").doubleValue(), 1e-12);
    assertEquals(0.5, tree.get("ap").get("dog").doubleValue(), 1e-12);
    assertEquals(2, tree.get("images").intValue());
    assertTrue(tree.get("mAP").isNumber());
  }

  @Test
  void cocosSummaryIsPrintedWithItsCaveatAndWritten() throws IOException {
    String difficult = Files.readString(data.resolve("Annotations/a.xml"));
    Files.writeString(
        data.resolve("Annotations/a.xml"),
        difficult.replace(
            "</annotation>",
            """
            <object><name>cat</name><difficult>1</difficult><bndbox>
            <xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object>
            </annotation>"""));
    Path json = folder.resolve("eval.json");
    Session session =
        Session.of(
                "eval",
                "--data",
                data,
                "--split",
                "test",
                "--detections",
                results,
                "--coco",
                "--json",
                json)
            .done();
    assertTrue(session.out().contains("AP50      0.7500"), session.out());
    assertTrue(session.out().contains("1 objects: Difficult objects are COCO's crowds"));
    JsonNode coco = Session.json(json).get("coco");
    assertEquals("crowds", coco.get("difficult").asText());
    assertEquals(0.75, coco.get("AP50").doubleValue(), 1e-12);
    assertEquals(1, coco.get("AR100").doubleValue(), 1e-12);
    assertEquals(0.5, coco.get("AR1").doubleValue(), 1e-12);
    assertTrue(coco.get("APlarge").isNull());
    assertEquals(0.5, coco.get("ap").get("dog").doubleValue(), 1e-12);

    assertTrue(
        Session.of(
                "eval",
                "--data=" + data,
                "--split=test",
                "--detections=" + results,
                "--coco=ignored")
            .done()
            .out()
            .contains("Difficult objects are ignored"));
  }

  @Test
  void errorsByTheirKindsArePrintedAndWritten() throws IOException {
    Path json = folder.resolve("eval.json");
    Session session =
        Session.of(
                "eval",
                "--data",
                data,
                "--split",
                "test",
                "--detections",
                results,
                "--tide",
                "--json",
                json)
            .done();
    assertTrue(session.out().contains("background              1  0.2500"), session.out());
    JsonNode tide = Session.json(json).get("tide");
    assertEquals(0.75, tide.get("AP").doubleValue(), 1e-12);
    assertEquals(0.25, tide.get("dAP").get("background").doubleValue(), 1e-12);
    assertEquals(0.25, tide.get("dAP").get("false-positives").doubleValue(), 1e-12);
    assertEquals(1, tide.get("errors").get("background").intValue());
    assertTrue(Session.json(json).get("coco") == null);
  }

  @Test
  void missingResultFileScoresNothingAndIsTold() throws IOException {
    Files.delete(results.resolve("comp4_det_test_dog.txt"));
    Path json = folder.resolve("eval.json");
    Session.of("eval", "--data", data, "--split", "test", "--detections", results, "--json", json)
        .done();
    JsonNode tree = Session.json(json);
    assertEquals(0.5, tree.get("mAP").doubleValue(), 1e-12);
    assertTrue(tree.get("problems").get(0).asText().contains("no result file of class 'dog'"));
  }

  @Test
  void unreadableAnnotationIsToldAndItsImageNotScored() throws IOException {
    Files.writeString(data.resolve("Annotations/b.xml"), "<annotation><obj");
    Path json = folder.resolve("eval.json");
    Session.of("eval", "--data", data, "--split", "test", "--detections", results, "--json", json)
        .done();
    JsonNode tree = Session.json(json);
    assertEquals(1, tree.get("images").intValue());
    assertEquals(1, tree.get("mAP").doubleValue(), 1e-12);
    assertTrue(tree.get("problems").get(0).asText().contains("b.xml"));
  }

  @Test
  void malformedLineIsNamedByFileAndNumber() throws IOException {
    Files.writeString(
        results.resolve("comp4_det_test_cat.txt"), "a 0.9 11 11 50 40\na 0.8 eleven 11 50 40\n");
    Session.of("eval", "--data", data, "--split", "test", "--detections", results)
        .refused(1, "comp4_det_test_cat.txt:2: 'eleven' is not a number.");
  }

  @Test
  void detectionsOfAnotherSplitAreRefused() throws IOException {
    Files.writeString(results.resolve("comp4_det_test_cat.txt"), "z 0.9 11 11 50 40\n");
    Session.of("eval", "--data", data, "--split", "test", "--detections", results)
        .refused(1, "detections for the image \"z\"");
  }

  @Test
  void splitThatARunDrewIsReadFromItsFolder() throws IOException {
    Files.delete(data.resolve("ImageSets/Main/test.txt"));
    Path run = folder.resolve("run");
    Path lists = Files.createDirectories(run.resolve("ImageSets/Main"));
    Files.writeString(lists.resolve("test.txt"), "a\nb\n");
    Files.writeString(run.resolve("config.yaml"), "");
    Path found = Files.createDirectories(run.resolve("detections")).resolve("0123456789ab");
    Files.move(results, found);
    Session session =
        Session.of("eval", "--data", data, "--split", "test", "--detections", found).done();
    assertTrue(session.out().contains("split test as drawn by the run"), session.out());
    assertTrue(session.out().contains("mAP    0.7500"), session.out());
  }

  @Test
  void missingFoldersAndSplitsAreFailures() {
    Session.of("eval", "--data", folder.resolve("x"), "--split", "test", "--detections", results)
        .refused(1, "There is no folder " + folder.resolve("x"));
    Session.of("eval", "--data", data, "--split", "test", "--detections", folder.resolve("x"))
        .refused(1, "There is no folder " + folder.resolve("x"));
    Session.of("eval", "--data", data, "--split", "val", "--detections", results)
        .refused(1, "There is no split 'val'");
    Session.of("eval", "--data", data, "--split", "empty", "--detections", results)
        .refused(1, "names no image");
  }

  @Test
  void wrongOptionsAreWrongUsage() {
    Session.of("eval", "--data", data, "--split", "test").refused(2, "--detections");
    Session.of("eval", "--data", data, "--split", "test", "--detections", results, "--iou", "0")
        .refused(2, "The IoU threshold must be above 0 and at most 1");
    Session.of("eval", "--data", data, "--split", "test", "--detections", results, "--iou", "x")
        .refused(2, "--iou");
    Session.of("eval", "--data", data, "--split", "test", "--detections", results, "--metric", "x")
        .refused(2, "--metric");
    Session.of(
            "eval",
            "--data=" + data,
            "--split=test",
            "--detections=" + results,
            "--metric=coco",
            "--iou=0.7")
        .refused(2, "--iou does nothing for coco");
    Session.of(
            "eval", "--data", data, "--split", "test", "--detections", results, "--colour", "red")
        .refused(2, "`rcnn eval` has no option --colour.");
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4"})
  void agreesWithAnIndependentImplementation(int number) throws IOException {
    Path parity = SharedData.find("parity/case-" + number);
    JsonNode expected = Session.json(parity.resolve("expected.json"));
    assertEquals(2, expected.size());
    for (Map.Entry<String, JsonNode> metric : expected.properties()) {
      Path json = folder.resolve(metric.getKey() + ".json");
      Session.of(
              "eval",
              "--data",
              parity,
              "--split",
              "test",
              "--detections",
              parity.resolve("results"),
              "--metric",
              metric.getKey(),
              "--json",
              json)
          .done();
      JsonNode tree = Session.json(json);
      assertEquals(metric.getKey(), tree.get("metric").asText());
      assertEquals(metric.getValue().size() - 1, tree.get("ap").size());
      for (Map.Entry<String, JsonNode> value : metric.getValue().properties()) {
        JsonNode actual =
            value.getKey().equals("mAP") ? tree.get("mAP") : tree.get("ap").get(value.getKey());
        assertEquals(value.getValue().doubleValue(), actual.doubleValue(), 1e-9, value.getKey());
      }
    }
  }
}
