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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Annotation;
import org.rcnn.eval.ThresholdCriterion;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/** A tiny network on eight scenes. */
@TestInstance(Lifecycle.PER_CLASS)
class ThresholdStageTest {

  private static final int IMAGES = 8;
  private static final Map<String, String> TUNED =
      Map.of("finetune.enabled", "true", "finetune.phases", "[{iterations: 2}]");

  private Path folder;

  @BeforeAll
  void register(@TempDir Path temporary) {
    folder = temporary;
    Architectures.register("tiny-for-thresholds", ThresholdStageTest::network);
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder("tiny-for-thresholds", 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 16, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .linear("fc7", 64)
        .tap(Tap.FC7)
        .scores("scores", classes)
        .build();
  }

  private interface Task<T> {
    T on(Experiment experiment) throws IOException;
  }

  private <T> T with(Map<String, String> changed, Task<T> task) throws IOException {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "data.demo-train", Integer.toString(IMAGES),
                "data.demo-test", "1",
                "proposals.mode", "authors-fast",
                "proposals.max-boxes", "100",
                "network.architecture", "tiny-for-thresholds",
                "network.weights", "none",
                "finetune.enabled", "false",
                "features.layer", "pool5",
                "svm.cost", "1"));
    settings.putAll(changed);
    PipelineConfig config = new ConfigLoader().preset("demo", settings);
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      return task.on(new Experiment(run));
    }
  }

  private static Map<String, String> and(Map<String, String> settings, String key, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(key, value);
    return more;
  }

  private Thresholds thresholds(Map<String, String> settings) throws IOException {
    return with(
        settings,
        experiment ->
            new Evidence(experiment).thresholds(experiment.configuredRow()).orElseThrow());
  }

  private static long objects(List<Annotation> images) {
    return images.stream().mapToLong(image -> image.objects().size()).sum();
  }

  @Test
  void withoutValidationImagesEveryTrainingImageIsJudgedOnce() throws IOException {
    Thresholds chosen = thresholds(Map.of());
    assertEquals(Thresholds.Basis.FOLDS, chosen.basis());
    assertEquals(IMAGES, chosen.images());
    List<Annotation> images = with(Map.of(), experiment -> experiment.run().train().annotations());
    long easy =
        images.stream()
            .flatMap(image -> image.objects().stream())
            .filter(object -> !object.difficult())
            .count();
    assertTrue(objects(images) >= easy);
    assertEquals(easy, chosen.onBasis().stream().mapToLong(point -> point.positives()).sum());
  }

  @Test
  void imagesThatFineTuningHeldBackDecideAlone() throws IOException {
    Map<String, String> settings = and(TUNED, "finetune.validation-share", "0.25");
    Thresholds chosen = thresholds(settings);
    assertEquals(Thresholds.Basis.VALIDATION_IMAGES, chosen.basis());
    assertEquals(2, chosen.images());
    List<Sample> samples = with(settings, experiment -> experiment.run().train().samples());
    long easy =
        FineTuneStage.heldOut(samples, 0.25, 1).stream()
            .flatMap(index -> samples.get(index).annotation().objects().stream())
            .filter(object -> !object.difficult())
            .count();
    long judged = chosen.onBasis().stream().mapToLong(point -> point.positives()).sum();
    assertTrue(chosen.classes().isEmpty() || judged == easy, judged + " of " + easy);
  }

  @Test
  void withoutFineTuningAValidationShareChangesNothing() throws IOException {
    assertEquals(
        with(Map.of(), ThresholdStageTest::artifact),
        with(Map.of("finetune.validation-share", "0.25"), ThresholdStageTest::artifact));
  }

  @Test
  void aNetworkThatScoresByItselfIsJudgedOnItsTrainingImages() throws IOException {
    Map<String, String> settings = new HashMap<>(TUNED);
    settings.put("features.layer", "fc7");
    settings.put("svm.head", "softmax");
    Thresholds chosen = thresholds(settings);
    assertEquals(Thresholds.Basis.TRAINING_IMAGES, chosen.basis());
    assertEquals(IMAGES, chosen.images());
  }

  @Test
  void theSameSeedGivesTheSameBytesOnAnyNumberOfThreads() throws IOException {
    byte[] one = made(Map.of("threads", "1"));
    assertArrayEquals(one, made(Map.of("threads", "2")));
  }

  private byte[] made(Map<String, String> settings) throws IOException {
    return with(
        settings,
        experiment -> {
          Files.deleteIfExists(artifact(experiment).place());
          return Files.readAllBytes(experiment.thresholds(experiment.configuredRow()).place());
        });
  }

  private static Artifact artifact(Experiment experiment) {
    return experiment.artifacts(experiment.configuredRow()).get("thresholds");
  }

  @Test
  void aWantedRecallLowersTheThresholds() throws IOException {
    Thresholds recall = thresholds(Map.of("thresholds.choose", "recall", "thresholds.wanted", "1"));
    assertEquals(ThresholdCriterion.RECALL, recall.choose());
    assertEquals(1, recall.wanted());
    Thresholds f1 = thresholds(Map.of());
    assertNotEquals(f1.classes(), recall.classes());
    for (int c = 0; c < f1.classes().size(); c++) {
      assertTrue(recall.onBasis().get(c).recall() >= f1.onBasis().get(c).recall());
    }
  }
}
