package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two SVMs trained on the same features, with the detections of each. */
class RunCleaningTest {

  @TempDir Path root;

  private RunFolder run;
  private Artifact features;
  private Artifact oldHead;
  private Artifact newHead;
  private Artifact oldDetections;
  private Artifact newDetections;

  @BeforeEach
  void makeArtifacts() throws IOException {
    run = new RunFolder(root);
    features =
        make(
            Key.of("features", 1, Map.of("images", "abc")),
            "",
            to -> {
              Files.createDirectories(to.place());
              Files.writeString(to.place().resolve("pool5.bin"), "features");
            });
    oldHead = head(0.1);
    newHead = head(0.2);
    oldDetections = detections(oldHead);
    newDetections = detections(newHead);
  }

  private Artifact make(Key key, String ending, RunFolder.Maker maker) throws IOException {
    return run.make(run.artifact(key, ending), "the " + key.stage(), maker);
  }

  private Artifact head(double cost) throws IOException {
    return make(
        Key.of("svm", 1, Map.of("features", features.hash(), "cost", cost)),
        ".model",
        to -> {
          Files.writeString(to.place(), "model");
          Files.writeString(to.beside("-mining.json"), "{}");
        });
  }

  private Artifact detections(Artifact head) throws IOException {
    return make(
        Key.of("detections", 1, Map.of("head", head.hash())),
        "",
        to -> {
          Files.createDirectories(to.place());
          Files.writeString(to.place().resolve("cat.txt"), "1");
          Files.writeString(to.place().resolve("dog.txt"), "22");
        });
  }

  private void name(String file, Artifact... artifacts) throws IOException {
    ObjectNode tree = Json.object();
    tree.set("needed_artifacts", Json.tree(run.places(List.of(artifacts))));
    Json.write(root.resolve(file), tree);
  }

  private TreeSet<String> files() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> all = Files.walk(root)) {
      all.filter(Files::isRegularFile).forEach(file -> names.add(root.relativize(file).toString()));
    }
    return names;
  }

  private List<Path> wasted() throws IOException {
    return new RunCleaning(root).waste().stream().map(RunCleaning.Waste::place).toList();
  }

  @Test
  void whatTheNamedWasMadeFromStaysAndTheRestGoes() throws IOException {
    name("manifest.json", newDetections);
    RunCleaning cleaning = new RunCleaning(root);
    assertEquals(
        List.of(
            root.resolve("detections").resolve(oldDetections.hash()),
            root.resolve("svm").resolve(oldHead.hash())),
        wasted());
    long before = size();
    TreeSet<String> expected = files();
    expected.removeIf(file -> file.contains(oldHead.hash()) || file.contains(oldDetections.hash()));
    cleaning.remove();
    assertEquals(expected, files());
    assertEquals(cleaning.bytes(), before - size());
    assertTrue(Files.exists(features.place().resolve("pool5.bin")));
    assertEquals(List.of(), wasted());
  }

  private long size() throws IOException {
    return DiskNeed.size(root);
  }

  @Test
  void whatAnAblationOrAStudyNamesStays() throws IOException {
    name("manifest.json", newDetections);
    name("study-labels.json", oldDetections);
    assertEquals(List.of(), wasted());
    Files.delete(root.resolve("study-labels.json"));
    name("ablation.json", oldHead);
    assertEquals(List.of(root.resolve("detections").resolve(oldDetections.hash())), wasted());
  }

  @Test
  void whatTheLatestCommandHasBegunStaysAndWhatNobodyContinuesGoes() throws IOException {
    Artifact next = run.artifact(Key.of("svm", 1, Map.of("cost", 0.3)), ".model");
    name("plan.json", newDetections, oldDetections, next);
    Path continued = next.beside(".making");
    Path left = root.resolve("svm/0123456789ab.making");
    Path done = newHead.beside(".making");
    for (Path making : List.of(continued, left, done)) {
      Files.createDirectories(making.resolve("deep"));
      Files.writeString(making.resolve("deep/part"), "begun");
    }
    assertEquals(new TreeSet<>(List.of(left, done)), new TreeSet<>(wasted()));
    new RunCleaning(root).remove();
    assertTrue(Files.exists(continued.resolve("deep/part")));
    assertTrue(Files.notExists(left));
    assertTrue(Files.notExists(done));
  }

  @Test
  void whatItDoesNotKnowStays() throws IOException {
    name("manifest.json", newDetections);
    List<String> strange =
        List.of(
            "svm/notes.txt",
            "svm/" + oldHead.hash() + ".txt",
            "svm/0123456789ab.json",
            "detections/" + oldDetections.hash() + "/mine.txt",
            "photos/0123456789ab.jpg",
            "detector.rcnn");
    for (String file : strange) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.writeString(root.resolve(file), "{}");
    }
    new RunCleaning(root).remove();
    for (String file : strange) {
      assertTrue(Files.exists(root.resolve(file)), file);
    }
    assertTrue(Files.notExists(oldDetections.place().resolve("cat.txt")));
  }

  @Test
  void aNoteThatNamesFilesOfOthersRemovesThemNot() throws IOException {
    name("manifest.json", newDetections);
    Files.writeString(root.resolve("outside.txt"), "mine");
    Path note = oldHead.beside(".json");
    Files.writeString(
        note,
        Files.readString(note)
            .replace(oldHead.hash() + "-mining.json", "../outside.txt")
            .replace(oldHead.hash() + ".model", newHead.hash() + ".model"));
    new RunCleaning(root).remove();
    assertTrue(Files.exists(root.resolve("outside.txt")));
    assertTrue(Files.exists(newHead.place()));
  }

  @Test
  void aFileOfAnEarlierVersionIsRefusedBeforeAnythingIsRemoved() throws IOException {
    name("manifest.json", newDetections);
    Files.writeString(root.resolve("ablation.json"), "{}");
    IOException refusal = assertThrows(IOException.class, () -> new RunCleaning(root));
    assertTrue(
        refusal
            .getMessage()
            .startsWith(root.resolve("ablation.json") + " does not say which artifacts"));
  }

  @Test
  void aFolderThatNamesNothingIsRefused() {
    IOException refusal = assertThrows(IOException.class, () -> new RunCleaning(root));
    assertTrue(refusal.getMessage().startsWith("Nothing in " + root + " says what a run needs"));
  }
}
