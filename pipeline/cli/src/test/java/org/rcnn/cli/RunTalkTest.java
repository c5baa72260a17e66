package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What `run` says beside its result, and what `clean` leaves of it; one folder, in this order. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class RunTalkTest {

  private static final Pattern BEGUN = Pattern.compile("stage (\\d+) of (\\d+): [^:]* \\.\\.\\.");

  private Path run;
  private Session first;

  @BeforeAll
  void runTheDemo(@TempDir Path temporary) {
    run = temporary.resolve("run");
    first = run().done();
  }

  private Session run(String... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "run",
                "--out",
                run,
                "--set=data.demo-train=12",
                "--set=data.demo-test=4",
                "--set=proposals.max-boxes=60",
                "--set=finetune.phases=[{iterations: 4}]",
                "--set=threads=2"));
    words.addAll(List.of(more));
    return Session.of(words.toArray());
  }

  @Test
  @Order(1)
  void everyStageHasItsNumber() throws IOException {
    List<MatchResult> begun = BEGUN.matcher(first.err()).results().toList();
    assertEquals(
        IntStream.rangeClosed(1, begun.size()).mapToObj(Integer::toString).toList(),
        begun.stream().map(stage -> stage.group(1)).toList());
    assertEquals(
        new TreeSet<>(List.of(Integer.toString(begun.size()))),
        new TreeSet<>(begun.stream().map(stage -> stage.group(2)).toList()));
    assertEquals(
        Session.json(run.resolve("plan.json")).path("needed_artifacts").size(), begun.size());
    JsonNode made = Session.json(run.resolve("manifest.json")).path("needed_artifacts");
    assertEquals(
        Session.json(run.resolve("plan.json")).path("needed_artifacts").size(), made.size());
  }

  @Test
  @Order(2)
  void theFirstStageHasNoEstimate() {
    List<String> begun =
        first
            .err()
            .lines()
            .filter(line -> line.contains(" ..."))
            .filter(BEGUN.asPredicate())
            .toList();
    assertTrue(begun.get(0).endsWith("proposals of trainval ..."), begun.get(0));
  }

  @Test
  @Order(3)
  void theDiskIsToldBeforeAnythingIsMade() {
    int told = first.err().indexOf("The run will need about ");
    assertTrue(told >= 0 && told < first.err().indexOf("stage 1 of"), first.err());
    assertFalse(first.err().contains("\r"));
  }

  @Test
  @Order(4)
  void quietSaysOnlyTheResult() {
    Session quiet = run("--quiet").done();
    assertEquals("", quiet.err());
    assertTrue(quiet.out().contains("mAP"));
    assertFalse(quiet.out().contains("Network "), quiet.out());
    assertTrue(run().done().err().contains("INFO"), "the next command is not quiet");
  }

  @Test
  @Order(5)
  void theSameSettingsDoNotWarnAndOthersDo() {
    assertFalse(run("--set=threads=1", "--set=evaluation.metric=area").err().contains("WARN"));
    Session other = run("--quiet", "--set=svm.cost=0.01").done();
    assertTrue(
        other
            .err()
            .contains("WARN %s has another detector, which this run will replace (".formatted(run)),
        other.err());
    assertTrue(other.err().contains("svm.cost was 0.001, is 0.01"), other.err());
    assertEquals(1, other.err().lines().count());
  }

  @Test
  @Order(6)
  void cleanListsThenFreesWhatOtherSettingsMade() throws IOException {
    Path json = run.resolveSibling("clean.json");
    Session dry = Session.of("clean", run, "--dry-run", "--json", json).done();
    JsonNode told = Session.json(json);
    assertTrue(told.path("bytes").asLong() > 0, dry.out());
    TreeSet<String> stages = new TreeSet<>();
    told.path("removed").forEach(each -> stages.add(each.path("place").asText().split("/")[0]));
    assertEquals(new TreeSet<>(List.of("detections", "svm", "thresholds")), stages);
    for (JsonNode each : told.path("removed")) {
      assertTrue(Files.exists(run.resolve(each.path("place").asText() + ".json")), each::toString);
    }
    Session.of("clean", run).done();
    for (JsonNode each : told.path("removed")) {
      assertTrue(Files.notExists(run.resolve(each.path("place").asText() + ".json")));
    }
    assertTrue(Session.of("clean", run).done().out().startsWith("0 bytes freed"));
    Session again = run("--set=svm.cost=0.01").done();
    assertFalse(BEGUN.matcher(again.err()).find(), "everything that is needed is there");
  }

  @Test
  @Order(7)
  void cleanRefusesAFolderOfAnotherKindAndLeavesNothingInIt(@TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("photo.jpg"), "mine");
    Session.of("clean", folder).refused(1, "Nothing in " + folder + " says what a run needs");
    assertEquals(1, folder.toFile().list().length);
    Session.of("clean", folder.resolve("none")).refused(1, "There is no file or folder");
  }
}
