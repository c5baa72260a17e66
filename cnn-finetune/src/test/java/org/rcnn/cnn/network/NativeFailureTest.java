package org.rcnn.cnn.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NativeFailureTest {

  private static String sentence(Throwable failure) {
    return NativeFailure.sentence("PyTorch", Path.of("cache"), 500, "CACHE=FOLDER", failure);
  }

  @Test
  void theInnermostCauseSaysWhy() {
    assertEquals(
        "PyTorch's native library cannot be used from cache: No space left on device. The folder"
            + " needs 500 MB, and programs in it must be allowed to run; CACHE=FOLDER names"
            + " another one.",
        sentence(
            new IllegalStateException(
                "Failed to extract PyTorch native library",
                new IOException("No space left on device"))));
  }

  @Test
  void aMissingFolderIsNoBarePath() {
    assertEquals(
        "PyTorch's native library cannot be used from cache: there is no cache/made. The folder"
            + " needs 500 MB, and programs in it must be allowed to run; CACHE=FOLDER names"
            + " another one.",
        sentence(new NoSuchFileException("cache/made")));
  }
}
