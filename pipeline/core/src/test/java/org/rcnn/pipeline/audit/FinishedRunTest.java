package org.rcnn.pipeline.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.voc.VocResults;
import org.rcnn.eval.ClassExamples;
import org.rcnn.eval.ErrorExample;
import org.rcnn.eval.ErrorExample.Reason;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;

class FinishedRunTest {

  private static final Box LEFT = new Box(10, 10, 40, 40);
  private static final Box RIGHT = new Box(60, 10, 95, 45);

  @TempDir Path folder;

  private DrawnKit kit;

  /** Each test image has a cat on the left, the last a dog on the right as well. */
  private Run run() throws IOException {
    kit = new DrawnKit(folder.resolve("data"));
    for (String id : List.of("t1", "t2")) {
      kit.add(id, 120, 60, List.of(DrawnKit.object("cat", LEFT), DrawnKit.object("dog", RIGHT)));
    }
    for (String id : List.of("a", "b", "c")) {
      kit.add(id, 120, 60, List.of(DrawnKit.object("cat", LEFT)));
    }
    kit.add("d", 120, 60, List.of(DrawnKit.object("cat", LEFT), DrawnKit.object("dog", RIGHT)));
    kit.split("trainval", "t1", "t2");
    kit.split("test", "a", "b", "c", "d");
    PipelineConfig config = new ConfigLoader().preset("voc2007-small", Map.of());
    return Run.onData(kit.folder(), config, folder.resolve("run"), true, Progress.Monitor.SILENT);
  }

  private FinishedRun finished(Map<String, Collection<Detection>> found) throws IOException {
    try (Run run = run()) {
      Experiment experiment = new Experiment(run);
      if (!found.isEmpty()) {
        Path place = experiment.artifacts(experiment.configuredRow()).get("detections").place();
        VocResults results = VocResults.ofImages(experiment.classes(), found);
        AtomicFile.make(place, partial -> results.write(partial, "test"));
      }
    }
    Files.writeString(
        folder.resolve("run/manifest.json"),
        "{\"data\": {\"source\": \"%s\"}}".formatted(kit.folder()));
    return FinishedRun.open(folder.resolve("run"));
  }

  @Test
  void confidentDetectionsWhereNothingOrAnotherClassIsLabelledAreDoubts() throws IOException {
    Map<String, Collection<Detection>> found = new LinkedHashMap<>();
    for (String id : List.of("a", "b", "c", "d")) {
      found.put(id, new ArrayList<>(List.of(new Detection("cat", 1.0, LEFT))));
    }
    // Above the median of the right ones: nothing is labelled in a, a dog in d.
    found.get("a").add(new Detection("cat", 2.0, RIGHT));
    found.get("d").add(new Detection("cat", 1.5, RIGHT));
    // Below it.
    found.get("b").add(new Detection("cat", 0.5, RIGHT));
    FinishedRun finished = finished(found);
    assertEquals(kit.folder(), finished.images());
    List<ClassExamples> doubts = finished.labelDoubts(finished.images(), Progress.Monitor.SILENT);
    assertEquals(List.of("cat", "dog"), doubts.stream().map(ClassExamples::className).toList());
    List<ErrorExample> cats = doubts.get(0).labelDoubts();
    assertEquals(List.of("a", "d"), cats.stream().map(ErrorExample::imageId).toList());
    assertEquals(
        List.of(Reason.LABEL_FORGOTTEN, Reason.LABEL_WRONG),
        cats.stream().map(ErrorExample::reason).toList());
    assertEquals(List.of(), doubts.get(1).labelDoubts());
  }

  @Test
  void aRunWithoutDetectionsInTheseImagesIsRefused() throws IOException {
    FinishedRun finished = finished(Map.of());
    String message =
        assertThrows(
                IOException.class,
                () -> finished.labelDoubts(kit.folder(), Progress.Monitor.SILENT))
            .getMessage();
    assertTrue(message.contains("has no detections in the images of"), message);
  }

  @Test
  void imagesThatWereMovedAreAskedFor() throws IOException {
    FinishedRun finished = finished(Map.of());
    AtomicFile.move(kit.folder(), folder.resolve("elsewhere"));
    String message = assertThrows(IOException.class, finished::images).getMessage();
    assertTrue(message.contains("give the folder of the images"), message);
    assertFalse(FinishedRun.is(folder));
    assertThrows(IOException.class, () -> FinishedRun.open(folder));
  }
}
