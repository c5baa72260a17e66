package org.rcnn.pipeline.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;

/** A detector of a tiny network, trained once on four scenes and tested on three. */
@TestInstance(Lifecycle.PER_CLASS)
class DetectionStageTest {

  private static final int IMAGES = 3;

  private Path folder;

  @BeforeAll
  void register(@TempDir Path temporary) {
    folder = temporary;
    Architectures.register("tiny-for-detections", DetectionStageTest::network);
  }

  private static NetworkDefinition network(int classes) {
    return NetworkDefinition.builder("tiny-for-detections", 16, 1, Preprocessing.torchvision())
        .convolution("conv1", 16, 3, 1, 1)
        .maxPool("pool5", 4, 4, 0)
        .tap(Tap.POOL5)
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
                "data.demo-train", "4",
                "data.demo-test", Integer.toString(IMAGES),
                "proposals.mode", "authors-fast",
                "proposals.max-boxes", "100",
                "network.architecture", "tiny-for-detections",
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

  /** The result files by name; made anew, whatever earlier tests made. */
  private Map<String, List<String>> results(Map<String, String> settings) throws IOException {
    return with(
        settings,
        experiment -> {
          Row row = experiment.configuredRow();
          Path before = experiment.detections(row).place();
          try (Stream<Path> files = Files.list(before)) {
            for (Path file : files.toList()) {
              Files.delete(file);
            }
          }
          Files.delete(before);
          Map<String, List<String>> lines = new TreeMap<>();
          try (Stream<Path> files = Files.list(experiment.detections(row).place())) {
            for (Path file : files.toList()) {
              lines.put(file.getFileName().toString(), Files.readAllLines(file));
            }
          }
          return lines;
        });
  }

  private static Stream<Double> scores(List<String> lines) {
    return lines.stream().map(line -> Double.parseDouble(line.split(" ")[1]));
  }

  @Test
  void theNumberOfThreadsDoesNotMatter() throws IOException {
    Map<String, String> few = Map.of("detection.per-class", "5");
    Map<String, List<String>> one = results(withThreads(few, 1));
    assertEquals(one, results(withThreads(few, 2)));
    assertTrue(one.values().stream().anyMatch(lines -> !lines.isEmpty()));
  }

  private static Map<String, String> withThreads(Map<String, String> settings, int threads) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("threads", Integer.toString(threads));
    return all;
  }

  @Test
  void aSetKeepsSoManyBoxesOfAClassForEachImage() throws IOException {
    // Without suppression the files have all boxes that were chosen; two of them for each image.
    Map<String, List<String>> all =
        results(
            Map.of("detection.nms-iou", "1", "detection.per-class", "0", "bbox.enabled", "false"));
    Map<String, List<String>> few =
        results(
            Map.of("detection.nms-iou", "1", "detection.per-class", "2", "bbox.enabled", "false"));
    assertEquals(all.keySet(), few.keySet());
    few.forEach(
        (name, lines) -> {
          assertEquals(2 * IMAGES, lines.size(), name);
          double last = scores(lines).mapToDouble(Double::doubleValue).min().getAsDouble();
          // None of the others scores more.
          assertTrue(
              scores(all.get(name)).filter(score -> score > last).count() < 2 * IMAGES, name);
          assertTrue(all.get(name).containsAll(lines), name);
        });
  }

  @Test
  void withoutALowestScoreAndAMaximumEachImageKeepsWhatItMay() throws IOException {
    Map<String, List<String>> all =
        results(Map.of("detection.per-class", "0", "detection.per-image", "7"));
    all.forEach((name, lines) -> assertEquals(7 * IMAGES, lines.size(), name));
    Map<String, List<String>> high =
        results(
            Map.of(
                "detection.per-class", "0",
                "detection.per-image", "7",
                "detection.min-score", "-1.1"));
    assertNotEquals(all, high);
    high.forEach(
        (name, lines) -> {
          assertTrue(scores(lines).allMatch(score -> score >= -1.1), name);
          assertTrue(all.get(name).containsAll(lines), name);
        });
  }

  @Test
  void aMaximumThatIsNotReachedChangesNothing() throws IOException {
    Map<String, String> many = Map.of("detection.per-class", "1000", "detection.per-image", "200");
    Map<String, String> none = Map.of("detection.per-class", "0", "detection.per-image", "200");
    assertEquals(results(none), results(many));
  }

  @Test
  void aDetectorForSinglePhotosHasALowestScoreEvenIfNoneIsSet() throws IOException {
    assertEquals(-1.1, packed(Map.of()).minScore());
    assertEquals(0.001, packed(Map.of()).minProbability());
    assertEquals(-2, packed(Map.of("detection.min-score", "-2")).minScore());
    assertFalse(packed(Map.of()).settings().hasNoMinScore());
    assertEquals(0, packed(Map.of()).settings().perClass());
  }

  private DetectorFile.SingleImage packed(Map<String, String> settings) throws IOException {
    return with(
        settings,
        experiment ->
            DetectorFile.read(experiment.detector(experiment.configuredRow()))
                .description()
                .detection());
  }
}
