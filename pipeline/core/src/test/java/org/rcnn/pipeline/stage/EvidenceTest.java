package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.FineTuning.Ending;
import org.rcnn.cnn.train.FineTuning.Judgement;
import org.rcnn.cnn.train.FineTuning.LearningPoint;
import org.rcnn.cnn.train.FineTuning.PhaseEnd;
import org.rcnn.cnn.train.FineTuningSettings;
import org.rcnn.cnn.train.Judging;
import org.rcnn.cnn.train.Keep;
import org.rcnn.cnn.train.Movement;
import org.rcnn.cnn.train.Phase;
import org.rcnn.cnn.train.RangeTest;
import org.rcnn.pipeline.run.Json;
import org.rcnn.svm.BoxRegressionReport;
import org.rcnn.svm.BoxRegressionReport.Form;
import org.rcnn.svm.Round;
import org.rcnn.svm.SampleCounts;
import org.rcnn.svm.SvmSettings;

/** What stages leave behind is read back as it was, or refused. */
class EvidenceTest {

  @TempDir Path folder;

  private static final MiningEvidence MINING =
      new MiningEvidence(
          SvmSettings.paper(3),
          3,
          List.of(
              new Round("cat", 0, 9, 200, 0, 0, 200, 30, 3, 5, 1, 0.9),
              new Round("dog", 5, 20, 300, 99, 25, 100, 40, 4, 9, Double.NaN, 1.1),
              new Round("cat", 9, 10, 320, 200, 20, 20, 44, 5, 0, 1.3, 1.2)),
          List.of(
              new SampleCounts("cat", 1, 2, 3, 4, 5, 6, 7, 8),
              new SampleCounts("dog", 10, 20, 30, 40, 50, 60, 4_000_000_000L, 80)),
          List.of("horse"));

  private static final List<BoxRegressionReport> BOXES =
      List.of(
          new BoxRegressionReport("cat", 100, 90, 10, 0.71, 0.82, Form.DUAL, false, 1e-7),
          new BoxRegressionReport("dog", 1, 1, 0, Double.NaN, Double.NaN, Form.IDENTITY, true, 0));

  private static LearningCurve curve(double loss, double validation) {
    return LearningCurve.of(
        List.of("dog", "cat"),
        new int[] {7, 9, 8},
        new long[] {70, 90, 80},
        settings(Keep.LOWEST_LOSS, Phase.ofAllLayers(50)),
        new FineTuning.Result(
            new Weights(Map.of()),
            List.of(new LearningPoint(50, loss, 0.75, 0.25, validation, validation)),
            Map.of("conv1", 0.01),
            List.of(new PhaseEnd(50, Ending.COMPLETED)),
            List.of(new Judgement(50, validation)),
            50,
            List.of(
                new Movement(1, Map.of("conv1", 0.0), Map.of("conv1", 2.0), Map.of("conv1", 0.5)),
                new Movement(50, Map.of("conv1", 0.01), Map.of("conv1", 2.1), Map.of())),
            List.of(
                new RangeTest(
                    List.of(new RangeTest.Point(1e-6, 2)),
                    List.of(new RangeTest.Trial(0.001, List.of(1.5, 1.25)))))));
  }

  private static FineTuningSettings settings(Keep keep, Phase... phases) {
    return new FineTuningSettings(
        List.of(phases),
        32,
        96,
        0.5,
        true,
        0.9,
        0.0005,
        10,
        20,
        2,
        0.5,
        Set.of(),
        Map.of(),
        new Judging(keep, keep == Keep.LAST ? 0 : 2, 20),
        1);
  }

  private static String choice(Keep keep, int kept, Judgement... judgements) {
    Phase phase = Phase.ofAllLayers(1000);
    return LearningCurve.of(
            List.of(),
            new int[] {7},
            new long[] {70},
            settings(keep, phase, phase.withIterations(40)),
            new FineTuning.Result(
                new Weights(Map.of()),
                List.of(),
                Map.of(),
                List.of(
                    new PhaseEnd(60, Ending.NO_IMPROVEMENT), new PhaseEnd(100, Ending.COMPLETED)),
                List.of(judgements),
                kept))
        .choice();
  }

