package org.rcnn.cli.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code rcnn} in a copy of the project's folders, with a PATH of our own making. */
@DisabledOnOs(OS.WINDOWS)
class LaunchScriptTest {

  private static final Path PROJECT = Path.of("../..").toAbsolutePath().normalize();
  private static final String ENV =
      "pipeline/cli/src/main/resources/org/rcnn/cli/launch/launch.env";

  /** What the script calls besides what the tests are about. */
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "dirname",
          "readlink",
          "find",
          "id",
          "mkdir",
          "rm",
          "mv",
          "mktemp",
          "flock",
          "locale",
          "grep",
          "getconf",
          "awk",
          "cat",
          "touch",
          "env");

  @TempDir Path folder;
  private Path bin;
  private Path home;

  /** What a start ended with. */
  private record Ended(int status, String out, String err) {
    void refused(String... words) {
      assertEquals(1, status, err);
      for (String word : words) {
        assertTrue(err.contains(word), err);
      }
      assertEquals(1, err.strip().lines().count(), err);
    }
  }

  @BeforeEach
  void aProjectThatWasNotBuilt() throws IOException {
    bin = Files.createDirectory(folder.resolve("bin"));
    for (String tool : TOOLS) {
      for (String place : System.getenv("PATH").split(":")) {
        Path found = Path.of(place, tool);
        if (Files.isExecutable(found) && !Files.exists(bin.resolve(tool))) {
          Files.createSymbolicLink(bin.resolve(tool), found);
        }
      }
    }
    home = Files.createDirectory(folder.resolve("project"));
    for (String file :
        List.of("rcnn", "pom.xml", "pipeline/pom.xml", "pipeline/cli/pom.xml", ENV)) {
      Files.createDirectories(home.resolve(file).getParent());
      Files.copy(PROJECT.resolve(file), home.resolve(file));
    }
    for (String module :
        List.of("data", "region-proposals", "cnn-finetune", "svm-stage", "eval", "pipeline/core")) {
      Files.createDirectories(home.resolve(module));
    }
    executable(home.resolve("rcnn"));
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void program(Path file, String... lines) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
    executable(file);
  }

  /** A Java that says a version when asked for its settings, and else what it was called with. */
  private void java(String version, boolean compiler) throws IOException {
    Path jdk = folder.resolve("jdk");
    program(
        bin.resolve("java"),
        "case \"$*\" in",
        "  *-XshowSettings*) echo \"    java.home = " + jdk + "\" >&2",
        "    echo \"    java.specification.version = " + version + "\" >&2 ;;",
        "  *) printf '<%s>' \"$@\"; echo; env | grep ^MALLOC_ ;;",
        "esac");
    Files.createDirectories(jdk.resolve("bin"));
    if (compiler) {
      program(jdk.resolve("bin/javac"), "");
    }
  }

  /** A Maven that makes the jar, and notes what it was called with. */
  private void maven() throws IOException {
    program(
        bin.resolve("mvn"),
        "for word; do case $word in -Dapp.folder=*) app=${word#*=} ;; esac; done",
        "mkdir -p \"$app\"; touch \"$app/rcnn.jar\"; echo \"$*\" >> " + folder.resolve("built"));
  }

  private int builds() throws IOException {
    Path built = folder.resolve("built");
    return Files.exists(built) ? Files.readAllLines(built).size() : 0;
  }

  private Ended start(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return start(List.of(), environment, arguments);
  }

  private Ended start(List<String> before, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.add(bin.resolve("bash").toString());
    command.add(home.resolve("rcnn").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(environment);
    Path err = folder.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), out, Files.readString(err));
  }

  @Test
  void withoutAJavaItSaysSo() throws IOException, InterruptedException {
    maven();
    start(Map.of(), "run").refused("no java on the PATH", "JDK 17", "JAVA_HOME");
  }

  @Test
  void anOldJavaIsNamedBeforeMavenFailsOnIt() throws IOException, InterruptedException {
    maven();
    java("1.8", true);
    start(Map.of(), "run").refused("needs Java 17", "Java 8", folder.resolve("jdk").toString());
    java("11", true);
    start(Map.of(), "run").refused("needs Java 17", "Java 11");
    assertEquals(0, builds());
  }

  @Test
  void aRuntimeWithoutACompilerCannotBuild() throws IOException, InterruptedException {
    maven();
    java("17", false);
    start(Map.of(), "run")
        .refused(folder.resolve("jdk").toString(), "without a compiler", "install a JDK 17");
  }

  @Test
  void withoutMavenItSaysSoAndWhatElseCanBeDone() throws IOException, InterruptedException {
    java("21", true);
    start(Map.of(), "run").refused("no mvn on the PATH", "Maven 3.8", "java -jar app/rcnn.jar");
  }

  @Test
  void aFolderThatMayNotBeWrittenIsNamed() throws IOException, InterruptedException {
    java("17", true);
    maven();
    List<String> asSomeoneElse = List.of();
    if (Files.isWritable(Path.of("/"))) {
      // The owner of everything may write anywhere.
      Path setpriv = Path.of("/usr/bin/setpriv");
      assumeTrue(Files.isExecutable(setpriv));
      asSomeoneElse =
          List.of(setpriv.toString(), "--reuid=65534", "--regid=65534", "--clear-groups");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    } else {
      Files.setPosixFilePermissions(
          home.resolve("data"), PosixFilePermissions.fromString("r-xr-xr-x"));
    }
    start(asSomeoneElse, Map.of(), "run")
        .refused("may not write to " + home.resolve("data"), "copy the project");
    assertEquals(0, builds());
  }

  @Test
  void itBuildsOnceAndAgainWhenASourceHasChanged() throws IOException, InterruptedException {
    java("17", true);
    maven();
    Ended first = start(Map.of(), "run", "--out", "a folder");
    assertEquals(0, first.status(), first.err());
    assertTrue(first.err().contains("Building"), first.err());
    String jar = home.resolve("pipeline/cli/target/app/rcnn.jar").toString();
    String called = first.out().lines().findFirst().orElse("");
    assertTrue(
        called.endsWith("<-Drcnn.launched=true><-jar><" + jar + "><run><--out><a folder>"), called);
    assertTrue(called.matches("<-Xmx\\d+g>.*"), called);

    Ended second = start(Map.of(), "run");
    assertFalse(second.err().contains("Building"), second.err());
    assertEquals(1, builds());

    Path source = Files.writeString(home.resolve("data/New.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    start(Map.of(), "run");
    assertEquals(2, builds());
  }

  @Test
  void sparkIsBuiltAndOnTheClassPathOnlyForAPlaceToWorkAt()
      throws IOException, InterruptedException {
    java("17", true);
    maven();
    Path target = home.resolve("pipeline/spark/target");
    Path jars = Files.createDirectories(target.resolve("home/jars"));
    Path own = Files.createFile(target.resolve("rcnn-spark-1.jar"));
    Path core = Files.createFile(jars.resolve("spark-core_2.13-4.jar"));
    Files.createFile(jars.resolve("jul-to-slf4j-2.jar"));
    Ended spark = start(Map.of(), "run", "--on", "local[2]");
    assertEquals(0, spark.status(), spark.err());
    assertTrue(
        Files.readAllLines(folder.resolve("built")).get(0).contains("pipeline/cli,pipeline/spark"));
    assertTrue(spark.out().contains("rcnn.jar:" + own + ":" + core + ">"), spark.out());
    assertTrue(spark.out().contains("<@" + home.resolve("pipeline/spark/java17.args") + ">"));
    assertFalse(spark.out().contains("jul-to-slf4j"), spark.out());
    assertFalse(start(Map.of(), "run").out().contains("spark"));
  }

  @Test
  void profilesAreBuiltIntoFoldersOfTheirOwn() throws IOException, InterruptedException {
    java("17", true);
    maven();
    Ended plain = start(Map.of(), "run");
    Ended cuda = start(Map.of("RCNN_PROFILES", "cuda"), "run");
    assertTrue(plain.out().contains("target/app/rcnn.jar"), plain.out());
    assertTrue(cuda.out().contains("target/app-cuda/rcnn.jar"), cuda.out());
    assertTrue(Files.readAllLines(folder.resolve("built")).get(1).contains("-Pcuda"));
  }

  @Test
  void theAllocatorIsTunedAsByTheLauncherButForWhatIsSet()
      throws IOException, InterruptedException {
    java("17", true);
    maven();
    Ended ended = start(Map.of("MALLOC_ARENA_MAX", "8", "RCNN_JAVA_OPTS", "-Xmx9g -Dx=1"), "run");
    LaunchSettings.read()
        .malloc()
        .forEach(
            (name, value) -> {
              String expected = name.equals("MALLOC_ARENA_MAX") ? "8" : value;
              assertTrue(ended.out().contains(name + "=" + expected + "\n"), ended.out());
            });
    // The last heap counts.
    assertTrue(ended.out().matches("(?s)<-Xmx\\d+g><-Xmx9g><-Dx=1>.*"), ended.out());
  }

  @Test
  void aJavaOfJavaHomeGoesBeforeThatOfThePath() throws IOException, InterruptedException {
    java("17", true);
    maven();
    start(Map.of(), "run");
    Path other = folder.resolve("other");
    program(other.resolve("bin/java"), "echo the other");
    assertEquals("the other\n", start(Map.of("JAVA_HOME", other.toString()), "run").out());
  }

  /** It cannot be run here; at least its parts fit those of the other launchers. */
  @Test
  void theScriptForWindowsReadsTheSameSettingsAndJumpsToWhatIsThere() throws IOException {
    List<String> lines =
        Files.readAllLines(PROJECT.resolve("rcnn.cmd")).stream().map(String::strip).toList();
    String script = String.join("\n", lines);
    assertTrue(script.contains(ENV.replace('/', '\\')));
    for (String name : List.of("HEAP_GIB", "HEAP_CORES", "HEAP_CORES_PER_GIB")) {
      assertTrue(Files.readString(PROJECT.resolve(ENV)).contains("\n" + name + "="), name);
      assertTrue(script.contains(name), name);
    }
    assertTrue(script.contains("-Drcnn.launched=true -jar \"%app%\\rcnn.jar\" %*"));
    List<String> jumps =
        lines.stream()
            .filter(line -> line.matches("(.* )?goto \\w+"))
            .map(line -> ":" + line.substring(line.lastIndexOf(' ') + 1))
            .toList();
    assertTrue(jumps.size() > 5);
    jumps.forEach(label -> assertTrue(lines.contains(label), label));
    for (String module :
        List.of("data", "region-proposals", "cnn-finetune", "svm-stage", "eval", "core", "cli")) {
      assertTrue(script.contains(module + "'"), module);
    }
  }
}
