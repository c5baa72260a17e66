package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void aFileInThePlaceOfTheFolderIsToldInASentence() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    IOException failure = assertThrows(IOException.class, () -> new RunFolder(file));
    assertEquals(file + " is a file; name a folder for the run.", failure.getMessage());
  }
}
