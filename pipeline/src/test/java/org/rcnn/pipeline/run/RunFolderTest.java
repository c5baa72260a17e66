package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.run.RunFolder.Key;

class RunFolderTest {

  @TempDir Path folder;

  @Test
  void anArtifactIsMadeOnceForTheSameInputs() throws IOException {
    AtomicInteger made = new AtomicInteger();
    Key key = Key.of("stage", 1, Map.of("input", "a", "threshold", 0.5));
    for (int i = 0; i < 2; i++) {
      Path place =
          new RunFolder(folder)
              .artifact(
                  key,
                  "stage",
                  ".txt",
                  file -> Files.writeString(file, "made " + made.incrementAndGet()));
      assertEquals("made 1", Files.readString(place));
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
  void whatAFailedStageLeftIsNotTakenForItsArtifact() throws IOException {
    Key key = Key.of("stage", 1, Map.of("input", "a"));
    RunFolder run = new RunFolder(folder);
    assertThrows(
        IOException.class,
        () ->
            run.artifact(
                key,
                "stage",
                ".txt",
                file -> {
                  throw new IOException("The disk is full.");
                }));
    assertFalse(Files.exists(run.place(key, ".txt")));
    Path place = run.artifact(key, "stage", ".txt", file -> Files.writeString(file, "whole"));
    assertEquals("whole", Files.readString(place));
  }

  @Test
  void aFileInThePlaceOfTheFolderIsToldInASentence() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    IOException failure = assertThrows(IOException.class, () -> new RunFolder(file));
    assertEquals(file + " is a file; name a folder for the run.", failure.getMessage());
  }
}
