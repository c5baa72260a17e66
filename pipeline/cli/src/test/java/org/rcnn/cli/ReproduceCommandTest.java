package org.rcnn.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.expected.ExpectedFile;
import org.rcnn.pipeline.expected.ExpectedResults;
import org.rcnn.pipeline.expected.ExpectedResults.Figure;

/** Two rows on six generated scenes, with two seeds of fine-tuning, recorded and reproduced. */
@TestInstance(Lifecycle.PER_CLASS)
class ReproduceCommandTest {

  private Path folder;
  private Path devkit;
  private Path run;
  private Path recorded;
  private Session recording;

  @BeforeAll
  void record(@TempDir Path temporary) throws IOException {
    folder = temporary;
    devkit = SmallDevkit.in(folder.resolve("devkit"));
    run = folder.resolve("run");
    recorded = folder.resolve("recorded.json");
    recording = reproduce(write("scenes.json", scenes()), "--record", recorded).done();
  }

  private static String scenes() throws IOException {
    try (var in = ReproduceCommandTest.class.getResourceAsStream("scenes.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Path write(String name, String json) throws IOException {
    return Files.writeString(folder.resolve(name), json);
  }

  private Session reproduce(Path file, Object... more) {
    return Session.of(
        Stream.concat(
                Stream.of("reproduce", file, "--with", "folder=" + devkit, "--out", run),
                Stream.of(more))
            .toArray());
  }

  private long artifacts(String stage, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(run.resolve(stage))) {
      return files.filter(file -> file.toString().endsWith(ending)).count();
    }
  }

  @Test
  void whatWasMeasuredIsRecordedWithMeanSpreadAndProvenance() throws IOException {
    assertTrue(recording.out().contains("$ ./rcnn ablate --layers fc7 "), recording.out());
    ExpectedResults results = ExpectedFile.read(recorded);
    assertEquals(4, results.images().train().images());
    assertEquals(2, results.images().test().images());
    assertTrue(results.images().train().fingerprint().length() > 16);
    assertEquals(
        Session.json(run.resolve("ablation.json")).path("backbone_fingerprint").asText(),
        results.backboneFingerprint());
    assertFalse(results.recorded().commit().isBlank());
    assertTrue(results.recorded().seconds() > 0);
    // Seeds of fine-tuning do not reach the network that is not fine-tuned.
    Figure pretrained = results.rows().get(1).figures().get("mAP");
    assertEquals(0, pretrained.spread());
    // Its figure is that of the seeds' results, which stay in the run's folder.
    double sum = 0;
    try (Stream<Path> files = Files.list(run.resolve("reproduce"))) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("grid")).toList()) {
        sum += Session.json(file).path("rows").path(1).path("mAP").asDouble(-9);
      }
    }
    assertEquals(sum / 2, results.rows().get(0).figures().get("mAP").mean(), 1e-5);
  }

  @Test
  void seedsOfFineTuningShareEverythingBeforeIt() throws IOException {
    assertEquals(2, artifacts("proposals", ".bin"));
    assertEquals(2, artifacts("finetune", ".safetensors"));
    // Of each of three networks, for the training and the test images.
    assertEquals(6, artifacts("features", "pool5.bin"));
    assertEquals(6, artifacts("later-features", "fc7.bin"));
  }

  @Test
  void theSameMachineReproducesItsOwnResultsAndComputesNothingAgain() throws IOException {
    Path json = folder.resolve("again.json");
    Session again = reproduce(recorded, "--json", json).done();
    assertEquals(2, artifacts("finetune", ".safetensors"));
    assertTrue(
        again.out().contains("holds: mAP of fine-tuned >= pre-trained - 100.0"), again.out());
    assertFalse(again.out().contains("DOES NOT HOLD"), again.out());
    JsonNode result = Session.json(json);
    assertTrue(result.path("holds").asBoolean());
    for (JsonNode row : result.path("rows")) {
      assertEquals("holds", row.path("verdict").asText());
      assertEquals(2, row.path("values").size());
    }
  }

  @Test
  void otherFiguresAndClaimsFailWithStatus1AndASentence() throws IOException {
    String json = Files.readString(recorded);
    // No mAP of six scenes and two iterations is 1, and no row is one point better than itself.
    String wrong =
        json.replaceFirst("\"mean\": [0-9.E-]+", "\"mean\": 1")
            .replace("\"right\": \"pre-trained\"", "\"right\": \"fine-tuned\"")
            .replace("\"plus\": -1.0", "\"plus\": 0.01");
    assertNotEquals(json, wrong);
    Session session = reproduce(write("wrong.json", wrong));
    session.refused(1, "scenes: 1 of 2 figures and 1 of 1 claims do not hold");
    assertTrue(session.out().contains("LOWER than expected"), session.out());
    assertTrue(session.out().contains("DOES NOT HOLD: mAP of fine-tuned >= fine-tuned + 1.0"));

    Session missing =
        reproduce(write("missing.json", json.replace("\"layer\": \"fc7\"", "\"layer\": \"fc6\"")));
    missing.refused(1, "2 of 2 figures and 1 of 1 claims do not hold");
    assertTrue(missing.out().contains("MISSING from the result"), missing.out());
  }

  @Test
  void onOtherImagesOrFromOtherWeightsTheClaimsAloneAreJudged() throws IOException {
    // A figure of 1 would not hold.
    String wrong = Files.readString(recorded).replaceFirst("\"mean\": [0-9.E-]+", "\"mean\": 1");
    String images = wrong.replaceFirst("\"images\": 4", "\"images\": 5");
    String weights = wrong.replaceFirst("_fingerprint\": \"[0-9a-f]+", "_fingerprint\": \"0");
    Path json = folder.resolve("other-result.json");

    Session session = reproduce(write("images.json", images), "--json", json).done();
    String told = "The images are not those that scenes was recorded with (5 of trainval";
    assertTrue(session.err().contains(told), session.err());
    assertTrue(session.out().contains("measured, recorded on other images"), session.out());
    assertTrue(session.out().contains("holds: mAP of fine-tuned"), session.out());
    assertTrue(Session.json(json).path("holds").asBoolean());
    assertEquals("other-images", Session.json(json).path("inputs").asText());
    assertEquals("unjudged", Session.json(json).path("rows").path(0).path("verdict").asText());

    session = reproduce(write("weights.json", weights), "--quiet").done();
    told = "The network or its starting weights are not those that scenes was recorded with";
    assertTrue(session.err().contains(told), session.err());
    assertTrue(session.out().contains("measured, recorded with other weights"), session.out());

    String claim = images.replace("\"plus\": -1.0", "\"plus\": 1.0");
    reproduce(write("claim.json", claim)).refused(1, "scenes: 1 of 1 claims does not hold");
  }

  @Test
  void aResultOfBeforeIsNotTakenForThatOfACommandThatDoesNotTrain() throws IOException {
    Path check;
    try (Stream<Path> files = Files.list(run.resolve("reproduce"))) {
      check =
          files
              .filter(file -> file.getFileName().toString().startsWith("check"))
              .findAny()
              .orElseThrow();
    }
    Files.writeString(check, "{\"stale\": true}");
    reproduce(recorded).done();
    assertFalse(Session.json(check).has("stale"));
  }

  @Test
  void aCommandThatFailsEndsTheReproduction() throws IOException {
    String wrong = scenes().replace("\"--heads\", \"softmax\"", "\"--heads\", \"forest\"");
    Path file = write("fails.json", wrong);
    reproduce(file).refused(2, "scenes: command grid failed; see above.");
    Session traced = reproduce(file, "--debug");
    assertEquals(2, traced.status());
    assertTrue(traced.err().contains("\tat org.rcnn"), traced.err());
  }

  @Test
  void whatAFileNeedsMustBeGivenAndNothingElse() throws IOException {
    Path file = write("needs.json", scenes());
    Session.of("reproduce", file)
        .refused(2, "scenes needs --with folder=PATH: where detections lie");
    reproduce(file, "--data", devkit).refused(2, "--data DIR has no effect");
    reproduce(file, "--seeds", "1,1").refused(2, "--seeds must be different whole numbers");
  }

  @Test
  void withoutANameItListsWhatThereIs() {
    Session list = Session.of("reproduce").done();
    for (String name : ExpectedFile.names()) {
      assertTrue(list.out().contains(name + System.lineSeparator()), list.out());
    }
    assertTrue(list.out().contains("needs --data DIR: a subset of PASCAL VOC2007"), list.out());
    Session.of("reproduce", "imagenet").refused(2, "There are no expected results 'imagenet'");
  }

  @Test
  void tablesOfAFileAreMadeAnew() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(page, "<!-- expected: demo ap -->\nold\n<!-- end -->\n");
    assertTrue(Session.of("reproduce", "--renew", page).done().out().contains("renewed"));
    assertTrue(Files.readString(page).contains("class         AP\n"), Files.readString(page));
    assertTrue(Session.of("reproduce", "--renew", page).done().out().contains("nothing changed"));
  }
}
