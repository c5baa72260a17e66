package org.rcnn.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestartTest {

  private static final Map<String, String> TUNED =
      Map.of(
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_MAX_", "0",
          "MALLOC_TRIM_THRESHOLD_", "100000000000",
          "MALLOC_TOP_PAD_", "268435456");

  private final Map<String, String> properties =
      new HashMap<>(
          Map.of(
              "os.name", "Linux",
              "java.home", "/opt/java",
              "sun.jnu.encoding", "UTF-8",
              "java.class.path", "/opt/rcnn/rcnn.jar"));

  private Restart restart(Map<String, String> environment, String... options) throws IOException {
    return restart(environment, 4, false, options);
  }

  private Restart restart(
      Map<String, String> environment, int cores, boolean musl, String... options)
      throws IOException {
    return new Restart(
        new Restart.Process(properties::get, environment, List.of(options), cores, musl),
        LaunchSettings.read());
  }

  @Test
  void withoutAnySettingTheAllocatorIsTunedAndTheHeapIsThatOfTheCores() throws IOException {
    Restart restart = restart(Map.of("HOME", "/root"));
    assertTrue(restart.pays());
    assertEquals(TUNED, restart.variables());
    assertEquals(
        List.of(
            "/opt/java/bin/java",
            "-Xmx4g",
            "-Drcnn.launched=true",
            "-jar",
            "/opt/rcnn/rcnn.jar",
            "run",
            "--out",
            "a folder"),
        restart.command("run", "--out", "a folder"));
  }

  @Test
  void aVariableThatIsSetKeepsItsValue() throws IOException {
    Map<String, String> variables = restart(Map.of("MALLOC_ARENA_MAX", "8")).variables();
    assertFalse(variables.containsKey("MALLOC_ARENA_MAX"));
    assertEquals("0", variables.get("MALLOC_MMAP_MAX_"));
  }

  @Test
  void anotherAllocatorIsLeftAlone() throws IOException {
    Map<String, String> jemalloc = Map.of("LD_PRELOAD", "/usr/lib/libjemalloc.so.2");
    assertEquals(Map.of(), restart(jemalloc).variables());
    assertFalse(restart(jemalloc, "-Xmx2g").pays());
  }

  @Test
  void whatHasEverythingIsNotStartedAnew() throws IOException {
    assertFalse(restart(TUNED, "-Xmx8g").pays());
    assertTrue(restart(TUNED).pays());
  }

  @Test
  void whatALauncherStartedIsNotStartedTwice() throws IOException {
    properties.put("rcnn.launched", "true");
    assertFalse(restart(Map.of()).pays());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Windows 11", "Windows Server 2022", "Mac OS X"})
  void otherSystemsHaveAllocatorsOfTheirOwn(String system) throws IOException {
    properties.put("os.name", system);
    assertFalse(restart(Map.of()).pays());
  }

  @Test
  void muslHasAnAllocatorOfItsOwn() throws IOException {
    assertFalse(restart(Map.of(), 4, true).pays());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-agentlib:jdwp=transport=dt_socket,server=y,address=5005", "-Xrunjdwp:x"})
  void aDebuggerKeepsTheProcessThatItWatches(String option) throws IOException {
    assertFalse(restart(Map.of(), option).pays());
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 4", "4, 4", "5, 4", "6, 5", "8, 6", "64, 34"})
  void twoCoresBeyondFourHaveAGibibyteMore(int cores, int gib) throws IOException {
    assertTrue(restart(Map.of(), cores, false).command().contains("-Xmx" + gib + "g"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xmx1g", "-XX:MaxRAMPercentage=50", "-XX:MaxHeapSize=1g"})
  void aHeapThatIsGivenStays(String option) throws IOException {
    assertEquals(
        List.of("/opt/java/bin/java", option, "-Drcnn.launched=true"),
        restart(Map.of(), option).command().subList(0, 3));
    assertEquals(
        List.of("/opt/java/bin/java", "-Dx=1", option, "-Drcnn.launched=true"),
        restart(Map.of("RCNN_JAVA_OPTS", "  -Dx=1   " + option)).command().subList(0, 4));
  }

  @Test
  void optionsOfTheEnvironmentPayByThemselves() throws IOException {
    Map<String, String> environment = new HashMap<>(TUNED);
    environment.put("RCNN_JAVA_OPTS", "-Xmx8g");
    assertTrue(restart(environment, "-Xmx1g").pays());
  }

  @Test
  void aClassPathOfManyIsGivenOnWithTheLauncher() throws IOException {
    properties.put("java.class.path", "/a/classes:/b/c.jar");
    List<String> command = restart(Map.of()).command("run");
    assertEquals(
        List.of("-cp", "/a/classes:/b/c.jar", "org.rcnn.cli.launch.Launcher", "run"),
        command.subList(command.size() - 4, command.size()));
  }

  @Test
  void aLocaleWithoutLettersIsReplacedAndArgumentsThatItLostAreRefused() throws IOException {
    properties.put("sun.jnu.encoding", "ANSI_X3.4-1968");
    Restart restart = restart(TUNED, "-Xmx1g");
    assertTrue(restart.pays());
    assertEquals(Map.of("LC_ALL", "C.UTF-8"), restart.variables());
    assertEquals("", restart.objection("run", "--out", "plain"));
    assertTrue(restart.objection("run", "B\uFFFD\uFFFDume").contains("LC_ALL=C.UTF-8"));
    properties.put("sun.jnu.encoding", "UTF-8");
    assertEquals("", restart(TUNED).objection("B\uFFFDume"));
  }
}
