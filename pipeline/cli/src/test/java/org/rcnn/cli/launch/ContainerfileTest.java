package org.rcnn.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What can be told of the container and of the matrix of checks without a container and without
 * their machines: their statements, and that these fit the project.
 */
class ContainerfileTest {

  private static final Path PROJECT = Path.of("../..").toAbsolutePath().normalize();

  /** An instruction and what follows it. */
  private record Statement(String word, String rest) {}

  private static List<Statement> statements() throws IOException {
    List<Statement> statements = new ArrayList<>();
    for (String line : Files.readAllLines(PROJECT.resolve("pipeline/cli/Containerfile"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split(" ", 2);
        statements.add(new Statement(parts[0], parts[1]));
      }
    }
    return statements;
  }

  private static List<String> all(String word) throws IOException {
    return statements().stream()
        .filter(statement -> statement.word.equals(word))
        .map(Statement::rest)
        .toList();
  }

  @Test
  void everyInstructionIsOneThatBuildersKnow() throws IOException {
    Set<String> known =
        Set.of(
            "FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "USER", "ENTRYPOINT", "CMD");
    statements().forEach(statement -> assertTrue(known.contains(statement.word), statement.word));
    assertEquals("FROM", statements().get(0).word);
  }

  @Test
  void imagesHaveFullNamesAndAVersion() throws IOException {
    assertEquals(2, all("FROM").size());
    for (String image : all("FROM")) {
      assertTrue(
          image.matches("docker\\.io/library/[a-z-]+:\\d+\\.\\d+\\.\\d+[\\w.-]*( AS \\w+)?"),
          image);
    }
  }

  @Test
  void itEndsAsAUserWhoIsNotRootInAFolderOfItsOwn() throws IOException {
    List<String> words = statements().stream().map(Statement::word).toList();
    String user = all("USER").get(0);
    assertTrue(user.matches("[1-9]\\d*:[1-9]\\d*"), user);
    assertTrue(words.lastIndexOf("USER") > words.lastIndexOf("COPY"));
    assertTrue(words.lastIndexOf("USER") > words.lastIndexOf("RUN"));
    assertEquals(List.of("/data"), all("VOLUME"));
    assertEquals("/data", all("WORKDIR").get(1));
  }

  @Test
  void whatIsCopiedIsInTheProjectOrAnEarlierStage() throws IOException {
    Set<String> stages = new HashSet<>();
    all("FROM").stream()
        .filter(from -> from.contains(" AS "))
        .forEach(from -> stages.add(from.substring(from.indexOf(" AS ") + 4)));
    for (String copy : all("COPY")) {
      String[] words = copy.split(" ");
      if (words[0].startsWith("--from=")) {
        assertTrue(stages.contains(words[0].substring("--from=".length())), copy);
      } else {
        assertTrue(Files.exists(PROJECT.resolve(words[0])), copy);
      }
    }
  }

  @Test
  void theProgramIsStartedFromWhereTheBuildPutsIt() throws IOException {
    String build =
        all("RUN").stream().filter(run -> run.startsWith("mvn ")).findFirst().orElseThrow();
    assertTrue(build.contains("-Dapp.folder=/opt/rcnn "), build);
    assertTrue(Files.readString(PROJECT.resolve("pipeline/cli/pom.xml")).contains("<app.folder>"));
    JsonNode entry = new ObjectMapper().readTree(all("ENTRYPOINT").get(0));
    assertEquals("[\"java\",\"-jar\",\"/opt/rcnn/rcnn.jar\"]", entry.toString());
    assertEquals("[\"--help\"]", new ObjectMapper().readTree(all("CMD").get(0)).toString());
    // The natives that the build unpacks are those that the program looks for.
    String tiny = all("RUN").get(1);
    assertTrue(tiny.startsWith("DJL_CACHE_DIR=/opt/rcnn/natives java -jar /opt/rcnn/rcnn.jar run"));
    assertTrue(all("ENV").get(0).contains("DJL_CACHE_DIR=/opt/rcnn/natives"));
  }

  @Test
  void theChecksRunOnEachSystemAndJava() throws IOException {
    JsonNode checks =
        new YAMLMapper()
            .readTree(Files.readString(PROJECT.resolve(".github/workflows/checks.yml")));
    JsonNode matrix = checks.at("/jobs/build/strategy/matrix");
    assertEquals("[\"17\",\"21\",\"25\"]", matrix.get("java").toString());
    String systems = matrix.get("system").toString();
    for (String system : List.of("ubuntu-", "windows-", "macos-")) {
      assertTrue(systems.contains("\"" + system), systems);
    }
    assertFalse(systems.contains("latest"), systems);
    for (JsonNode step : checks.at("/jobs/build/steps")) {
      for (String script : List.of("rcnn.cmd", "./rcnn", "pipeline/examples/outside.sh")) {
        if (step.path("run").asText().contains(script)) {
          assertTrue(Files.isRegularFile(PROJECT.resolve(script)), script);
        }
      }
    }
  }
}
