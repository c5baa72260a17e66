package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process whose native libraries cannot be unpacked. */
class UnusableFolderTest {

  @TempDir Path folder;

  private void refused(
      List<String> options, Map<String, String> environment, Path named, String out)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "org.rcnn.cli.Main",
            "run",
            "--out",
            folder.resolve("run").toString(),
            "--set=data.demo-train=4",
            "--set=data.demo-test=2",
            "--set=proposals.max-boxes=20",
            "--set=finetune.phases.1.iterations=2"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), told);
    String last = told.lines().reduce((first, second) -> second).orElse("");
    assertTrue(last.contains("native library cannot be used from"), told);
    assertTrue(last.contains(named.toString()), told);
    assertTrue(last.contains(out + "=FOLDER"), told);
    assertFalse(told.contains("\tat "), told);
  }

  @Test
  void withoutATemporaryFolderTheWayOutIsTold() throws IOException, InterruptedException {
    Path missing = folder.resolve("missing");
    refused(List.of("-Djava.io.tmpdir=" + missing), Map.of(), missing, "java.io.tmpdir");
  }

  @Test
  void withoutACacheFolderTheWayOutIsTold() throws IOException, InterruptedException {
    // Below a file there can be no folder, for root neither.
    Path cache = Files.writeString(folder.resolve("file"), "").resolve("cache");
    refused(List.of(), Map.of("DJL_CACHE_DIR", cache.toString()), cache, "DJL_CACHE_DIR");
  }
}
