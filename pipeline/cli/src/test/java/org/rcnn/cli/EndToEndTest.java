package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.ComputeDevice;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.pipeline.Detector;
import org.rcnn.pipeline.Detector.Cut;
import org.rcnn.pipeline.Detector.Options;

/** The real chain on the embedded demo at reduced size. */
@TestInstance(Lifecycle.PER_CLASS)
class EndToEndTest {

  private static final List<String> STAGES =
      List.of(
          "proposals",
          "finetune",
          "features",
          "later-features",
          "svm",
          "bbox",
          "detections",
          "thresholds");

  private Path folder;
  private Path first;

  private int run(Path out, String... more) {
    return command("run", out, more);
  }

  private int command(String name, Path out, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                name,
                "--out",
                out.toString(),
                "--json",
                out + ".json",
                "--set",
                "data.demo-train=12",
                "--set",
                "data.demo-test=4",
                "--set",
                "proposals.max-boxes=120",
                "--set",
                "finetune.phases=[{iterations: 12}]",
                "--set",
                "svm.retrain-after=300",
                "--set",
                "threads=2"));
    arguments.addAll(List.of(more));
    return Main.run(arguments.toArray(String[]::new));
  }

  @BeforeAll
  void runTheDemo(@TempDir Path temporary) {
    folder = temporary;
    first = folder.resolve("first");
    assertEquals(0, run(first));
  }

  @Test
  void checkReadsTheLabelDoubtsOfARun() throws IOException {
    Path json = folder.resolve("check.json");
    Session.of("data", "check", first, "--json", json).done();
    JsonNode tree = Session.json(json);
    assertEquals(16, tree.path("images").asInt());
    assertTrue(tree.path("label_doubts").isArray());
    assertEquals(120, tree.path("search").path("max_boxes").asInt());
  }

  @Test
  void aRunLeavesItsResultsInItsFolder() throws IOException {
    JsonNode result = new ObjectMapper().readTree(folder.resolve("first.json").toFile());
    double mAp = result.path("mAP").asDouble(-1);
    assertTrue(mAp >= 0 && mAp <= 1, "mAP " + mAp);
    assertTrue(result.path("ap").size() >= 2);
    for (String stage : STAGES) {
      assertTrue(result.path("seconds").path(stage).isNumber(), stage);
    }
    assertTrue(result.path("peak_memory_bytes").asLong() > 1 << 20);
    for (String file :
        List.of("config.yaml", "manifest.json", "report.html", "model-card.md", "detector.rcnn")) {
      assertTrue(Files.size(first.resolve(file)) > 100, file);
    }
  }

  @Test
  void theManifestSaysHowTheNetworkRan() throws IOException {
    JsonNode manifest = new ObjectMapper().readTree(first.resolve("manifest.json").toFile());
    assertEquals("auto", manifest.at("/configuration/features/execution").asText());
    String taken =
        Execution.AUTO.on(ComputeDevice.CPU, Architectures.byName("alexnet64-fc1024", 7)).label();
    assertEquals(taken, manifest.at("/execution/train").asText());
    assertEquals(taken, manifest.at("/execution/test").asText());
    String row = "<dt>execution</dt><dd>" + taken + "</dd>";
    assertTrue(
        Files.readString(first.resolve("report.html")).replaceAll("\\s*<d", "<d").contains(row));
  }

  @Test
  void theSameSeedGivesTheSameBytes() throws IOException {
    Path second = folder.resolve("second");
    assertEquals(0, run(second));
    for (String stage : STAGES) {
      List<Path> made = artifacts(first.resolve(stage));
      assertTrue(!made.isEmpty(), stage);
      for (Path file : made) {
        Path twin = second.resolve(first.relativize(file).toString());
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(twin), file.toString());
      }
    }
    assertArrayEquals(
        Files.readAllBytes(first.resolve("detector.rcnn")),
        Files.readAllBytes(second.resolve("detector.rcnn")));
  }

  @Test
  void aFinishedRunIsNotComputedAgain() throws IOException {
    List<FileTime> before = times();
    assertEquals(0, run(first));
    assertEquals(before, times());
  }

  @Test
  void aStudyTrainsOnTheFeaturesThatAreThereAndLeavesTableAndPlot() throws IOException {
    Path studied = folder.resolve("studied");
    copy(first, studied);
    assertEquals(0, command("ablate", studied, "--study", "negative-iou=0.3,0.7"));
    JsonNode result = new ObjectMapper().readTree(folder.resolve("studied.json").toFile());
    assertEquals("negative-iou", result.path("study").asText());
    assertEquals(4, result.path("rows").size());
    JsonNode paper = result.path("rows").path(0);
    JsonNode standard = result.path("rows").path(3);
    assertEquals("0.3", paper.path("settings").path("svm.negative-iou").asText());
    assertEquals("0.0", paper.path("settings").path("svm.positive-iou").asText());
    assertEquals(0, paper.path("samples").path("proposals").asInt());
    assertEquals("0.7", standard.path("settings").path("svm.positive-iou").asText());
    assertTrue(standard.path("samples").path("proposals").asInt() > 0);
    assertEquals(0, standard.path("samples").path("ignored").asInt());
    assertTrue(standard.path("seconds").asDouble() > 0);
    // The project's default is the run's own SVMs; three trainings are new.
    assertEquals(4, files(studied.resolve("svm"), ".model").size());
    assertEquals(
        files(first.resolve("features"), ".bin").size(),
        files(studied.resolve("features"), ".bin").size());
    for (String ending : List.of("json", "md", "html", "svg")) {
      assertTrue(Files.size(studied.resolve("study-negative-iou." + ending)) > 500, ending);
    }
  }

  @Test
  void theTestImagesAloneMayBeComputedInBfloat16() throws IOException {
    Path tested = folder.resolve("tested");
    copy(first, tested);
    assertEquals(0, command("features", tested, "--set", "features.test-execution=bf16"));
    List<Path> before =
        files(first.resolve("features"), "pool5.bin").stream().map(first::relativize).toList();
    List<Path> after =
        new ArrayList<>(
            files(tested.resolve("features"), "pool5.bin").stream()
                .map(tested::relativize)
                .toList());
    assertTrue(after.removeAll(before));
    assertEquals(1, after.size());
    // As many regions as the test images have, and other values than the plain ones.
    try (FeatureStore fast = FeatureStore.open(tested.resolve(after.get(0)))) {
      String image = imageId(firstTestImage());
      float[] values = values(fast, image);
      float[] plain = null;
      for (Path other : before) {
        try (FeatureStore store = FeatureStore.open(first.resolve(other))) {
          plain = store.contains(image) ? values(store, image) : plain;
        }
      }
      assertEquals(plain.length, values.length);
      assertArrayEquals(plain, values, 0.5f);
      assertFalse(Arrays.equals(plain, values));
    }
  }

  private static String imageId(Path photo) {
    return photo.getFileName().toString().replace(".jpg", "");
  }

  private static float[] values(FeatureStore store, String image) throws IOException {
    float[] values = new float[store.rows(image) * store.dimension()];
    store.read(image, values);
    return values;
  }

  private static List<Path> files(Path stage, String ending) throws IOException {
    return artifacts(stage).stream().filter(file -> file.toString().endsWith(ending)).toList();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** When each artifact was written. */
  private List<FileTime> times() throws IOException {
    List<FileTime> times = new ArrayList<>();
    for (String stage : STAGES) {
      for (Path file : artifacts(first.resolve(stage))) {
        times.add(Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void theTrainedDetectorGivesTheRunsOwnDetections() throws IOException {
    Path photo = firstTestImage();
    try (Detector detector = Detector.load(first)) {
      RgbImage image = ImageFiles.read(photo);
      List<Detection> found = detector.detect(image, Cut.NONE);
      assertTrue(!found.isEmpty());
      for (Detection detection : found) {
        assertTrue(detector.classes().contains(detection.className()));
        assertTrue(detection.box().xMin() >= 0 && detection.box().xMax() <= image.width());
      }
      assertEquals(found, detector.detect(image, Cut.NONE));
      String id = imageId(photo);
      int compared = 0;
      for (String className : detector.classes()) {
        double ofRun = bestScoreOfTheRun(className, id);
        double alone = best(found, className);
        // Of a whole set a class keeps its best boxes; a photo alone has a lowest score, -1.1.
        assertTrue(ofRun > -1.08 == alone > -1.08 || Double.isNaN(ofRun), className);
        if (ofRun > -1.08 && alone > -1.08) {
          // The run's features were stored in half precision, so scores agree to three digits.
          assertEquals(ofRun, alone, 0.02, className);
          compared++;
        }
      }
      assertTrue(compared > 0);
    }
    Path json = folder.resolve("found.json");
    // Of the same name in another folder; its picture must not take the first one's place.
    Path namesake =
        Files.createDirectories(folder.resolve("elsewhere")).resolve(photo.getFileName());
    Files.copy(photo, namesake);
    assertEquals(
        0,
        Main.run(
            "detect",
            "--model",
            first.toString(),
            "--min-score",
            "-10",
            "--execution",
            "bf16",
            "--draw",
            folder.resolve("drawn").toString(),
            "--json",
            json.toString(),
            photo.toString(),
            namesake.toString()));
    JsonNode found = new ObjectMapper().readTree(json.toFile());
    assertEquals(4, found.path(0).path("detections").path(0).path("box").size());
    assertEquals(2, artifacts(folder.resolve("drawn")).size());
  }

  @ParameterizedTest
  // The program comes without ONNX Runtime; OnnxExecutionTest of cnn-finetune has it.
  @EnumSource(value = Execution.class, mode = EnumSource.Mode.EXCLUDE, names = "ONNX")
  void everyWayThroughTheNetworkFindsNearlyTheSame(Execution execution) throws IOException {
    RgbImage image = ImageFiles.read(firstTestImage());
    Options plain = Options.standard().withExecution(Execution.PLAIN);
    try (Detector exact = Detector.load(first, plain);
        Detector other = Detector.load(first, plain.withExecution(execution))) {
      List<Detection> expected = exact.detect(image, Cut.NONE);
      List<Detection> found = other.detect(image, Cut.NONE);
      assertFalse(expected.isEmpty());
      if (execution == Execution.PLAIN) {
        assertEquals(expected, found);
      }
      double tolerance = execution == Execution.BF16 ? 0.1 : 1e-4;
      for (Detection one : expected) {
        // What is suppressed can change where two boxes score nearly the same.
        boolean again =
            found.stream()
                .filter(candidate -> candidate.className().equals(one.className()))
                .filter(candidate -> candidate.box().iou(one.box()) > 0.7)
                .anyMatch(candidate -> Math.abs(candidate.score() - one.score()) < tolerance);
        assertTrue(again || one.score() < -0.5, one + " is not found " + execution);
      }
    }
  }

  private static double best(List<Detection> found, String className) {
    return found.stream()
        .filter(detection -> detection.className().equals(className))
        .mapToDouble(Detection::score)
        .max()
        .orElse(Double.NaN);
  }

  /** The highest score that the run's result files give a class in an image. */
  private double bestScoreOfTheRun(String className, String imageId) throws IOException {
    Path file =
        artifacts(first.resolve("detections")).stream()
            .filter(path -> path.toString().endsWith("_det_test_" + className + ".txt"))
            .findFirst()
            .orElseThrow();
    return Files.readAllLines(file).stream()
        .map(line -> line.split(" "))
        .filter(parts -> parts[0].equals(imageId))
        .mapToDouble(parts -> Double.parseDouble(parts[1]))
        .max()
        .orElse(Double.NaN);
  }

  private Path firstTestImage() throws IOException {
    try (Stream<Path> data = Files.list(first)) {
      Path devkit =
          data.filter(path -> path.getFileName().toString().startsWith("demo-data"))
              .findFirst()
              .orElseThrow();
      String id = Files.readAllLines(devkit.resolve("ImageSets/Main/test.txt")).get(0).strip();
      return devkit.resolve("JPEGImages").resolve(id + ".jpg");
    }
  }

  /** The files of a stage; its notes are left out, for they hold times. */
  private static List<Path> artifacts(Path stage) throws IOException {
    try (Stream<Path> files = Files.walk(stage)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().matches("[0-9a-f]{12}\\.json"))
          .sorted()
          .toList();
    }
  }
}
