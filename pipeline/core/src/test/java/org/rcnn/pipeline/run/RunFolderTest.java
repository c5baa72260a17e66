package org.rcnn.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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
  void twoRunsAtOnceInAFolderAreRefused() throws IOException {
    RunFolder run = new RunFolder(folder);
    Closeable lock = run.lock();
    try {
      IOException refusal =
          assertThrows(IOException.class, () -> new RunFolder(folder).lock().close());
      assertEquals(
          "Another run is at work in %s; wait for its end or name another folder."
              .formatted(folder),
          refusal.getMessage());
    } finally {
      lock.close();
    }
    new RunFolder(folder).lock().close();
  }

  @Test
  void textGoesThroughLinksAndIntoPipes() throws Exception {
    Path real = Files.writeString(folder.resolve("real.json"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.json"), real);
    RunFolder.writeText(link, "new");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(real));

    Path pipe = folder.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no pipes");
    FutureTask<String> reader = new FutureTask<>(() -> Files.readString(pipe));
    new Thread(reader).start();
    RunFolder.writeText(pipe, "through");
    assertEquals("through", reader.get(10, TimeUnit.SECONDS));
    assertFalse(Files.isRegularFile(pipe));
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
