package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.features.FeatureExtractor;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.store.FeatureStore;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/** What a fine-tuned network shares with the one that it starts from. */
class SharedFeaturesTest {

  private static final String FULLY_CONNECTED =
      "[{layers: fully-connected, iterations: 3, rate: 0.002}]";

  @TempDir Path folder;

  private Run run(Map<String, String> changed) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data.demo-train", "4");
    settings.put("data.demo-test", "2");
    settings.put("proposals.max-boxes", "12");
    settings.put("features.encoding", "dense-fp32");
    settings.put("finetune.phases", FULLY_CONNECTED);
    settings.putAll(changed);
    PipelineConfig config = new ConfigLoader().preset("demo", settings);
    return Run.onDemo(config, folder, true, Progress.Monitor.SILENT);
  }

  @Test
  void featuresAfterTheUnchangedLayersAreThoseOfTheWholeNetwork() throws IOException {
    try (Run run = run(Map.of())) {
      Experiment experiment = new Experiment(run);
      Path tuned = experiment.features(true).get(1).place();
      Path base = experiment.features(false).get(1).place();
      assertNotEquals(base, tuned);

      Weights weights = WeightFile.read(experiment.fineTuned().place()).weights();
      Sample sample = run.test().samples().get(0);
      try (FeatureExtractor whole =
              FeatureExtractor.onCpu(
                  experiment.backbone().definition(), weights, Set.of(Tap.FC7, Tap.SCORES), 64);
          ProposalStore boxes = ProposalStore.open(experiment.proposals().get(1).place())) {
        var expected =
            whole.extract(ImageFiles.read(sample.image()), boxes.boxes(sample.id()).subList(0, 12));
        for (Tap tap : List.of(Tap.FC7, Tap.SCORES)) {
          try (FeatureStore store = FeatureStore.open(FeatureStage.store(tuned, tap))) {
            assertEquals(12, store.rows(sample.id()));
            float[] found = new float[12 * store.dimension()];
            store.read(sample.id(), found);
            assertArrayEquals(expected.at(tap), found, 2e-4f);
          }
        }
      }
    }
  }

  @Test
  void modelsOnSharedFeaturesAreTheSameArtifact() throws IOException {
    try (Run run = run(Map.of())) {
      Experiment experiment = new Experiment(run);
      Map<String, Artifact> tuned = experiment.artifacts(new Row(true, Tap.POOL5, Heads.SVM, true));
      Map<String, Artifact> start =
          experiment.artifacts(new Row(false, Tap.POOL5, Heads.SVM, true));
      assertEquals(start.get("head"), tuned.get("head"));
      assertEquals(start.get("box regression"), tuned.get("box regression"));
      assertEquals(start.get("detections"), tuned.get("detections"));
      String training = "features of the training images";
      assertEquals(start.get(training), tuned.get(training));
      assertNotEquals(start.get("later " + training), tuned.get("later " + training));
    }
  }

  @Test
  void anotherSeedOfFineTuningSharesThePretrainedFeatures() throws IOException {
    List<Map<String, Artifact>> start = new ArrayList<>();
    List<Map<String, Artifact>> tuned = new ArrayList<>();
    for (String seed : List.of("1", "2")) {
      try (Run run = run(Map.of("finetune.seed", seed))) {
        Experiment experiment = new Experiment(run);
        start.add(experiment.artifacts(new Row(false, Tap.FC7, Heads.SVM, true)));
        tuned.add(experiment.artifacts(new Row(true, Tap.FC7, Heads.SVM, true)));
      }
    }
    assertEquals(start.get(0), start.get(1));
    assertEquals(tuned.get(0).get("box regression"), tuned.get(1).get("box regression"));
    assertNotEquals(tuned.get(0).get("head"), tuned.get(1).get("head"));
  }

  @Test
  void whereAConvolutionLearnsNothingIsShared() throws IOException {
    try (Run run = run(Map.of("finetune.phases.1.layers", "all"))) {
      Experiment experiment = new Experiment(run);
      Map<String, Artifact> tuned =
          experiment.artifacts(new Row(true, Tap.POOL5, Heads.SVM, false));
      Map<String, Artifact> start =
          experiment.artifacts(new Row(false, Tap.POOL5, Heads.SVM, false));
      assertNotEquals(start.get("head"), tuned.get("head"));
    }
  }

  @Test
  void fineTuningDrawsFromAllPositivesAndFeaturesAreOfTheFirstBoxes() throws IOException {
    LearningCurve few;
    LearningCurve many;
    try (Run run = run(Map.of())) {
      Experiment experiment = new Experiment(run);
      experiment.fineTuned();
      few = new Evidence(experiment).learningCurve();
    }
    try (Run run = run(Map.of("proposals.max-boxes", "0"))) {
      Experiment experiment = new Experiment(run);
      experiment.fineTuned();
      many = new Evidence(experiment).learningCurve();
    }
    // The positives of all boxes are there either way; backgrounds beyond the first boxes are not.
    few.regions()
        .forEach(
            (label, count) -> {
              if (label.equals("background")) {
                assertTrue(count < many.regions().get(label), label);
              } else {
                assertEquals(many.regions().get(label), count, label);
              }
            });
    assertEquals(3, few.curve().get(few.curve().size() - 1).iteration());
  }
}
