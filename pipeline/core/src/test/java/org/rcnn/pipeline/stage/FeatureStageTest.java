package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

class FeatureStageTest {

  private static final PipelineConfig CONFIG =
      new ConfigLoader()
          .preset(
              "demo",
              Map.of(
                  "data.demo-train", "4",
                  "data.demo-test", "1",
                  "proposals.max-boxes", "8"));

  @TempDir Path folder;

  @Test
  void killedComputationResumesAfterTheLastImageWithTheSameBytes() throws IOException {
    byte[] undisturbed = pool5("undisturbed", Progress.Monitor.SILENT);

    FailingAt third = new FailingAt(3);
    assertThrows(IllegalStateException.class, () -> pool5("killed", third));
    assertEquals(List.of("1", "2"), third.seen);
    FailingAt never = new FailingAt(Integer.MAX_VALUE);
    assertArrayEquals(undisturbed, pool5("killed", never));
    // The third image was stored before its progress failed.
    assertEquals(List.of("at 3", "4"), never.seen.subList(0, 2));
  }

  private byte[] pool5(String name, Progress.Monitor monitor) throws IOException {
    try (Run run = Run.onDemo(CONFIG, folder.resolve(name), true, monitor)) {
      Path features =
          new Experiment(run).artifacts(ROW).get("features of the training images").place();
      new Experiment(run).features(false);
      return Files.readAllBytes(FeatureStage.store(features, Tap.POOL5));
    }
  }

  private static final Row ROW = new Row(false, Tap.POOL5, Heads.SVM, false);

  /** Fails as an image of the training features is counted, as a kill would end the process. */
  private static final class FailingAt implements Progress.Monitor {
    private final int image;
    private final List<String> seen = new ArrayList<>();

    private FailingAt(int image) {
      this.image = image;
    }

    @Override
    public Progress start(String task, long total, String unit) {
      if (!task.equals("features trainval")) {
        return new Progress.Unseen();
      }
      return new Progress() {
        private int steps;

        @Override
        public void step() {
          steps++;
          if (steps == image) {
            throw new IllegalStateException("killed");
          }
          seen.add(Integer.toString(steps));
        }

        @Override
        public void at(long done, String word) {
          steps = (int) done;
          seen.add("at " + done);
        }

        @Override
        public void close() {
          // Nothing to end.
        }
      };
    }
  }
}
