package org.rcnn.cnn.warp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opencv.core.Core;

class OpenCvLibraryTest {

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64",
    "Linux, aarch64",
    "Mac OS X, x86_64",
    "Mac OS X, aarch64",
    "Windows 11, amd64",
    "Windows 10, x86"
  })
  void theJarHasTheLibraryOfASystem(String system, String architecture) {
    String resource = OpenCvLibrary.resource(system, architecture);
    assertNotNull(Core.class.getResource(resource), resource);
  }

  /** Loads the library in a process of its own, says so, and waits to be killed. */
  static final class Waiting {
    private Waiting() {}

    /** Without arguments. */
    public static void main(String[] arguments) throws InterruptedException {
      OpenCvLibrary.load();
      System.out.println("loaded");
      Thread.sleep(Duration.ofMinutes(5).toMillis());
    }
  }

  @Test
  void aKilledProcessLeavesNothingInTheTemporaryFolder(@TempDir Path folder)
      throws IOException, InterruptedException {
    assumeFalse(
        System.getProperty("os.name").startsWith("Windows"),
        "Windows deletes a loaded library only when its process ends by itself.");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Waiting.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = child.inputReader()) {
      assertEquals("loaded", lines.readLine());
    } finally {
      child.destroyForcibly();
    }
    child.waitFor();
    try (Stream<Path> left = Files.list(folder)) {
      // The JVM's own counters lie beside, where it puts them into this folder.
      assertEquals(
          List.of(),
          left.filter(path -> !path.endsWith("hsperfdata_" + System.getProperty("user.name")))
              .toList());
    }
  }
}
