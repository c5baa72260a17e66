package org.rcnn.cli.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The launcher's child, below a Java process of its own. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChildTest {

  private static Process start(String mainClass, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx64m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
    return builder.start();
  }

  private static Process child(String script) throws IOException {
    return start(ChildProgram.class.getName(), "sh", "-c", script);
  }

  @Test
  void itHasInputOutputErrorAndTheVariablesAndItsStatusIsTheEnd()
      throws IOException, InterruptedException {
    Process process = child("read line; echo \"$line $GIVEN\"; echo woe >&2; exit 7");
    process.outputWriter(UTF_8).append("a word\n").close();
    assertEquals("a word here", process.inputReader(UTF_8).readLine());
    assertEquals("woe", process.errorReader(UTF_8).readLine());
    assertEquals(7, process.waitFor());
  }

  @Test
  void theStatusOfAKilledChildSaysWhichSignal() throws IOException, InterruptedException {
    assertEquals(137, child("kill -KILL $$").waitFor());
  }

  @Test
  void aRequestToEndReachesTheChildAndIsWaitedFor() throws IOException, InterruptedException {
    Process process =
        child("trap 'echo asked; exit 3' TERM; echo $$; while :; do sleep 0.05; done");
    BufferedReader out = process.inputReader(UTF_8);
    long child = Long.parseLong(out.readLine());
    assertTrue(ProcessHandle.of(child).isPresent());
    // To the launcher alone.
    signal("TERM", process.pid());
    assertEquals("asked", out.readLine());
    assertEquals(143, process.waitFor());
    assertFalse(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void ctrlCWhichATerminalSendsToBothIsSaidOnce() throws IOException, InterruptedException {
    // A shell starts its background jobs so, and all processes below them cannot change it.
    Process asked =
        new ProcessBuilder("sh", "-c", "trap 'exit 3' INT; kill -INT $$; exit 0").start();
    assumeTrue(asked.waitFor() == 3, "SIGINT is ignored here, as in a shell's background job.");
    Process process =
        child("trap 'echo asked; exit 130' INT TERM; echo $$; while :; do sleep 0.05; done");
    BufferedReader out = process.inputReader(UTF_8);
    long child = Long.parseLong(out.readLine());
    signal("INT", child);
    signal("INT", process.pid());
    assertEquals("asked", out.readLine());
    assertEquals(null, out.readLine());
    assertEquals(130, process.waitFor());
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(name, pid)).start().waitFor();
  }

  @Test
  void theLauncherRunsTheProgramWithItsStatus() throws IOException, InterruptedException {
    Process version = start(Launcher.class.getName(), "--version");
    assertTrue(new String(version.getInputStream().readAllBytes(), UTF_8).startsWith("rcnn "));
    assertEquals(0, version.waitFor());
    Process wrong = start(Launcher.class.getName(), "detect", "--bogus");
    try (InputStreamReader told = new InputStreamReader(wrong.getErrorStream(), UTF_8)) {
      String first = new BufferedReader(told).readLine();
      assertTrue(first.contains("--bogus"), first);
      assertEquals(2, wrong.waitFor());
    }
  }
}
