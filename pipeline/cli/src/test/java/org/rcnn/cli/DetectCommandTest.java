package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;

/** The command {@code detect} with a detector that is trained in seconds, on generated scenes. */
@TestInstance(Lifecycle.PER_CLASS)
class DetectCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Path folder;
  private Path run;
  private Session trained;

  /** A folder of two photos, and another in a folder of its own. */
  private Path photos;

  private Path photo;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary;
    run = folder.resolve("run");
    Architectures.register("tiny-for-detect", DetectCommandTest::network);
    List<Object> words = new ArrayList<>(List.of("run", "--out", run, "--json", "-"));
    for (String setting :
        List.of(
            "data.demo-train=12",
            "data.demo-test=3",
            "proposals.mode=authors-fast",
            "proposals.max-boxes=100",
            "network.architecture=tiny-for-detect",
            "network.weights=none",
            "finetune.enabled=false",
            "features.layer=pool5",
            "svm.cost=1")) {
      words.add("--set");
      words.add(setting);
    }
    trained = Session.of(words.toArray()).done();
    List<Path> scenes;
    try (Stream<Path> files = Files.walk(run)) {
      scenes = files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
    photos = Files.createDirectories(folder.resolve("photos/inner")).getParent();
    photo = Files.copy(scenes.get(0), photos.resolve("a.jpg"));
    Files.copy(scenes.get(1), photos.resolve("b.JPG"));
    Files.copy(scenes.get(2), photos.resolve("inner/c.jpg"));
    Files.writeString(photos.resolve("notes.txt"), "no photo");
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder("tiny-for-detect", 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 16, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .scores("scores", classes)
        .build();
  }

  private Session detect(Object... more) {
    List<Object> words = new ArrayList<>(List.of("detect", "--model", run));
    words.addAll(List.of(more));
    return Session.of(words.toArray());
  }

  /** The results on standard output. */
  private JsonNode found(Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("--json", "-"));
    words.addAll(List.of(more));
    return JSON.readTree(detect(words.toArray()).done().out());
  }

  private static List<String> images(JsonNode results) {
    List<String> names = new ArrayList<>();
    results.forEach(result -> names.add(result.path("image").asText()));
    return names;
  }

  @Test
  void aRunGivesJsonAloneOnStandardOutputAndItsTextOnStandardError() throws IOException {
    JsonNode result = JSON.readTree(trained.out());
    assertTrue(result.path("mAP").isNumber());
    assertTrue(trained.err().contains("Network tiny-for-detect"), trained.err());
    assertTrue(trained.err().contains("run folder "), trained.err());
  }

  @Test
  void aRunSaysWhatItsThresholdsFind() throws IOException {
    JsonNode result = JSON.readTree(trained.out());
    JsonNode thresholds = result.path("thresholds");
    assertFalse(thresholds.isEmpty());
    for (JsonNode each : thresholds) {
      assertTrue(each.path("score").isNumber());
      double f1 = each.path("f1").asDouble();
      assertTrue(f1 >= 0 && f1 <= each.path("highest_f1").asDouble(1), each.toString());
    }
    assertTrue(trained.err().contains("precision  recall"), trained.err());
    String page = Files.readString(run.resolve("report.html"));
    assertTrue(page.contains("From which score a detection counts"));
  }

  @Test
  void theThresholdsDecideWhatIsShown() throws IOException {
    JsonNode thresholds = JSON.readTree(trained.out()).path("thresholds");
    int shown = 0;
    int above = 0;
    for (JsonNode result : found("--min-score", "-10", photos)) {
      for (JsonNode detection : result.path("detections")) {
        double least = thresholds.path(detection.path("class").asText()).path("score").asDouble();
        above += detection.path("score").asDouble() >= least ? 1 : 0;
      }
    }
    for (JsonNode result : found(photos)) {
      shown += result.path("detections").size();
    }
    assertTrue(above > 0);
    assertEquals(above, shown);
  }

  @Test
  void detectionsHaveAProbabilityThatCanBeAsked() throws IOException {
    JsonNode all = found("--min-score", "-10", photo).path(0).path("detections");
    double best = all.path(0).path("probability").asDouble();
    JsonNode likely = found("--min-probability", best, photo).path(0).path("detections");
    assertTrue(all.size() > likely.size());
    assertTrue(likely.size() > 0);
    likely.forEach(each -> assertTrue(each.path("probability").asDouble() >= best));
    detect("--min-probability", "1.5", photo).refused(2, "--min-probability");
  }

  @Test
  void theBestComeFirstAndTheirNumberCanBeLimited() throws IOException {
    JsonNode all = found("--min-score", "-10", photo).path(0).path("detections");
    for (int i = 1; i < all.size(); i++) {
      assertTrue(
          all.path(i - 1).path("probability").asDouble()
              >= all.path(i).path("probability").asDouble());
    }
    JsonNode two = found("--min-score", "-10", "--top", 2, photo).path(0).path("detections");
    assertEquals(List.of(all.path(0), all.path(1)), List.of(two.path(0), two.path(1)));
    assertEquals(2, two.size());
    detect("--top", "0", photo).refused(2, "--top must be at least 1");
  }

  @Test
  void fewerBoxesCanBeClassified() throws IOException {
    int all = found("--min-score", "-10", photo).path(0).path("detections").size();
    int few =
        found("--min-score", "-10", "--max-boxes", 20, photo).path(0).path("detections").size();
    assertTrue(few < all);
    assertTrue(few > 0);
  }

  @Test
  void aFolderStandsForItsPhotos() throws IOException {
    assertEquals(
        List.of(photos.resolve("a.jpg").toString(), photos.resolve("b.JPG").toString()),
        images(found(photos)));
  }

  @Test
  void aPatternReachesInnerFolders() throws IOException {
    assertEquals(
        List.of(photos.resolve("inner/c.jpg").toString()), images(found(photos + "/**/*.jpg")));
    assertEquals(List.of(photos.resolve("a.jpg").toString()), images(found(photos + "/[ax].*")));
  }

  @Test
  void theTableHasAHeaderAndALineForEachPhoto() {
    Session session = detect(photo).done();
    List<String> lines = session.out().lines().toList();
    assertEquals(
        List.of("score", "probability", "class", "xmin", "ymin", "xmax", "ymax"),
        List.of(lines.get(0).strip().split(" +")));
    assertTrue(lines.get(1).matches(".*a\\.jpg: \\d+ detections?"), lines.get(1));
    for (String line : lines.subList(2, lines.size())) {
      assertEquals(7, line.strip().split(" +").length, line);
    }
  }

  @Test
  void oneFailedInputMakesTheStatusOneAndIsNamed() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.jpg"), "no photo");
    Path json = folder.resolve("three.json");
    Session session = detect("--json", json, broken, photo, folder.resolve("missing.jpg"));
    session.refused(1, "2 of 3 inputs failed: " + broken + ", " + folder.resolve("missing.jpg"));
    assertTrue(session.out().contains("a.jpg: "), session.out());
    assertEquals(List.of(photo.toString()), images(Session.json(json)));
  }

  @Test
  void strictlyTheFirstFailureEndsTheCommand() {
    Session session = detect("--strict", folder.resolve("missing.jpg"), photo);
    session.refused(1, "missing.jpg");
    assertFalse(session.out().contains("a.jpg"), session.out());
  }

  @Test
  void whatNamesNoPhotoFails() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    detect(empty, photo).refused(1, "There is no photo in the folder " + empty);
    detect(photos + "/*.gif", photo).refused(1, "No photo or video matches");
    assertEquals("[]", detect("--json", "-", empty).out().strip());
  }

  @Test
  void aVideoThatCannotBeReadFailsWithAWayOut() throws IOException {
    Path video = Files.writeString(folder.resolve("clip.mp4"), "no video");
    detect(video).refused(1, "cannot be read as a video");
  }

  @Test
  void framesOfAVideoAreNamedByTheirNumbers() throws IOException {
    Path video = MotionJpeg.write(folder.resolve("clip.avi"), Files.readAllBytes(photo), 5);
    JsonNode results = found("--every", 2, "--draw", folder.resolve("drawn"), video);
    assertEquals(List.of(video + "#0", video + "#2", video + "#4"), images(results));
    assertEquals(2, results.path(1).path("frame").asInt());
    assertEquals(results.path(0).path("detections"), results.path(1).path("detections"));
    assertTrue(Files.exists(folder.resolve("drawn/clip.avi-000004.png")));
    assertEquals(1, images(found("--frames", 1, video)).size());
  }

  @Test
  void aFullDeviceIsAFailure() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    assertEquals(1, toFull(full, "detect", "--model", run.toString(), photo.toString()));
    assertEquals(
        1, toFull(full, "detect", "--model", run.toString(), "--json", "-", photo.toString()));
    assertEquals(1, toFull(full, "weights", "download"));
    assertEquals(1, toFull(full, "--help"));
    detect("--json", full, photo).refused(1, full.toString());
  }

  private static int toFull(Path full, String... words) throws IOException {
    PrintStream out = System.out;
    PrintStream err = System.err;
    try (PrintStream device =
        new PrintStream(new FileOutputStream(full.toFile()), false, StandardCharsets.UTF_8)) {
      System.setOut(device);
      System.setErr(new PrintStream(PrintStream.nullOutputStream()));
      return Main.run(words);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