  @Test
  void aLearningCurveSaysWhatWasKeptAndWhyPhasesEnded() {
    String early = " Phase 1 ended after 60 of 1,000 iterations, because nothing better was found.";
    assertEquals(
        "Fine-tuning keeps the weights of iteration 20 of 100, with a validation loss of 1.250."
            + early,
        choice(Keep.LOWEST_LOSS, 20, new Judgement(20, 1.25), new Judgement(40, 1.5)));
    assertEquals(
        "Fine-tuning keeps the weights of iteration 40 of 100, with an mAP of 31.3 % on the"
            + " validation images."
            + early,
        choice(Keep.HIGHEST_MAP, 40, new Judgement(20, 0.25), new Judgement(40, 0.3125)));
  }

  @Test
  void miningIsReadBackAsItWas() throws IOException {
    Path file = folder.resolve("a-mining.json");
    MINING.write(file);
    assertEquals(MINING, MiningEvidence.read(file));
  }

  @Test
  void sumsOfMiningAreOverTheClassesAndTheirLastTrainings() {
    assertEquals(
        new SampleCounts("all classes", 11, 22, 33, 44, 55, 66, 4_000_000_007L, 88),
        MINING.totalSamples());
    assertEquals((5 + 4) / (10 + 20.0), MINING.misplacedShare());
  }

  @Test
  void aLearningCurveIsReadBackAsItWas() throws IOException {
    Path file = folder.resolve("a-curve.json");
    for (LearningCurve curve :
        List.of(curve(1.5, 1.25), curve(1.5, Double.NaN), curve(Double.NaN, Double.NaN))) {
      curve.write(file);
      assertEquals(curve, LearningCurve.read(file));
      assertFalse(Files.readString(file).contains("NaN"));
    }
    assertEquals(
        List.of("background", "dog", "cat"),
        List.copyOf(LearningCurve.read(file).regions().keySet()));
  }

  @Test
  void reportsOfBoxRegressionAreReadBackAsTheyWere() throws IOException {
    Path file = folder.resolve("a-report.json");
    Json.write(file, Json.tree(BOXES));
    assertEquals(BOXES, BoxRegressionStage.reports(file));
  }

  @Test
  void aComponentOfAnotherNameIsRefusedInASentence() throws IOException {
    Path mining = folder.resolve("a-mining.json");
    MINING.write(mining);
    assertRefused(mining, "supportVectors", () -> MiningEvidence.read(mining));
    MINING.write(mining);
    assertRefused(mining, "negativeIou", () -> MiningEvidence.read(mining));
    MINING.write(mining);
    assertRefused(mining, "untrained", () -> MiningEvidence.read(mining));
    Path curve = folder.resolve("a-curve.json");
    for (String component :
        List.of(
            "drawn",
            "rateDropEvery",
            "distances",
            "movements",
            "gradients",
            "rangeTests",
            "trials",
            "ending",
            "positiveAccuracy",
            "validationLoss")) {
      curve(1.5, 1.25).write(curve);
      assertRefused(curve, component, () -> LearningCurve.read(curve));
    }
    Path boxes = folder.resolve("a-report.json");
    Json.write(boxes, Json.tree(BOXES));
    assertRefused(boxes, "iouAfter", () -> BoxRegressionStage.reports(boxes));
  }

  @Test
  void aMissingComponentIsRefused() throws IOException {
    Path curve = folder.resolve("a-curve.json");
    curve(1.5, 1.25).write(curve);
    Files.writeString(curve, Files.readString(curve).replace("\"accuracy\" : 0.75,", ""));
    String message = assertThrows(IOException.class, () -> LearningCurve.read(curve)).getMessage();
    assertTrue(message.contains("'accuracy'"), message);
  }

  private static void assertRefused(Path file, String component, Executable reading)
      throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains('"' + component + '"'), text);
    Files.writeString(file, text.replace('"' + component + '"', "\"formerName\""));
    String message = assertThrows(IOException.class, reading).getMessage();
    assertTrue(
        message.startsWith(file + " is damaged or of another version (")
            && (message.contains("formerName") || message.contains(component))
            && message.endsWith("and run again."),
        message);
  }
}
