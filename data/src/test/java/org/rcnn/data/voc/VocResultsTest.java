package org.rcnn.data.voc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.SharedData;

class VocResultsTest {

  @TempDir Path folder;

  @Test
  void lineIsImageScoreAndInclusiveCorners() throws IOException {
    Files.writeString(
        folder.resolve("my_det_test_cat.txt"), "000001 -1.5 1 2 30 40\r\n\n0002 .5 1 1 1 1\n");
    VocResults results = VocResults.read(folder, "test");
    assertEquals(List.of("cat"), results.classes());
    assertEquals(
        List.of(
            new VocResults.Line("000001", new Detection("cat", -1.5, new Box(0, 1, 30, 40))),
            new VocResults.Line("0002", new Detection("cat", 0.5, new Box(0, 0, 1, 1)))),
        results.lines("cat"));
    assertEquals(List.of(), results.lines("dog"));
  }

  @Test
  void scoresReadBackExactlyAndEveryClassHasAFile() throws IOException {
    Random random = new Random(5);
    Map<String, List<Detection>> detections = new LinkedHashMap<>();
    for (int image = 0; image < 50; image++) {
      double x = random.nextInt(100);
      double y = random.nextInt(100);
      Box box = new Box(x, y, x + 1 + random.nextInt(50), y + 1 + random.nextInt(50));
      detections.put(
          "image" + random.nextInt(),
          List.of(
              new Detection("cat", random.nextGaussian(), box),
              new Detection("cat", (float) random.nextGaussian(), box)));
    }
    VocResults written = VocResults.ofImages(List.of("dog", "cat"), detections);
    written.write(folder, "my_split");
    VocResults read = VocResults.read(folder, "my_split");
    assertEquals(List.of("cat", "dog"), read.classes());
    assertEquals(written.lines("cat"), read.lines("cat"), "seed 5");
    assertEquals(detections, read.byImage(), "seed 5");
    assertTrue(Files.exists(folder.resolve("comp4_det_my_split_dog.txt")));
  }

  @Test
  void malformedLineIsNamedByFileAndNumber() throws IOException {
    Path file = folder.resolve("comp4_det_test_cat.txt");
    Files.writeString(file, "a 1 1 1 1 1\na 1 1 1 1\n");
    assertEquals(
        file
            + ":2: a line needs image, score, xmin, ymin, xmax and ymax, but this one has 5 fields.",
        refusal("test"));
    Files.writeString(file, "a one 1 1 1 1\n");
    assertEquals(file + ":1: 'one' is not a number.", refusal("test"));
    Files.writeString(file, "a NaN 1 1 1 1\n");
    assertTrue(refusal("test").startsWith(file + ":1: A detection's score must be a number"));
  }

  @Test
  void imagesMayHaveAnyName() throws IOException {
    Map<String, List<Detection>> detections = new LinkedHashMap<>();
    for (String id : List.of("Bild 1 ä", "frame 0", "写真", "a  b", "-1")) {
      detections.put(id, List.of(new Detection("cat", 0.5, new Box(0, 0, 1, 1))));
    }
    VocResults.ofImages(List.of("cat"), detections).write(folder, "test");
    assertEquals(detections, VocResults.read(folder, "test").byImage());
    Files.writeString(folder.resolve("comp4_det_test_cat.txt"), "\uFEFFa .5 1 1 1 1\n");
    assertEquals("a", VocResults.read(folder, "test").lines("cat").get(0).imageId());
    // What older tools write.
    Files.write(
        folder.resolve("comp4_det_test_cat.txt"),
        "f\u00f6to .5 1 1 1 1\n".getBytes(StandardCharsets.ISO_8859_1));
    assertEquals("f\u00f6to", VocResults.read(folder, "test").lines("cat").get(0).imageId());
  }

  @Test
  void utf16IsReadByItsMarkAndRefusedWithoutIt() throws IOException {
    Path file = folder.resolve("comp4_det_test_cat.txt");
    Files.write(file, "写真 .5 1 1 1 1\r\n".getBytes(StandardCharsets.UTF_16));
    assertEquals("写真", VocResults.read(folder, "test").lines("cat").get(0).imageId());
    Files.write(file, "a .5 1 1 1 1\n".getBytes(StandardCharsets.UTF_16LE));
    assertTrue(refusal("test").contains("save it as UTF-8"));
  }

  @Test
  void missingFilesAndTwoFilesForOneClassAreRefused() throws IOException {
    assertTrue(refusal("test").contains("holds no result file *_det_test_CLASS.txt"));
    Files.writeString(folder.resolve("comp3_det_test_cat.txt"), "");
    Files.writeString(folder.resolve("comp4_det_test_cat.txt"), "");
    assertTrue(refusal("test").contains("two result files for class 'cat'"));
  }

  @Test
  void detectionOfAnUnknownClassIsRefused() {
    Map<String, List<Detection>> detections =
        Map.of("a", List.of(new Detection("dog", 1, new Box(0, 0, 1, 1))));
    assertThrows(
        IllegalArgumentException.class, () -> VocResults.ofImages(List.of("cat"), detections));
  }

  @Test
  void parityFilesAreRead() throws IOException {
    VocResults results = VocResults.read(SharedData.find("parity/case-1/results"), "test");
    assertEquals(List.of("car", "cat", "dog"), results.classes());
    assertEquals(
        new Detection("car", 0.41389, Box.ofVoc(18, 271, 74, 286)),
        results.byImage().get("000002").get(0));
  }

  private String refusal(String split) {
    return assertThrows(IOException.class, () -> VocResults.read(folder, split)).getMessage();
  }
}
