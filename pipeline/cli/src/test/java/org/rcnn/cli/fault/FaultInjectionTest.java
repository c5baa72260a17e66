package org.rcnn.cli.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@link FaultInjection} finds, in a Java machine of its own. The system properties {@code
 * rcnn.faults} and {@code rcnn.faults.seed} are the number of faults and the first seed.
 */
@TestInstance(Lifecycle.PER_CLASS)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "It does not rename files that are open.")
class FaultInjectionTest {

  private final List<String> lines = new ArrayList<>();

  @BeforeAll
  void injectFaults(@TempDir Path folder) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                // Short runs: compiling well takes longer than what it saves.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.awt.headless=true",
                "-Djava.nio.file.spi.DefaultFileSystemProvider="
                    + FaultyFileSystemProvider.class.getName(),
                "-cp",
                System.getProperty("java.class.path"),
                FaultInjection.class.getName(),
                folder.toString(),
                System.getProperty("rcnn.faults", "24"),
                System.getProperty("rcnn.faults.seed", "1"))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      output.lines().forEach(lines::add);
    }
    assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
    assertTrue(lines.contains("Done."), () -> String.join("\n", lines));
  }

  private void assertHeld(String part) {
    assertTrue(lines.stream().anyMatch(line -> line.startsWith(part + ": ")), lines::toString);
    List<String> failed =
        lines.stream().filter(line -> line.startsWith("FAIL " + part + ":")).toList();
    assertTrue(failed.isEmpty(), () -> String.join("\n", failed));
  }

  @Test
  void killedWithoutPowerOrOnAFullDiskARunEndsInTheSameBytes() {
    assertHeld("faults");
  }

  @Test
  void aFinishedRunIsOnDiskForCertain() {
    assertHeld("power");
  }

  @Test
  void aDamagedFileOfAnyKindIsMadeAnewOrRefusedWithWhatToDo() {
    assertHeld("damage");
  }

  @Test
  void whatAKilledRunLeftMayBeDamagedToo() {
    assertHeld("checkpoint");
    assertHeld("features");
  }

  @Test
  void aDiskThatIsTooSmallIsToldAndTheRunGoesOnWhenItGrows() {
    assertHeld("small disks");
    List<String> skipped = lines.stream().filter(line -> line.contains(": skipped")).toList();
    assertFalse(skipped.size() > 1, skipped::toString);
    assumeFalse(skipped.size() == 1, skipped::toString);
  }
}
