package org.rcnn.pipeline.expected;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.pipeline.expected.ExpectedResults.Figure;
import org.rcnn.pipeline.expected.ExpectedResults.ImageSet;
import org.rcnn.pipeline.expected.ExpectedResults.Images;
import org.rcnn.pipeline.expected.Reproduction.Inputs;
import org.rcnn.pipeline.expected.Reproduction.Verdict;

/**
 * Expected: fine-tuned fc7 has an mAP of 30 ± 2 % and an AP of 50 % for cats, pre-trained fc7 an
 * mAP of 20 %; fine-tuning gains 4 points at least, and gives 26 % at least.
 */
class ReproductionTest {

  @TempDir Path folder;
  private ExpectedResults expected;

  @BeforeEach
  void readTheExpectation() throws IOException {
    expected =
        ExpectedFile.read(Files.writeString(folder.resolve("cats.json"), ExpectedFileTest.cats()));
  }

  /** The result of a seed, in the layout of {@code ablate}; other rows stand beside ours. */
  private static JsonNode grid(double tuned, double cat, double pretrained) throws IOException {
    return new ObjectMapper()
        .readTree(
            String.format(
                Locale.ROOT,
                """
                {"rows": [
                  {"finetuned": true, "layer": "fc7", "threshold": 0.3, "mAP": 0.9, "ap": {"cat": 0.9}},
                  {"finetuned": true, "layer": "fc7", "threshold": 0.0, "mAP": %f, "ap": {"cat": %f}},
                  {"finetuned": true, "layer": "fc6", "threshold": 0.0, "mAP": 0.9},
                  {"finetuned": false, "layer": "fc7", "mAP": %f}]}
                """,
                tuned,
                cat,
                pretrained));
  }

  private Reproduction of(JsonNode... seeds) throws IOException {
    return new Reproduction(expected, Map.of("grid", List.of(seeds)), Inputs.SAME);
  }

  private static List<Verdict> verdicts(Reproduction reproduction) {
    return reproduction.outcomes().stream().map(Reproduction.Outcome::verdict).toList();
  }

  @Test
  void meansOverTheSeedsThatLieWithinTheMarginsHold() throws IOException {
    Reproduction found = of(grid(0.24, 0.5, 0.2), grid(0.34, 0.5, 0.2), grid(0.29, 0.5, 0.2));
    assertEquals(List.of(Verdict.HOLDS, Verdict.HOLDS, Verdict.HOLDS), verdicts(found));
    assertEquals(Optional.empty(), found.objection());
    // 24, 34 and 29: the mean is 29, the deviations are 5, and so is their root mean square by n -
    // 1.
    assertEquals(0.29, found.outcomes().get(0).mean(), 1e-12);
    assertEquals(0.05, found.outcomes().get(0).spread(), 1e-12);
    assertTrue(found.toText().contains("30.0 ± 2.0  29.0 ± 5.0  holds\n"), found.toText());
    assertTrue(found.toText().contains("holds: mAP of FT fc7 >= fc7 + 4.0 (29.0, 20.0)\n"));
    assertTrue(found.toText().contains("holds: mAP of FT fc7 >= 26.0 (29.0)\n"));
  }

  @Test
  void theMarginIsTheLargerOfToleranceAndTwiceTheSpreadItselfIncluded() throws IOException {
    assertEquals(0.04, new Figure(0.3, 0.02, 0.01).margin());
    assertEquals(0.01, new Figure(0.3, 0.001, 0.01).margin());
    assertEquals(0.01, new Figure(0.3, null, 0.01).margin());
    assertEquals(
        List.of(Verdict.HOLDS, Verdict.HOLDS, Verdict.HOLDS), verdicts(of(grid(0.26, 0.51, 0.21))));
    assertEquals(
        List.of(Verdict.LOWER, Verdict.HIGHER, Verdict.LOWER),
        verdicts(of(grid(0.259, 0.511, 0.189))));
  }

  @Test
  void fiveDecimalsOfAFileAreNoDifference() throws IOException {
    assertEquals(
        List.of(Verdict.HOLDS, Verdict.HOLDS, Verdict.HOLDS),
        verdicts(of(grid(0.26 - 14e-6, 0.51 + 14e-6, 0.2))));
    assertEquals(
        List.of(Verdict.LOWER, Verdict.HIGHER, Verdict.HOLDS),
        verdicts(of(grid(0.26 - 16e-6, 0.51 + 16e-6, 0.2))));
  }

  @Test
  void whatDoesNotHoldIsCountedInOneSentence() throws IOException {
    Reproduction found = of(grid(0.22, 0.55, 0.2));
    assertEquals(
        "cats: 2 of 3 figures and 2 of 2 claims do not hold; the table says which.",
        found.objection().orElseThrow());
    String text = found.toText();
    assertTrue(text.contains("LOWER than expected by more than 4.0\n"), text);
    assertTrue(text.contains("HIGHER than expected by more than 1.0\n"), text);
    assertTrue(text.contains("DOES NOT HOLD: mAP of FT fc7 >= fc7 + 4.0 (22.0, 20.0)\n"), text);
    JsonNode tree = found.toJson();
    assertFalse(tree.path("holds").asBoolean(true));
    assertEquals("lower", tree.path("rows").path(0).path("verdict").asText());
    assertEquals(0.22, tree.path("rows").path(0).path("measured").asDouble());
    assertTrue(tree.path("rows").path(0).path("measured_spread").isNull());
    assertFalse(tree.path("claims").path(1).path("holds").asBoolean(true));
  }

