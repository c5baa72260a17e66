package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.data.store.ProposalStore;
import org.rcnn.pipeline.Detector.Cut;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Artifact;
import org.rcnn.pipeline.run.DetectionSet.Sample;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.proposals.ProposalSource;

/** Training and detecting on a program's own boxes. */
@TestInstance(Lifecycle.PER_CLASS)
class OwnProposalsTest {

  /** Windows of a quarter of the picture; the names of the images that it was asked for. */
  private record Quarters(String name, Set<String> asked) implements ProposalSource {

    Quarters(String name) {
      this(name, new ConcurrentSkipListSet<>());
    }

    @Override
    public List<Box> propose(String imageId, RgbImage image) {
      asked.add(imageId);
      double width = image.width() / 2.0;
      double height = image.height() / 2.0;
      List<Box> windows = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        double x = i % 3 * width / 2;
        double y = i / 3 * height / 2;
        windows.add(new Box(x, y, x + width, y + height));
      }
      return windows;
    }
  }

  private final Quarters source = new Quarters("quarters");
  private PipelineConfig config;
  private Path folder;
  private Path photo;

  @BeforeAll
  void train(@TempDir Path temporary) throws IOException {
    folder = temporary.resolve("run");
    config = TinyDetector.config(Map.of("proposals.max-boxes", "7"));
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      Experiment experiment = new Experiment(run, source);
      experiment.detector(experiment.configuredRow());
      for (Sample sample : run.train().samples()) {
        assertTrue(source.asked().contains(sample.id()));
      }
    }
    photo = TinyDetector.scene(folder);
  }

  @Test
  void theStoreHasTheSourcesBoxes() throws IOException {
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      Artifact made = new Experiment(run, source).proposals().get(0);
      Sample first = run.train().samples().get(0);
      try (ProposalStore store = ProposalStore.open(made.place())) {
        // All of the source, as for selective search; features are of the first seven.
        assertEquals(9, store.count(first.id()));
        RgbImage image = first.read();
        assertEquals(
            new Box(0, 0, Math.ceil(image.width() / 2.0), Math.ceil(image.height() / 2.0)),
            store.boxes(first.id()).get(0));
      }
    }
  }

  @Test
  void anotherNameHasOtherArtifactsAndSelectiveSearchItsOwn() throws IOException {
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      Experiment quarters = new Experiment(run, source);
      Experiment again = new Experiment(run, new Quarters("quarters"));
      Experiment others = new Experiment(run, new Quarters("other"));
      Experiment selective = new Experiment(run);
      assertEquals(keys(quarters), keys(again));
      assertNotEquals(keys(quarters), keys(others));
      assertNotEquals(keys(quarters), keys(selective));
      assertEquals(keys(quarters), keys(quarters.with(config)));
    }
  }

  private static List<String> keys(Experiment experiment) {
    return experiment.artifacts(experiment.configuredRow()).values().stream()
        .map(Artifact::hash)
        .toList();
  }

  @Test
  void theDetectorClassifiesTheSourcesBoxes() throws IOException {
    Quarters later = new Quarters("quarters");
    Detector.Options options = Detector.Options.standard().withProposals(later);
    try (Detector detector = Detector.load(folder, options)) {
      List<Detection> found = detector.detect(photo, Cut.NONE, Detector.NO_LIMIT);
      assertFalse(found.isEmpty());
      String name = photo.getFileName().toString();
      assertEquals(Set.of(name.substring(0, name.indexOf('.'))), later.asked());
      assertEquals(found, detector.detect(ImageFiles.read(photo), Cut.NONE));
      assertTrue(later.asked().contains(""));
    }
    try (Detector detector = Detector.load(folder, options.withMaxBoxes(1))) {
      // A box has at most one detection of each class.
      List<Detection> found = detector.detect(photo, Cut.NONE, Detector.NO_LIMIT);
      assertEquals(found.size(), found.stream().map(Detection::className).distinct().count());
    }
  }

  @Test
  void withoutTheSourceTheDetectorIsRefusedByTheSourcesName() throws IOException {
    assertEquals("quarters", DetectorFile.read(folder).description().proposalSource());
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> Detector.load(folder)).getMessage();
    assertTrue(refusal.contains("'quarters'"), refusal);
  }

  @Test
  void aDetectorOfSelectiveSearchTakesOtherBoxesIfItIsTold(@TempDir Path other) throws IOException {
    TinyDetector.train(other.resolve("run"));
    Detector.Options options = Detector.Options.standard().withProposals(source);
    try (Detector selective = Detector.load(other.resolve("run"));
        Detector quarters = Detector.load(other.resolve("run"), options)) {
      assertNotEquals(
          selective.detect(photo, Cut.NONE, Detector.NO_LIMIT),
          quarters.detect(photo, Cut.NONE, Detector.NO_LIMIT));
    }
  }
}
