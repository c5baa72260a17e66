package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A command in a process of its own, stopped at work. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "It has no SIGTERM.")
class StoppedCommandTest {

  /** Long enough to load a library and begin, short of the end. */
  private static final long PAUSE_MS = 1500;

  @TempDir Path folder;

  @Test
  void aStoppedRunSaysHowToGoOnAndNothingElse() throws IOException, InterruptedException {
    stopped("stage 1 of", "--set=finetune.enabled=false");
  }

  @Test
  void aRunStoppedInsideANativeLibraryDoesNotCrash() throws IOException, InterruptedException {
    // Fine-tuning begins with these words, and is in the library for nearly all of its time.
    stopped("fine-tuning ...", "--set=finetune.phases.1.iterations=100000");
  }

  /**
   * Runs until a line has some words, and is stopped a little later.
   *
   * @param setting one more setting
   */
  private void stopped(String words, String setting) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "org.rcnn.cli.Main",
                "run",
                "--out",
                folder.resolve("run").toString(),
                "--set=data.demo-train=6",
                "--set=data.demo-test=2",
                "--set=proposals.max-boxes=40",
                setting));
    Process process =
        new ProcessBuilder(command)
            // Where a crash would leave its report.
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    List<String> after = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      boolean stopped = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (stopped) {
          after.add(line);
        } else if (line.contains(words)) {
          Thread.sleep(PAUSE_MS);
          // Unlike that of Process, this leaves the streams open.
          process.toHandle().destroy();
          stopped = true;
        }
      }
    }
    assertEquals(128 + 15, process.waitFor(), after::toString);
    assertEquals(
        1,
        after.stream().filter(line -> line.startsWith("Stopped; the same command resumes")).count(),
        after::toString);
    String rest = after.stream().collect(Collectors.joining(File.separator));
    assertFalse(rest.contains("rejected"), rest);
    assertFalse(rest.contains("interrupted"), rest);
    assertTrue(after.stream().noneMatch(line -> line.startsWith("\tat ")), rest);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("run")), left.toList());
    }
  }
}