  @Test
  void aRowThatOneSeedLacksIsMissingAndSoAreTheClaimsAboutIt() throws IOException {
    JsonNode other =
        new ObjectMapper()
            .readTree("{\"rows\": [{\"finetuned\": false, \"layer\": \"fc7\", \"mAP\": 0.2}]}");
    Reproduction found = of(grid(0.3, 0.5, 0.2), other);
    assertEquals(List.of(Verdict.MISSING, Verdict.MISSING, Verdict.HOLDS), verdicts(found));
    assertNull(found.claims().get(0).left());
    assertFalse(found.claims().get(0).holds());
    IOException refusal =
        assertThrows(IOException.class, () -> found.record(List.of(1L, 2L), null, null, null));
    assertTrue(refusal.getMessage().contains("mAP of row 'FT fc7'"), refusal.getMessage());
  }

  @Test
  void aCommandThatGaveNothingLeavesItsRowsMissing() throws IOException {
    Reproduction found = new Reproduction(expected, Map.of(), Inputs.SAME);
    assertEquals(List.of(Verdict.MISSING, Verdict.MISSING, Verdict.MISSING), verdicts(found));
  }

  @Test
  void aKeyThatFitsTwoRowsIsRefused() throws IOException {
    JsonNode twice =
        new ObjectMapper()
            .readTree(
                "{\"rows\": [{\"finetuned\": false, \"layer\": \"fc7\"},"
                    + " {\"finetuned\": false, \"layer\": \"fc7\"}]}");
    IOException refusal = assertThrows(IOException.class, () -> of(twice));
    assertTrue(refusal.getMessage().contains("2 rows of command grid"), refusal.getMessage());
  }

  @Test
  void whatWasMeasuredBecomesTheExpectationAndThenHolds() throws IOException {
    List<JsonNode> seeds = new ArrayList<>();
    for (double tuned : new double[] {0.41, 0.43, 0.45}) {
      seeds.add(grid(tuned, 0.6, 0.3));
    }
    Reproduction found = new Reproduction(expected, Map.of("grid", seeds), Inputs.SAME);
    assertEquals(List.of(Verdict.HIGHER, Verdict.HIGHER, Verdict.HIGHER), verdicts(found));
    ExpectedResults recorded =
        found.record(
            List.of(4L, 5L, 6L), expected.images(), "fed", ExpectedResults.Recorded.now("abc", 7));
    assertEquals(List.of(4L, 5L, 6L), recorded.seeds());
    assertEquals(new Figure(0.43, 0.02, 0.01), recorded.figure("FT fc7", "mAP"));
    assertEquals(7, recorded.recorded().seconds());
    assertEquals("fed", recorded.backboneFingerprint());
    assertTrue(recorded.recorded().date().matches("\\d{4}-\\d\\d-\\d\\d"));
    assertEquals(
        Optional.empty(),
        new Reproduction(recorded, Map.of("grid", seeds), Inputs.SAME).objection());
  }

  @Test
  void onOtherImagesFiguresAreShownAndClaimsBetweenRowsJudged() throws IOException {
    JsonNode low = grid(0.24, 0.9, 0.1);
    Reproduction found =
        new Reproduction(expected, Map.of("grid", List.of(low)), Inputs.OTHER_IMAGES);
    assertEquals(List.of(Verdict.UNJUDGED, Verdict.UNJUDGED, Verdict.UNJUDGED), verdicts(found));
    assertEquals(Optional.empty(), found.objection());
    assertTrue(
        found.toText().contains("30.0 ± 2.0      24.0  measured, recorded on other images\n"),
        found.toText());
    assertTrue(found.toText().contains("holds: mAP of FT fc7 >= fc7 + 4.0 (24.0, 10.0)\n"));
    assertTrue(found.toText().contains("not judged: mAP of FT fc7 >= 26.0 (24.0)\n"));
    assertFalse(found.toJson().path("claims").path(1).path("judged").asBoolean(true));
    assertEquals("other-images", found.toJson().path("inputs").asText());

    // A row that these images do not give is no objection; the claim about it and another is.
    JsonNode none = new ObjectMapper().readTree("{\"rows\": []}");
    found = new Reproduction(expected, Map.of("grid", List.of(none)), Inputs.OTHER_WEIGHTS);
    assertEquals(
        "cats: 1 of 1 claims does not hold; the table says which.",
        found.objection().orElseThrow());
  }

  @Test
  void imagesAndWeightsAreComparedWhereTheyWereRecorded() throws IOException {
    Images same = expected.images();
    Images other = new Images(same.train(), new ImageSet("val", 1, null));
    assertEquals(Inputs.SAME, Inputs.of(expected, null, null));
    assertEquals(Inputs.SAME, Inputs.of(expected, same, "any, since none was recorded"));
    assertEquals(Inputs.OTHER_IMAGES, Inputs.of(expected, other, null));
    ExpectedResults withWeights =
        of(grid(0.3, 0.5, 0.2)).record(List.of(1L), same, "fed", expected.recorded());
    assertEquals(Inputs.SAME, Inputs.of(withWeights, same, "fed"));
    assertEquals(Inputs.OTHER_WEIGHTS, Inputs.of(withWeights, same, "bed"));
    // Other images may have other classes, and so another last layer.
    assertEquals(Inputs.OTHER_IMAGES, Inputs.of(withWeights, other, "bed"));
  }

  @Test
  void aFigureThatWasNeverRecordedIsNewAndHarmsNothing() throws IOException {
    String blank = ExpectedFileTest.cats().replace("\"mean\": 0.50", "\"mean\": null");
    expected = ExpectedFile.read(Files.writeString(folder.resolve("cats.json"), blank));
    Reproduction found = of(grid(0.3, 0.7, 0.2));
    assertEquals(List.of(Verdict.HOLDS, Verdict.NEW, Verdict.HOLDS), verdicts(found));
    assertEquals(Optional.empty(), found.objection());
  }
}
