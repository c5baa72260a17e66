package org.rcnn.pipeline.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.network.Tap;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.eval.Bootstrap;
import org.rcnn.eval.DetectionEvaluator;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Heads;
import org.rcnn.pipeline.stage.Row;

class SeedRecordTest {

  private static final Row ROW = new Row(true, Tap.FC7, Heads.SVM, false);

  @TempDir Path folder;

  /** What an ablation with these settings has on record of the row: a mean AP for each seed. */
  private List<Double> after(String... keysAndValues) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data.demo-train", "2");
    settings.put("data.demo-test", "1");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    try (Run run =
        Run.onDemo(
            new ConfigLoader().preset("demo", settings), folder, true, Progress.Monitor.SILENT)) {
      return SeedRecord.update(run, List.of(row())).of(ROW);
    }
  }

  private static ResampledRow row() {
    Box box = new Box(0, 0, 9, 9);
    return new ResampledRow(
        ROW,
        new Bootstrap(DetectionEvaluator.voc07(), 10, 1)
            .evaluate(
                List.of("cat"),
                List.of(
                    new Annotation(
                        "a", 20, 20, List.of(new GroundTruth("cat", box, false, false)))),
                Map.of("a", List.of(new Detection("cat", 1, box)))));
  }

  @Test
  void seedsGatherAsLongAsNothingElseChangesTheFigures() throws IOException {
    assertEquals(1, after("finetune.seed", "1").size());
    assertEquals(2, after("finetune.seed", "2").size());
    assertEquals(2, after("finetune.seed", "2").size(), "the same seed twice");
    assertEquals(3, after("finetune.seed", "3", "threads", "1").size());
    assertEquals(
        4,
        after(
                "finetune.seed", "4",
                "thresholds.enabled", "false",
                "features.layer", "fc6",
                "svm.head", "softmax")
            .size());
    assertEquals(1, after("finetune.seed", "5", "svm.cost", "0.01").size());
    assertEquals(
        1,
        after("finetune.seed", "6", "svm.cost", "0.01", "data.demo-test", "2").size(),
        "other images");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "", "[1]", "{\"seeds\": 3}", "{\"seeds\": {\"1\": 0.5}}"})
  void aDamagedRecordBeginsAnew(String damaged) throws IOException {
    after("finetune.seed", "1");
    Files.writeString(folder.resolve("ablation-seeds.json"), damaged);
    assertEquals(1, after("finetune.seed", "2").size());
    assertEquals(2, after("finetune.seed", "3").size());
  }
}
