package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.RunResults;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.Row;

/** What a run tells a listener of a program's own. */
class TrackedRunTest {

  @TempDir Path folder;

  /** Keeps all that it is told. */
  private static final class Listener implements Progress.Monitor {
    private final List<String> stages = new ArrayList<>();
    private final Map<String, TreeMap<Long, Double>> scalars = new TreeMap<>();
    private final List<String> pictures = new ArrayList<>();

    @Override
    public Progress start(String task, long total, String unit) {
      return new Progress.Unseen();
    }

    @Override
    public void began(String stage) {
      stages.add("began " + stage);
    }

    @Override
    public void finished(String stage, double seconds) {
      assertTrue(seconds >= 0);
      stages.add("finished " + stage);
    }

    @Override
    public synchronized void scalar(String name, long step, double value) {
      scalars.computeIfAbsent(name, each -> new TreeMap<>()).put(step, value);
    }

    @Override
    public boolean wantsPictures() {
      return true;
    }

    @Override
    public void picture(String name, long step, Progress.Drawing drawing) {
      try {
        assertEquals((byte) 0x89, drawing.png()[0]);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      pictures.add(name);
    }
  }

  private EvaluationResult run(Listener listener) throws IOException {
    PipelineConfig config =
        TinyDetector.config(
            Map.of(
                "data.demo-train", "8",
                "data.demo-test", "2",
                "finetune.enabled", "true",
                "finetune.validation-share", "0.25",
                "finetune.phases", "[{iterations: 3, layers: [new]}, {iterations: 2}]"));
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT.and(listener))) {
      Experiment experiment = new Experiment(run);
      Row row = experiment.configuredRow();
      EvaluationResult result = experiment.evaluate(row);
      RunResults.write(experiment, row, result);
      return result;
    }
  }

  @Test
  void aListenerIsToldOfStagesTrainingAndResultAlsoWhenARunIsRepeated() throws IOException {
    Listener listener = new Listener();
    EvaluationResult result = run(listener);
    int began = listener.stages.indexOf("began fine-tuning");
    assertTrue(
        began > listener.stages.indexOf("finished proposals of train"), listener.stages::toString);
    assertEquals("finished fine-tuning", listener.stages.get(began + 1));

    assertEquals(5, listener.scalars.get("finetune/loss").size());
    assertEquals(5, listener.scalars.get("finetune/rate").size());
    assertTrue(listener.scalars.get("finetune/rate").values().stream().allMatch(r -> r > 0));
    assertTrue(listener.scalars.get("finetune/validation-loss").get(5L) > 0);
    assertEquals(Map.of(0L, result.meanAp()), listener.scalars.get("mAP"));
    result
        .apByClass()
        .forEach((name, ap) -> assertEquals(ap, listener.scalars.get("AP/" + name).get(0L)));

    Listener again = new Listener();
    run(again);
    assertTrue(again.stages.stream().noneMatch(told -> told.startsWith("began")));
    assertTrue(again.stages.contains("finished fine-tuning"));
    assertEquals(
        listener.scalars.get("finetune/validation-loss"),
        again.scalars.get("finetune/validation-loss"));
    assertEquals(listener.scalars.get("mAP"), again.scalars.get("mAP"));
    assertEquals(listener.pictures, again.pictures);
  }
}
