package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

/** Finished runs of a network that takes no time, looked at again. */
@TestInstance(Lifecycle.PER_CLASS)
class ReportCommandTest {

  private static final String NETWORK = "tiny-for-reports";

  private Path folder;
  private Path first;
  private Path second;
  private Path onOtherImages;

  @BeforeAll
  void runTheChain(@TempDir Path temporary) throws IOException {
    folder = temporary;
    Architectures.register(NETWORK, ReportCommandTest::network);
    first = run("first", "finetune.phases=[{iterations: 3}]");
    second = run("second of two", "finetune.phases=[{iterations: 5}]", "bbox.enabled=false");
    onOtherImages = run("others", "data.demo-test=3", "finetune.enabled=false");
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder(NETWORK, 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 4, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .linear("fc6", 16)
        .tap(Tap.FC6)
        .linear("fc7", 16)
        .tap(Tap.FC7)
        .scores("fc8", classes)
        .build();
  }

  private Path run(String name, String... settings) throws IOException {
    Path out = folder.resolve(name);
    List<Object> words = new ArrayList<>(List.of("run", "--out", out));
    List<String> all = new ArrayList<>();
    all.add("network.architecture=" + NETWORK);
    all.add("network.weights=none");
    all.add("data.demo-train=6");
    all.add("data.demo-test=2");
    all.add("proposals.max-boxes=40");
    all.add("finetune.positives=4");
    all.add("finetune.backgrounds=8");
    all.add("svm.retrain-after=300");
    all.add("threads=2");
    all.addAll(Arrays.asList(settings));
    all.forEach(setting -> words.addAll(List.of("--set", setting)));
    Session.of(words.toArray()).done();
    // Whoever only reads has no need of a lock.
    Files.delete(out.resolve(".lock"));
    return out;
  }

  @Test
  void twoRunsStandSideBySideOnAPageAndAsData() throws IOException {
    Path out = folder.resolve("compared");
    Path file = folder.resolve("compared.json");
    Session session = Session.of("report", first, second, "--out", out, "--json", file).done();
    assertTrue(session.out().contains("The runs differ in 2 settings"), session.out());

    JsonNode tree = Session.json(file);
    assertEquals(tree, Session.json(out.resolve("compare.json")));
    assertEquals("first", tree.path("against").asText());
    JsonNode runs = tree.path("runs");
    for (int i = 0; i < 2; i++) {
      JsonNode manifest = Session.json((i == 0 ? first : second).resolve("manifest.json"));
      assertEquals(manifest.at("/result/mAP").asDouble(), runs.get(i).path("mAP").asDouble());
      assertEquals(manifest.at("/result/ap"), runs.get(i).path("ap"));
      assertEquals(manifest.at("/result/seconds"), runs.get(i).path("seconds"));
      assertTrue(runs.get(i).path("same_images").asBoolean());
    }
    JsonNode difference = runs.get(1).at("/difference/mAP");
    assertEquals(
        runs.get(1).path("mAP").asDouble() - runs.get(0).path("mAP").asDouble(),
        difference.path("estimate").asDouble(),
        1e-12);
    assertTrue(difference.path("low").asDouble() <= difference.path("high").asDouble());
    assertEquals("5", tree.at("/settings/finetune.phases.1.iterations/second of two").asText());
    assertEquals("true", tree.at("/settings/bbox.enabled/first").asText());

    String html = Files.readString(out.resolve("compare.html"));
    assertTrue(html.contains("href=\"../second%20of%20two/report.html\""), html);
    assertTrue(html.contains("finetune.phases.1.iterations"), html);
    int learning = html.indexOf("id=\"learning\"");
    assertEquals(3, html.substring(learning).split("<svg", -1).length);
    int classes = runs.get(1).at("/difference/ap").size();
    assertEquals(1 + classes, html.substring(0, learning).split("<svg", -1).length);
    assertTrue(Files.readString(out.resolve("compare.md")).startsWith("# first and second of two"));
    assertTrue(Files.readString(out.resolve("compare.csv")).startsWith("what,name,run,value"));
  }

  @Test
  void runsOnOtherTestImagesAreNotPaired() throws IOException {
    Path out = folder.resolve("not-paired");
    Session.of("report", first, second, onOtherImages, "--out", out).done();
    JsonNode runs = Session.json(out.resolve("compare.json")).path("runs");
    assertTrue(runs.get(1).at("/difference/mAP").isObject());
    assertFalse(runs.get(2).path("same_images").asBoolean());
    assertTrue(runs.get(2).at("/difference/mAP").isNull());
    String html = Files.readString(out.resolve("compare.html"));
    assertTrue(html.contains("others was tested on other images than first"), html);
  }

  @Test
  void aPageWrittenAnewIsTheOneOfTheRun() throws IOException {
    byte[] before = Files.readAllBytes(first.resolve("report.html"));
    Path elsewhere = folder.resolve("elsewhere");
    Session.of("report", first, "--out", elsewhere).done();
    assertArrayEquals(before, Files.readAllBytes(elsewhere.resolve("report.html")));
    assertArrayEquals(
        Files.readAllBytes(first.resolve("model-card.md")),
        Files.readAllBytes(elsewhere.resolve("model-card.md")));
    Path copy = copy(first, "copy-for-the-page");
    Files.delete(copy.resolve("report.html"));
    Session.of("report", copy).done();
    assertArrayEquals(before, Files.readAllBytes(copy.resolve("report.html")));
  }

  @Test
  void aFolderThatCannotBeWrittenIsOnlyRead() throws IOException {
    Path copy = copy(first, "read-only");
    String hash = Session.json(copy.resolve("manifest.json")).at("/artifacts/detections").asText();
    setWritable(copy, false);
    try {
      Map<String, String> before = contents(copy);
      Session.of("report", copy, "--out", folder.resolve("read-only-page")).done();
      Session.of("report", copy, second, "--out", folder.resolve("read-only-compared")).done();
      Session.of(
              "eval",
              "--data",
              demoData(copy),
              "--split",
              "test",
              "--detections",
              copy.resolve(hash))
          .done();
      Session.of("detect", "--model", copy, demoData(copy).resolve("JPEGImages/000001.jpg")).done();
      Session.of("data", "check", copy).done();
      if (!Files.isWritable(copy)) { // All folders are writable to root.
        Session.of("report", copy).refused(1, "with --out");
      }
      assertEquals(before, contents(copy));
    } finally {
      setWritable(copy, true);
    }
  }

  @Test
  void imagesThatHaveMovedAreNamed() throws IOException {
    Path copy = copy(first, "moved");
    Path moved = folder.resolve("moved-images");
    Files.move(demoData(copy), moved);
    Session.of("report", copy).refused(1, "name the folder that has them with --data");
    Session.of("report", copy, "--data", demoData(onOtherImages))
        .refused(1, "are others, or were changed");
    Session.of("report", copy, "--data", demoData(onOtherImages), "--data", moved).done();
  }

  @Test
  void damageAndWhatIsMissingIsSaid() throws IOException {
    Session.of("report", folder.resolve("nowhere"), first).refused(1, "There is no folder");
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Session.of("report", empty).refused(1, "no run has finished there");
    Session.of("report", first, first).refused(2, "named twice");
    Session.of("report").refused(2, "RUN");

    Path copy = copy(first, "damaged");
    Path detections =
        copy.resolve(
            Session.json(copy.resolve("manifest.json")).at("/artifacts/detections").asText());
    try (Stream<Path> files = Files.list(detections)) {
      Path file = files.sorted().findFirst().orElseThrow();
      Files.writeString(file, Files.readString(file) + "x 1 1 1 9 9\n");
    }
    Session.of("report", copy, "--out", folder.resolve("of-damaged")).refused(1, "bytes instead");
    assertFalse(Files.exists(folder.resolve("of-damaged")));
    Files.writeString(copy.resolve("manifest.json"), "{\"artifacts\": {}}");
    Session.of("report", copy).refused(1, "does not name the run's artifacts");
  }

  private static Path demoData(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("demo-data"))
          .findFirst()
          .orElseThrow();
    }
  }

  private Path copy(Path run, String name) throws IOException {
    Path copy = folder.resolve(name);
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, copy.resolve(run.relativize(file).toString()));
      }
    }
    return copy;
  }

  private static void setWritable(Path run, boolean writable) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      files.forEach(file -> assertTrue(file.toFile().setWritable(writable)));
    }
  }

  /** Every file and folder with the time of its last change. */
  private static Map<String, String> contents(Path run) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        contents.put(
            run.relativize(file).toString(),
            Files.getLastModifiedTime(file) + " " + Files.size(file));
      }
    }
    return contents;
  }
}
