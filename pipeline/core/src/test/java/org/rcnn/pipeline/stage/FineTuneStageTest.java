package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.train.FineTuning;
import org.rcnn.cnn.train.RangeTest;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

class FineTuneStageTest {

  @TempDir Path folder;

  /** Three quarters of a batch are background: calling everything so is right for them. */
  private static FineTuning.LearningPoint stretch(int iteration, double positiveAccuracy) {
    double accuracy = 0.75 + 0.25 * positiveAccuracy;
    return new FineTuning.LearningPoint(
        iteration, 1.17, accuracy, positiveAccuracy, Double.NaN, Double.NaN);
  }

  @Test
  void aNetworkThatEndsByCallingEverythingBackgroundIsToldOf() {
    Optional<String> told =
        FineTuneStage.collapse(List.of(stretch(50, 0.1), stretch(100, 0)), false);
    assertTrue(told.orElseThrow().contains("finetune.phases"), told.get());
    assertTrue(told.get().contains("new layer"), told.get());
    Optional<String> already = FineTuneStage.collapse(List.of(stretch(100, 0)), true);
    assertFalse(already.orElseThrow().contains("new layers alone"), already.get());
  }

  @Test
  void aNetworkThatFindsObjectsIsNot() {
    assertEquals(
        Optional.empty(),
        FineTuneStage.collapse(List.of(stretch(50, 0), stretch(100, 0.1)), false));
    assertEquals(Optional.empty(), FineTuneStage.collapse(List.of(), false));
  }

  @Test
  void aFirstLossFarAboveAnEvenGuessIsToldOf() {
    // ln 21 = 3.04
    Optional<String> told = FineTuneStage.startsFar(10.2, 21);
    assertTrue(
        told.orElseThrow().contains("a loss of 10.2, but an even guess has 3.0"), told.get());
    assertTrue(told.get().contains("new layer"), told.get());
    assertEquals(Optional.empty(), FineTuneStage.startsFar(3.3, 21));
    assertEquals(Optional.empty(), FineTuneStage.startsFar(Double.NaN, 21));
  }

  @Test
  void aSuggestedRateIsToldAndSoIsItsAbsence() {
    List<RangeTest.Point> points = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      points.add(new RangeTest.Point(1e-4 * (i + 1), i < 20 ? 2 : 9));
    }
    List<Double> losses = Collections.nCopies(RangeTest.TRIAL, 1.0);
    RangeTest test = new RangeTest(points, List.of(new RangeTest.Trial(1.6e-4, losses)));
    assertEquals(
        "Phase 2 of fine-tuning takes the rate 1.6e-04, which its range test suggests.",
        FineTuneStage.suggestion(1, test, test.suggestion().orElseThrow()));
    assertEquals(
        "Phase 1 of fine-tuning keeps its rate of 1.0e-03: its range test suggests none.",
        FineTuneStage.suggestion(0, new RangeTest(List.of(), List.of()), 0.001));
  }

  private static List<String> different(int pictures) {
    return IntStream.range(0, pictures).mapToObj(Integer::toString).toList();
  }

  @Test
  void heldOutImagesAreASeededShareOfAll() {
    Set<Integer> held = FineTuneStage.heldOutOf(different(50), 0.1, 1);
    assertEquals(5, held.size());
    assertEquals(held, FineTuneStage.heldOutOf(different(50), 0.1, 1));
    assertNotEquals(held, FineTuneStage.heldOutOf(different(50), 0.1, 2));
    assertEquals(1, FineTuneStage.heldOutOf(different(3), 0.1, 1).size());
    assertEquals(Set.of(), FineTuneStage.heldOutOf(different(50), 0, 1));
    // Recorded results and keys of runs stand on this draw.
    assertEquals(Set.of(47, 23, 14, 25, 15), held);
  }

  /** Seed 1 draws of ten images 6, 9, 7, 8, 4, 2, 0, 3, 1, 5 in this order. */
  private static Set<Integer> threeOfTen(String pictures) {
    return FineTuneStage.heldOutOf(List.of(pictures.split("")), 0.3, 1);
  }

  @Test
  void equalPicturesAreOnOneSide() {
    assertEquals(Set.of(6, 9, 7), threeOfTen("abcdefghij"));
    assertEquals(Set.of(6, 9, 0), threeOfTen("abcdefghia"));
    // Seven of three wanted would be too many; six are as far from three as none.
    assertEquals(Set.of(9, 7, 8), threeOfTen("aaaaaaahij"));
    assertEquals(Set.of(0, 1, 2, 3, 4, 6), threeOfTen("aaaaafahij"));
  }

  @Test
  void somethingIsHeldOutAndSomethingLeftHoweverOftenPicturesRepeat() {
    assertEquals(Set.of(0, 1, 2), FineTuneStage.heldOutOf(List.of("aaabbb".split("")), 0.1, 1));
    assertEquals(Set.of(3), FineTuneStage.heldOutOf(List.of("aaaa".split("")), 0.25, 1));
    assertEquals(5, FineTuneStage.heldOutOf(List.of("aaaaabbbbb".split("")), 0.8, 1).size());
    for (long seed = 0; seed < 8; seed++) {
      assertTrue(FineTuneStage.heldOutOf(List.of("aab".split("")), 0.9, seed).size() < 3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsLearnedFromWhatIsHeldOutWhetherFeaturesAreStoredOrNot(boolean stored)
      throws IOException {
    Path data = folder.resolve("data");
    new SceneGenerator(1).writeDevkit(data, 4, 4, 1);
    List<String> heldOut = new ArrayList<>();
    try (Run run = run(data, stored)) {
      List<Sample> samples = run.train().samples();
      FineTuneStage.heldOut(samples, 0.25, run.config().seed())
          .forEach(index -> heldOut.add(samples.get(index).id()));
    }
    assertEquals(2, heldOut.size());
    for (String id : heldOut) {
      Path annotation = data.resolve("Annotations").resolve(id + ".xml");
      String text = Files.readString(annotation);
      Files.writeString(annotation, text.replaceAll("<name>[^<]*", "<name>unicorn"));
    }
    try (Run run = run(data, stored)) {
      Experiment experiment = new Experiment(run);
      experiment.fineTuned();
      LearningCurve curve = new Evidence(experiment).learningCurve();
      assertEquals(Set.copyOf(run.train().classes()), positives(curve).keySet());
      assertEquals(0, positives(curve).remove("unicorn"));
      assertTrue(positives(curve).values().stream().anyMatch(count -> count > 0));
    }
  }

  private static Map<String, Integer> positives(LearningCurve curve) {
    Map<String, Integer> positives = new HashMap<>(curve.regions());
    positives.remove("background");
    return positives;
  }

  private Run run(Path data, boolean stored) throws IOException {
    Map<String, String> settings =
        Map.of(
            "proposals.max-boxes", "12",
            "finetune.phases", "[{layers: fully-connected, iterations: 3, rate: 0.002}]",
            "finetune.validation-share", "0.25",
            "finetune.keep-features", Boolean.toString(stored));
    PipelineConfig config = new ConfigLoader().preset("demo", settings);
    return Run.onData(data, config, folder.resolve("run"), true, Progress.Monitor.SILENT);
  }
}
