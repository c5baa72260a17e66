package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.store.Encoding;
import org.rcnn.data.store.FeatureStore;

class RunFolderTest {

  @TempDir Path folder;

  @Test
  void anArtifactIsMadeOnceForTheSameInputs() throws IOException {
    AtomicInteger made = new AtomicInteger();
    Key key = Key.of("stage", 1, Map.of("input", "a", "threshold", 0.5));
    for (int i = 0; i < 2; i++) {
      RunFolder run = new RunFolder(folder);
      Artifact artifact =
          run.make(
              run.artifact(key, ".txt"),
              "stage",
              to -> Files.writeString(to.place(), "made " + made.incrementAndGet()));
      assertEquals("made 1", Files.readString(artifact.place()));
    }
  }

  @Test
  void anotherParameterOrVersionIsAnotherArtifact() {
    Key key = Key.of("stage", 1, Map.of("threshold", 0.5));
    assertEquals(key.hash(), Key.of("stage", 1, Map.of("threshold", 0.5)).hash());
    assertNotEquals(key.hash(), Key.of("stage", 1, Map.of("threshold", 0.7)).hash());
    assertNotEquals(key.hash(), Key.of("stage", 2, Map.of("threshold", 0.5)).hash());
  }

  @Test
  void twoRunsAtOnceInAFolderAreRefused() throws IOException {
    RunFolder run = new RunFolder(folder);
    Closeable lock = run.lock();
    try {
      IOException refusal =
          assertThrows(IOException.class, () -> new RunFolder(folder).lock().close());
      assertEquals(
          "Another run is using %s; wait until it ends, or name another folder.".formatted(folder),
          refusal.getMessage());
    } finally {
      lock.close();
    }
    new RunFolder(folder).lock().close();
  }

  @Test
  void whatAFailedStageLeftIsNotTakenForItsArtifact() throws IOException {
    Key key = Key.of("stage", 1, Map.of("input", "a"));
    RunFolder run = new RunFolder(folder);
    Artifact artifact = run.artifact(key, ".txt");
    assertThrows(
        IOException.class,
        () ->
            run.make(
                artifact,
                "stage",
                to -> {
                  throw new IOException("The disk is full.");
                }));
    assertFalse(Files.exists(artifact.place()));
    run.make(artifact, "stage", to -> Files.writeString(to.place(), "whole"));
    assertEquals("whole", Files.readString(artifact.place()));
  }

  @Test
  void theSecondsOfAPlanAreThoseOfItsArtifactsAndNotOfTheWholeFolder() throws IOException {
    RunFolder run = new RunFolder(folder);
    Artifact planned = run.artifact(Key.of("stage", 1, Map.of("input", "a")), ".txt");
    Artifact unmade = run.artifact(Key.of("stage", 1, Map.of("input", "b")), ".txt");
    Artifact another = run.artifact(Key.of("stage", 1, Map.of("input", "c")), ".txt");
    run.plan(
        List.of(
            new PlannedStage(planned, "features", 1, true),
            new PlannedStage(unmade, "SVMs", 1, true)),
        Progress.Monitor.SILENT);
    run.make(planned, "features", to -> Files.writeString(to.place(), "made"));
    run.make(another, "features", to -> Files.writeString(to.place(), "made"));
    assertEquals(
        Map.of("stage/" + planned.hash() + ".txt", run.secondsOf(planned)),
        new RunFolder(folder).secondsOfPlan());
  }

  private static final Key DAMAGED = Key.of("stage", 1, Map.of("input", "damage"));

  /** A folder with two files, and a file of evidence. */
  private static String madeOnceMore(Path root, AtomicInteger made) throws IOException {
    RunFolder run = new RunFolder(root);
    Artifact artifact =
        run.make(
            run.artifact(DAMAGED, ""),
            "stage",
            to -> {
              made.incrementAndGet();
              Files.createDirectory(to.place());
              Files.writeString(to.place().resolve("cat.txt"), "cat 0.9");
              Files.writeString(to.place().resolve("dog.txt"), "dog 0.8");
              Files.writeString(to.beside("-curve.json"), "{}");
            });
    return Files.readString(artifact.place().resolve("cat.txt"))
        + Files.readString(artifact.place().resolve("dog.txt"))
        + Files.readString(artifact.beside("-curve.json"));
  }

  /** Damages a run's folder. */
  @FunctionalInterface
  private interface Damage {
    void in(Path stage, String hash) throws IOException;
  }

