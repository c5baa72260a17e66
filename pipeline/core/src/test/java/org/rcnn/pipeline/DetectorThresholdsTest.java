package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.pipeline.Detector.Cut;
import org.rcnn.pipeline.stage.DetectorFile;

/** The thresholds of a detector file, and what a detector does with them. */
@TestInstance(Lifecycle.PER_CLASS)
class DetectorThresholdsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Path folder;
  private Path run;
  private RgbImage scene;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary;
    run = folder.resolve("run");
    TinyDetector.train(run);
    scene = ImageFiles.read(TinyDetector.scene(run));
  }

  /** A copy of the detector with another description. */
  private Path changed(String name, UnaryOperator<ObjectNode> change) throws IOException {
    Path copy = Files.copy(run.resolve(DetectorFile.NAME), folder.resolve(name));
    try (FileSystem inside = FileSystems.newFileSystem(copy)) {
      Path description = inside.getPath("detector.json");
      JsonNode tree = JSON.readTree(Files.readString(description));
      Files.writeString(description, JSON.writeValueAsString(change.apply((ObjectNode) tree)));
    }
    return copy;
  }

  private static ObjectNode asBefore(ObjectNode description) {
    description.put("version", 2);
    description.remove("thresholds");
    return withoutSource(description);
  }

  private static ObjectNode withoutSource(ObjectNode description) {
    description.remove("proposalSource");
    return description;
  }

  @Test
  void aRunPacksAThresholdForEachClass() throws IOException {
    try (Detector detector = Detector.load(run)) {
      assertTrue(detector.isCalibrated());
      assertEquals(detector.classes(), List.copyOf(detector.thresholds().keySet()));
      assertEquals(
          DetectorFile.read(run).description().thresholds().stream()
              .map(each -> each.score())
              .toList(),
          List.copyOf(detector.thresholds().values()));
    }
  }

  @Test
  void theDefaultCutIsTheThresholds() throws IOException {
    try (Detector detector = Detector.load(run)) {
      List<Detection> all = detector.detect(scene, Cut.NONE);
      List<Detection> above =
          all.stream()
              .filter(found -> found.score() >= detector.thresholds().get(found.className()))
              .toList();
      assertFalse(above.isEmpty());
      assertTrue(above.size() < all.size());
      assertEquals(above, detector.detect(scene));
    }
  }

  @Test
  void callersChooseAScoreOrAProbability() throws IOException {
    try (Detector detector = Detector.load(run)) {
      List<Detection> all = detector.detect(scene, Cut.NONE);
      List<Detection> probable = detector.detect(scene, Cut.probability(0.3));
      assertEquals(all.stream().filter(found -> found.probability() >= 0.3).toList(), probable);
      List<Detection> high = detector.detect(scene, Cut.score(0.2));
      assertEquals(all.stream().filter(found -> found.score() >= 0.2).toList(), high);
      assertEquals(
          high.stream().filter(probable::contains).toList(),
          detector.detect(scene, Cut.score(0.2).and(Cut.probability(0.3))));
    }
  }

  @Test
  void probabilitiesRiseWithTheScoresOfAClass() throws IOException {
    try (Detector detector = Detector.load(run)) {
      List<Detection> all = detector.detect(scene, Cut.NONE);
      for (int i = 1; i < all.size(); i++) {
        Detection one = all.get(i - 1);
        Detection next = all.get(i);
        assertTrue(next.probability() > 0 && next.probability() < 1, next.toString());
        // Best first over all classes.
        assertTrue(one.probability() >= next.probability());
        assertTrue(!one.className().equals(next.className()) || one.score() >= next.score());
      }
    }
  }

  @Test
  void aDetectorOfTheVersionBeforeLoadsWithItsOldCut() throws IOException {
    Path old = changed("old.rcnn", DetectorThresholdsTest::asBefore);
    try (Detector detector = Detector.load(old);
        Detector today = Detector.load(run)) {
      assertFalse(detector.isCalibrated());
      detector.thresholds().values().forEach(score -> assertEquals(0, score));
      List<Detection> found = detector.detect(scene);
      assertEquals(
          today.detect(scene, Cut.score(0)).stream()
              .map(each -> each.withProbability(Double.NaN))
              .collect(Collectors.toSet()),
          Set.copyOf(found));
      // Without probabilities scores are all there is to order by.
      List<Double> scores = found.stream().map(Detection::score).toList();
      assertEquals(scores.stream().sorted(Comparator.reverseOrder()).toList(), scores);
      assertEquals(List.of(), detector.detect(scene, Cut.probability(0)));
    }
  }

  @Test
  void aDetectorWithoutTheNameOfItsBoxesSearchesSelectively() throws IOException {
    Path older = changed("third.rcnn", description -> withoutSource(description.put("version", 3)));
    try (Detector detector = Detector.load(older);
        Detector today = Detector.load(run)) {
      assertEquals(today.detect(scene), detector.detect(scene));
    }
  }

  @Test
  void otherVersionsAndThresholdsOfOtherClassesAreRefused() throws IOException {
    Path older = changed("older.rcnn", tree -> tree.put("version", 1));
    assertTrue(
        assertThrows(IOException.class, () -> DetectorFile.read(older))
            .getMessage()
            .contains("version 1"));
    Path mixed =
        changed(
            "mixed.rcnn",
            tree -> {
              ((ObjectNode) tree.path("thresholds").path(0)).put("className", "unicorn");
              return tree;
            });
    String refusal = assertThrows(IOException.class, () -> DetectorFile.read(mixed)).getMessage();
    assertTrue(refusal.contains("unicorn"), refusal);
  }

  @Test
  void withoutThresholdsADetectorHasEvenOdds() throws IOException {
    Path other = folder.resolve("off");
    TinyDetector.train(other, Map.of("thresholds.enabled", "false"));
    assertFalse(Files.exists(other.resolve("thresholds")));
    try (Detector detector = Detector.load(other)) {
      assertFalse(detector.isCalibrated());
      detector.thresholds().values().forEach(score -> assertEquals(0, score));
      assertTrue(Double.isNaN(detector.detect(scene, Cut.NONE).get(0).probability()));
    }
  }

  @Test
  void fewerBoxesAreTheBestRankedOnes() throws IOException {
    Detector.Options few = Detector.Options.standard().withMaxBoxes(1);
    try (Detector detector = Detector.load(run, few)) {
      // A box has at most one detection of each class.
      List<Detection> found = detector.detect(scene, Cut.NONE);
      assertEquals(found.size(), found.stream().map(Detection::className).distinct().count());
    }
    assertThrows(
        IllegalArgumentException.class, () -> Detector.Options.standard().withMaxBoxes(-1));
  }
}
