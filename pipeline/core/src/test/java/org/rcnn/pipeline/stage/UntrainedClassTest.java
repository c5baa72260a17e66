package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.eval.ClassResult;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.RunResults;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/** Test images have an object of a class that no training image has. */
class UntrainedClassTest {

  private static final Map<String, String> SMALL =
      Map.of(
          "proposals.mode", "authors-fast",
          "proposals.max-boxes", "60",
          "network.architecture", "tiny-for-classes",
          "network.weights", "none",
          "finetune.enabled", "false",
          "features.layer", "pool5",
          "bbox.enabled", "false");

  @TempDir Path folder;

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder("tiny-for-classes", 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 16, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
        .scores("scores", classes)
        .build();
  }

  /** Twelve training scenes and two test scenes; the first object of the last is renamed. */
  private Run run(boolean renamed) throws IOException {
    Architectures.register("tiny-for-classes", UntrainedClassTest::network);
    Path data = folder.resolve("data");
    new SceneGenerator(1).writeDevkit(data, 6, 6, 2);
    if (renamed) {
      Path annotation = data.resolve("Annotations").resolve("000014.xml");
      String text = Files.readString(annotation);
      Files.writeString(annotation, text.replaceFirst("(?s)(<object>.*?<name>)[^<]*", "$1unicorn"));
    }
    PipelineConfig config = new ConfigLoader().preset("demo", new HashMap<>(SMALL));
    return Run.onData(data, config, folder.resolve("run"), true, Progress.Monitor.SILENT);
  }

  @Test
  void itsObjectsCountAsMissedAndItIsNamed() throws IOException {
    try (Run run = run(true)) {
      assertEquals(Map.of("unicorn", 1), run.untrained());
      String sentence = run.untrainedSentence().orElseThrow();
      assertTrue(sentence.contains("unicorn (1)"), sentence);
      Experiment experiment = new Experiment(run);
      assertFalse(experiment.classes().contains("unicorn"));
      Row row = experiment.configuredRow();
      EvaluationResult result = experiment.evaluate(row);
      ClassResult unicorn = result.of("unicorn");
      assertEquals(List.of(0.0, 1.0), List.of(unicorn.ap(), (double) unicorn.positives()));
      double known =
          result.classes().stream()
              .filter(ClassResult::isScored)
              .mapToDouble(ClassResult::ap)
              .sum();
      assertEquals(known / result.classesInMean(), result.meanAp(), 1e-12);

      JsonNode summary = RunResults.write(experiment, row, result);
      assertEquals(result.apByClass().size(), summary.path("classes_in_mean").asInt());
      JsonNode manifest = new ObjectMapper().readTree(folder.resolve("run/manifest.json").toFile());
      assertEquals(1, manifest.path("untrained_classes").path("unicorn").asInt());
      assertEquals(sentence, manifest.path("problems").path(0).asText());
      String report = Files.readString(folder.resolve("run/report.html"));
      assertTrue(report.contains("unicorn (1)"));
      assertTrue(report.contains("over " + result.classesInMean() + " classes"));
    }
  }

  @Test
  void withCompleteDataNothingIsSaid() throws IOException {
    try (Run run = run(false)) {
      assertEquals(Map.of(), run.untrained());
      assertTrue(run.untrainedSentence().isEmpty());
      Experiment experiment = new Experiment(run);
      assertEquals(experiment.classes(), experiment.scoredClasses());
    }
  }
}
