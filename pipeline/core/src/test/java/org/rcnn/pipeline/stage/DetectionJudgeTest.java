package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.train.FineTuning.Judgement;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/** Sixteen scenes, of which a quarter is held out, and a network that learns them a little. */
class DetectionJudgeTest {

  private static final Map<String, String> SMALL =
      Map.ofEntries(
          Map.entry("threads", "1"),
          Map.entry("proposals.mode", "authors-fast"),
          Map.entry("proposals.max-boxes", "60"),
          Map.entry("network.architecture", "tiny-to-judge"),
          Map.entry("network.weights", "none"),
          Map.entry("finetune.validation-share", "0.25"),
          Map.entry("finetune.keep", "highest-map"),
          Map.entry("finetune.judge-every", "40"),
          Map.entry(
              "finetune.phases",
              "[{layers: fully-connected, iterations: 80, rate: 0.003},"
                  + " {iterations: 40, rate: 0.003}]"),
          Map.entry("finetune.positives", "8"),
          Map.entry("finetune.backgrounds", "8"),
          Map.entry("features.encoding", "dense-fp32"),
          Map.entry("features.layer", "fc7"));

  @TempDir static Path folder;

  @BeforeAll
  static void scenes() throws IOException {
    Architectures.register("tiny-to-judge", DetectionJudgeTest::network);
    new SceneGenerator(1).writeDevkit(folder.resolve("data"), 8, 8, 1);
    TorchEngine.useThreads(1);
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder("tiny-to-judge", 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 16, 3, 1, 1)
        .relu("relu1")
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .linear("fc7", 32)
        .relu("relu7")
        .tap(Tap.FC7)
        .scores("fc8", classes)
        .build();
  }

  private static Run run(String name, Map<String, String> changed) throws IOException {
    Map<String, String> settings = new HashMap<>(SMALL);
    settings.putAll(changed);
    return Run.onData(
        folder.resolve("data"),
        new ConfigLoader().preset("demo", settings),
        folder.resolve(name),
        true,
        Progress.Monitor.SILENT);
  }

  @Test
  void storedValuesAndImagesGiveTheSameFigure() throws IOException {
    try (Run run = run("figures", Map.of())) {
      Experiment experiment = new Experiment(run);
      Artifact proposals = experiment.proposals().get(0);
      NetworkDefinition definition = experiment.backbone().definition();
      Weights start = experiment.backbone().transfer().weights();
      SetFeatures features =
          new FeatureStage(run, definition)
              .run(
                  run.train(),
                  true,
                  proposals,
                  new TrainedNetwork(
                      TrainedNetwork.Identity.of("start", "start", "start"), definition, start),
                  experiment.classes());
      DetectionJudge judge =
          new DetectionJudge(
              run.config(),
              definition,
              experiment.classes(),
              run.train().samples(),
              proposals,
              Optional.of(new DetectionJudge.Stored(features, Tap.POOL5)));
      double stored = judge.meanAp(start, true);
      assertEquals(stored, judge.meanAp(start, false), 0.002);
      assertEquals(stored, judge.meanAp(start, true));
      // What has other convolutions is not judged by the stored values of these.
      Weights other = Weights.initial(definition, 99);
      assertNotEquals(judge.meanAp(other, true), judge.meanAp(other, false));
    }
  }

  @Test
  void fineTuningKeepsTheWeightsThatDetectBestAndRepeatsToTheByte() throws IOException {
    Artifact first;
    try (Run run = run("first", Map.of())) {
      Experiment experiment = new Experiment(run);
      first = experiment.fineTuned();
      LearningCurve curve = FineTuneStage.curve(first);
      assertEquals(
          List.of(40, 80, 120), curve.judgements().stream().map(Judgement::iteration).toList());
      double best = curve.judgements().stream().mapToDouble(Judgement::figure).max().orElseThrow();
      assertTrue(best > 0.05, curve.judgements().toString());
      Judgement kept =
          curve.judgements().stream()
              .filter(judgement -> judgement.iteration() == curve.kept())
              .findFirst()
              .orElseThrow();
      assertEquals(best, kept.figure());
    }
    try (Run run = run("second", Map.of())) {
      Artifact second = new Experiment(run).fineTuned();
      assertArrayEquals(Files.readAllBytes(first.place()), Files.readAllBytes(second.place()));
    }
  }

  @Test
  void withoutJudgementsTheLastWeightsAreKeptWhateverIsHeldOut() throws IOException {
    try (Run run = run("last", Map.of("finetune.keep", "last"))) {
      LearningCurve curve = FineTuneStage.curve(new Experiment(run).fineTuned());
      assertEquals(List.of(), curve.judgements());
      assertEquals(120, curve.kept());
    }
  }

  @Test
  void imagesAreSpreadEvenly() {
    List<Integer> all = IntStream.range(0, 10).boxed().toList();
    assertEquals(List.of(0, 2, 5, 7), DetectionJudge.spread(all, 4));
    assertEquals(all, DetectionJudge.spread(all, 10));
    assertEquals(all, DetectionJudge.spread(all, 100));
    assertEquals(List.of(), DetectionJudge.spread(List.of(), 100));
  }
}