  @Test
  void anArtifactThatWasDamagedIsMadeAnew() throws IOException {
    Map<String, Damage> kinds = new LinkedHashMap<>();
    kinds.put("nothing", (stage, hash) -> {});
    kinds.put(
        "a flipped bit",
        (stage, hash) -> Files.writeString(stage.resolve(hash).resolve("cat.txt"), "cat 0.1"));
    kinds.put(
        "an emptied file",
        (stage, hash) -> Files.writeString(stage.resolve(hash).resolve("dog.txt"), ""));
    kinds.put(
        "a deleted file", (stage, hash) -> Files.delete(stage.resolve(hash).resolve("dog.txt")));
    kinds.put(
        "an added file",
        (stage, hash) -> Files.writeString(stage.resolve(hash).resolve("eel.txt"), "eel 1"));
    kinds.put(
        "changed evidence",
        (stage, hash) -> Files.writeString(stage.resolve(hash + "-curve.json"), "[]"));
    kinds.put(
        "deleted evidence", (stage, hash) -> Files.delete(stage.resolve(hash + "-curve.json")));
    kinds.put(
        "a cut note", (stage, hash) -> Files.writeString(stage.resolve(hash + ".json"), "{\"na"));
    kinds.put("a deleted note", (stage, hash) -> Files.delete(stage.resolve(hash + ".json")));
    for (Map.Entry<String, Damage> kind : kinds.entrySet()) {
      Path root = Files.createTempDirectory(folder, "run");
      AtomicInteger made = new AtomicInteger();
      String whole = madeOnceMore(root, made);
      kind.getValue().in(root.resolve("stage"), DAMAGED.hash());
      assertEquals(whole, madeOnceMore(root, made), kind.getKey());
      assertEquals(kind.getKey().equals("nothing") ? 1 : 2, made.get(), kind.getKey());
      try (Stream<Path> left = Files.list(root.resolve("stage"))) {
        assertEquals(3, left.count(), kind.getKey());
      }
    }
  }

  @Test
  void aFlippedBitInARecordFileIsNoticedByTheRecordThatIsRead() throws IOException {
    RunFolder run = new RunFolder(folder);
    Artifact artifact =
        run.make(
            run.artifact(Key.of("stage", 1, Map.of("input", "records")), ".bin"),
            "stage",
            to -> {
              try (FeatureStore.Writer writer =
                  FeatureStore.create(to.place(), 2, Encoding.DENSE_FP32)) {
                writer.append("a", new float[] {1, 2}, 1);
                writer.commit();
              }
            });
    byte[] bytes = Files.readAllBytes(artifact.place());
    bytes[8] ^= 1;
    Files.write(artifact.place(), bytes);
    Artifact again = new RunFolder(folder).make(artifact, "stage", to -> fail("not made anew"));
    try (FeatureStore store = FeatureStore.open(again.place())) {
      assertThrows(IOException.class, () -> store.read("a", new float[2]));
    }
    bytes[bytes.length - 40] ^= 1;
    Files.write(artifact.place(), bytes);
    assertThrows(
        IOException.class,
        () ->
            new RunFolder(folder)
                .make(
                    artifact,
                    "stage",
                    to -> {
                      throw new IOException("made anew");
                    }));
  }

  @Test
  void aKilledMakerFindsWhatItLeft() throws IOException {
    Key key = Key.of("stage", 1, Map.of("input", "long"));
    RunFolder run = new RunFolder(folder);
    Artifact artifact = run.artifact(key, ".txt");
    assertThrows(
        IOException.class,
        () ->
            run.make(
                artifact,
                "stage",
                to -> {
                  Files.writeString(to.beside(".checkpoint"), "half");
                  throw new IOException("killed");
                }));
    run.make(
        artifact,
        "stage",
        to -> {
          assertEquals("half", Files.readString(to.beside(".checkpoint")));
          Files.delete(to.beside(".checkpoint"));
          Files.writeString(to.place(), "whole");
        });
    assertEquals("whole", Files.readString(artifact.place()));
    try (Stream<Path> left = Files.list(folder.resolve("stage"))) {
      assertEquals(
          List.of(key.hash() + ".json", key.hash() + ".txt"),
          left.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aFolderThatWasCompleteWhenItsMakerWasKilledIsCompletedAgain() throws IOException {
    Artifact artifact =
        new RunFolder(folder).artifact(Key.of("stage", 1, Map.of("input", "whole")), "");
    RunFolder.Maker maker =
        to ->
            AtomicFile.resume(
                to.place(),
                partial -> {
                  Files.createDirectories(partial);
                  Files.writeString(partial.resolve("cat.txt"), "cat 0.9");
                });
    // As it is between the maker's last act and the move out of the folder of what is being made.
    Path making = Files.createDirectories(artifact.beside(RunFolder.MAKING));
    maker.make(new Artifact(artifact.key(), making.resolve(artifact.place().getFileName())));
    Artifact made = new RunFolder(folder).make(artifact, "stage", maker);
    assertEquals("cat 0.9", Files.readString(made.place().resolve("cat.txt")));
    assertFalse(Files.exists(making));
  }

  @Test
  void anArtifactOfAnEarlierVersionWithoutChecksumsIsReused() throws IOException {
    Key key = Key.of("stage", 1, Map.of("input", "old"));
    Path stage = Files.createDirectories(folder.resolve("stage"));
    Files.writeString(stage.resolve(key.hash() + ".txt"), "old");
    Files.writeString(
        stage.resolve(key.hash() + ".json"),
        "{\"name\": \"stage\", \"seconds\": 2.5, \"made-from\": {}}");
    RunFolder run = new RunFolder(folder);
    Artifact artifact = run.make(run.artifact(key, ".txt"), "stage", to -> fail("not made anew"));
    assertEquals("old", Files.readString(artifact.place()));
    assertEquals(2.5, run.secondsOf(artifact));
  }

  @Test
  void aFileInThePlaceOfTheFolderIsToldInASentence() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    IOException failure = assertThrows(IOException.class, () -> new RunFolder(file));
    assertEquals(file + " is a file; name a folder for the run.", failure.getMessage());
  }
}
