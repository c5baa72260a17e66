package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.rcnn.data.Fingerprint;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.run.Json;

/** A run done again from its manifest, and told from runs that differ, by a network of no time. */
@TestInstance(Lifecycle.PER_CLASS)
class RepeatedRunTest {

  private static final String NETWORK = "tiny-to-repeat";

  private Path folder;
  private Path images;
  private Path first;
  private Path again;

  @BeforeAll
  void runTwice(@TempDir Path temporary) throws IOException {
    folder = temporary;
    Architectures.register(NETWORK, RepeatedRunTest::network);
    images = folder.resolve("images");
    new SceneGenerator(3).writeDevkit(images, 3, 3, 2);
    first = folder.resolve("first");
    List<Object> words = new ArrayList<>(List.of("run", "--data", images, "--out", first));
    for (String setting :
        List.of(
            "network.architecture=" + NETWORK,
            "network.weights=none",
            "proposals.max-boxes=40",
            "finetune.phases=[{iterations: 3}]",
            "finetune.positives=4",
            "finetune.backgrounds=8",
            "svm.retrain-after=300",
            "threads=2")) {
      words.addAll(List.of("--set", setting));
    }
    Session.of(words.toArray()).done();
    again = rerun("again");
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

  private Path rerun(String name, Object... more) {
    Path out = folder.resolve(name);
    List<Object> words = new ArrayList<>(List.of("run", "--from", manifest(), "--out", out));
    words.addAll(Arrays.asList(more));
    Session.of(words.toArray()).done();
    return out;
  }

  private Path manifest() {
    return first.resolve("manifest.json");
  }

  private JsonNode diff(int status, Path one, Path other) throws IOException {
    Path file = folder.resolve("diff.json");
    Session session = Session.of("diff", one, other, "--json", file);
    assertEquals(status, session.status(), session.err());
    JsonNode tree = Session.json(file);
    assertEquals(status == 0, tree.path("same").asBoolean());
    return tree;
  }

  @Test
  void aRunFromAManifestGivesTheSameBytes() throws IOException {
    int compared = 0;
    for (JsonNode place : Session.json(manifest()).path("artifacts")) {
      try (Stream<Path> files = Files.walk(first.resolve(place.asText()))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path twin = again.resolve(first.relativize(file).toString());
          assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(twin), file.toString());
          compared++;
        }
      }
    }
    assertTrue(compared > 8, () -> "only a few files were compared");
    for (String file : List.of("detector.rcnn", "images.json", "config.yaml")) {
      assertArrayEquals(
          Files.readAllBytes(first.resolve(file)), Files.readAllBytes(again.resolve(file)), file);
    }
  }

  @Test
  void equalRunsAreTheSame() throws IOException {
    JsonNode tree = diff(0, first, again);
    assertTrue(tree.path("first_difference").isNull());
    assertTrue(tree.path("settings").isEmpty());
    assertTrue(tree.path("provenance").isEmpty(), tree::toString);
    assertEquals(
        "detector file",
        tree.path("artifacts").findValuesAsText("name").get(tree.path("artifacts").size() - 1));
    assertTrue(Session.of("diff", first, again).done().out().startsWith("The same: "));
  }

  @Test
  void aSettingIsNamedWithTheFirstArtifactThatItChanges() throws IOException {
    Path other = rerun("other-setting", "--set", "svm.negative-iou=0.1");
    JsonNode tree = diff(1, first, other);
    assertEquals("head", tree.path("first_difference").asText());
    assertEquals("0.1", tree.at("/settings/svm.negative-iou/1").asText());
    assertEquals(1, tree.path("settings").size());
    String text = Session.of("diff", first, other).out();
    assertTrue(text.contains("The first artifact that differs: head ("), text);
    assertTrue(text.contains("files that differ: HASH-mining.json, HASH.model"), text);
    assertTrue(text.contains("svm.negative-iou: 0.7 | 0.1"), text);
  }

  @Test
  void aDamagedArtifactIsTheFirstThatDiffers() throws IOException {
    Path damaged = copy(first, "damaged");
    Path head = damaged.resolve(Session.json(manifest()).at("/artifacts/head").asText());
    byte[] bytes = Files.readAllBytes(head);
    bytes[bytes.length / 2] ^= 4;
    Files.write(head, bytes);
    JsonNode tree = diff(1, first, damaged);
    assertEquals("head", tree.path("first_difference").asText());
    String text = Session.of("diff", first, damaged).out();
    assertTrue(text.contains(head + " does not match its checksum"), text);
  }

  @Test
  void otherBytesOfTheSameSettingsPointToTheMachine() throws IOException {
    Path other = copy(first, "other-machine");
    ObjectNode manifest = (ObjectNode) Session.json(other.resolve("manifest.json"));
    ((ObjectNode) manifest.get("processor")).put("kernels", "avx1024");
    Json.write(other.resolve("manifest.json"), manifest);
    Path head = other.resolve(manifest.at("/artifacts/head").asText());
    String before = new Fingerprint().addFile(head).hex();
    byte[] bytes = Files.readAllBytes(head);
    bytes[bytes.length - 1] ^= 1;
    Files.write(head, bytes);
    Path note = head.resolveSibling(head.getFileName().toString().replaceFirst("\\..*", ".json"));
    Files.writeString(
        note, Files.readString(note).replace(before, new Fingerprint().addFile(head).hex()));
    ObjectNode rest = (ObjectNode) Session.json(note);
    rest.remove("checksum");
    Json.write(note, rest);
    JsonNode tree = diff(1, first, other);
    assertEquals("head", tree.path("first_difference").asText());
    assertEquals("avx1024", tree.at("/provenance/native kernels/1").asText());
    String text = Session.of("diff", first, other).out();
    assertTrue(text.contains("versions, machine or threads are behind it"), text);
  }

  @Test
  void changedImagesAreRefusedUnlessTheyAreWantedAndThenNamed() throws IOException {
    Path changed = copy(images, "changed-images");
    String id = Session.json(first.resolve("images.json")).path("test").fieldNames().next();
    String other = Session.json(first.resolve("images.json")).path("train").fieldNames().next();
    Files.copy(
        changed.resolve("JPEGImages/" + other + ".jpg"),
        changed.resolve("JPEGImages/" + id + ".jpg"),
        StandardCopyOption.REPLACE_EXISTING);
    Object[] command = {
      "run", "--from", manifest(), "--data", changed, "--out", folder.resolve("on-changed")
    };
    Session.of(command).refused(1, "or were changed since; name the folder that has them");
    Path run = rerun("on-changed", "--data", changed, "--even-if-changed");
    JsonNode tree = diff(1, first, run);
    assertEquals("proposals of the test images", tree.path("first_difference").asText());
    assertEquals(id, tree.at("/test_images/pictures/0").asText());
    assertEquals(1, tree.at("/test_images/pictures").size());
    assertTrue(tree.path("training_images").isNull());
  }

  @Test
  void optionsThatContradictTheManifestAreRefused() {
    Session.of("run", "--from", manifest(), "--preset", "demo").refused(2, "without --preset");
    Session.of("run", "--from", folder.resolve("none")).refused(2, "name the manifest.json");
    Session.of("run", "--even-if-changed").refused(2, "no effect without --from");
    Session.of("run", "--from", first.resolve("images.json")).refused(1, "is no manifest");
    Session.of("diff", first).refused(2, "RUN2");
    Session.of("diff", first, images).refused(1, "no run has finished there");
  }

  @Test
  void anotherStartIsRefused() throws IOException {
    Object[] command = {
      "run", "--from", manifest(), "--out", folder.resolve("other-start"), "--set", "seed=77"
    };
    Session.of(command).refused(1, "The network starts from other weights");
  }

  @Test
  void theManifestNamesVersionsProcessorAndImages() throws IOException {
    JsonNode manifest = Session.json(manifest());
    String version = Session.of("--version").done().out().strip();
    assertEquals("rcnn " + manifest.at("/versions/rcnn").asText(), version);
    String pom = Files.readString(Path.of("../../pom.xml"));
    assertTrue(pom.contains("<version>" + manifest.at("/versions/rcnn").asText() + "</version>"));
    assertTrue(manifest.at("/versions/opencv").asText().matches("\\d+\\.\\d+\\.\\d+"));
    assertTrue(manifest.at("/versions/libsvm").asText().matches("\\d\\.\\d\\d"));
    assertFalse(manifest.at("/processor/kernels").asText().isEmpty());
    JsonNode list = Session.json(first.resolve("images.json"));
    assertEquals(manifest.at("/data/train_images").asInt(), list.path("train").size());
    assertEquals(manifest.at("/data/test_images").asInt(), list.path("test").size());
    String id = list.path("test").fieldNames().next();
    assertEquals(
        new Fingerprint().addFile(images.resolve("JPEGImages/" + id + ".jpg")).hex(),
        list.path("test").path(id).path("picture").asText());
  }

  private Path copy(Path from, String name) throws IOException {
    Path copy = folder.resolve(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, copy.resolve(from.relativize(file).toString()));
      }
    }
    return copy;
  }

  @Test
  void aManifestAloneIsEnoughAndAnotherVersionInItIsTold() throws IOException {
    Path alone = Files.createDirectories(folder.resolve("alone")).resolve("manifest.json");
    ObjectNode tree = (ObjectNode) Session.json(manifest());
    ((ObjectNode) tree.path("versions")).put("opencv", "3.0.0");
    Files.writeString(alone, tree.toString());
    Path out = folder.resolve("from-alone");
    Session session = Session.of("run", "--from", alone, "--out", out).done();
    assertTrue(session.err().contains("versions.opencv is "), session.err());
    assertTrue(session.err().contains("and was 3.0.0 in " + alone), session.err());
    assertArrayEquals(
        Files.readAllBytes(first.resolve("detector.rcnn")),
        Files.readAllBytes(out.resolve("detector.rcnn")));
  }
}
