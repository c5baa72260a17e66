package org.rcnn.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.data.voc.VocAnnotationReader;
import org.rcnn.data.voc.VocAnnotationWriter;
import org.rcnn.eval.EvaluationResult;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.report.RunResults;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.DetectorFile;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.FinishedRun;
import org.rcnn.pipeline.stage.Row;

/** A whole run in a folder that has the names and habits of Windows or macOS. */
class OtherSystemsRunTest {

  private static final Map<String, String> SETTINGS =
      Map.of(
          "data.demo-train", "8",
          "data.demo-test", "2",
          "finetune.enabled", "true",
          "finetune.phases.1.iterations", "4");

  private static EvaluationResult run(Path folder) throws IOException {
    PipelineConfig config = TinyDetector.config(SETTINGS);
    try (Run run = Run.onDemo(config, folder, true, Progress.Monitor.SILENT)) {
      Experiment experiment = new Experiment(run);
      Row row = experiment.configuredRow();
      run.begin(List.of());
      EvaluationResult result = experiment.evaluate(row);
      experiment.detector(row);
      RunResults.write(experiment, row, result);
      return result;
    }
  }

  private static void everythingWorks(Configuration system, String folder) throws IOException {
    try (FileSystem files = Jimfs.newFileSystem(system)) {
      Path place = files.getPath(folder);
      EvaluationResult result = run(place);
      Path detector = place.resolve(DetectorFile.NAME);
      byte[] first = Files.readAllBytes(detector);

      // Again: everything is found, and nothing made anew.
      assertEquals(result.meanAp(), run(place).meanAp());
      assertArrayEquals(first, Files.readAllBytes(detector));

      FinishedRun finished = FinishedRun.open(place, List.of());
      assertEquals(result.meanAp(), finished.evaluate(finished.row()).meanAp());
      assertFalse(finished.manifest().path("artifacts").toString().contains("\\\\"));
      assertTrue(Files.size(RunResults.write(finished, place.resolve("again"))) > 0);

      try (InputStream in = Files.newInputStream(detector);
          Detector loaded = Detector.load(in)) {
        assertEquals(finished.classes(), loaded.classes());
      }
      String told = assertThrows(IOException.class, () -> Detector.load(place)).getMessage();
      assertTrue(told.contains("copy it there first"), told);
      try (Stream<Path> all = Files.walk(place)) {
        assertEquals(
            List.of(),
            all.map(Path::toString)
                .filter(name -> name.endsWith(".partial") || name.endsWith(".making"))
                .toList());
      }
    }
  }

  @Test
  void onWindows() throws IOException {
    everythingWorks(Configuration.windows(), "C:\\Users\\Me And You\\runs\\demo");
  }

  @Test
  void onMacOs() throws IOException {
    everythingWorks(Configuration.osX(), "/Users/me/Übung/demo");
  }

  @Test
  void classesThatWouldShareAFileEndTheRunBeforeItBegins() throws IOException {
    try (FileSystem files = Jimfs.newFileSystem(Configuration.windows())) {
      Path data = files.getPath("C:\\data");
      new SceneGenerator(3).writeDevkit(data, 1, 1, 1);
      try (Stream<Path> all = Files.walk(data)) {
        for (Path xml : all.filter(path -> path.toString().endsWith(".xml")).toList()) {
          var annotation = VocAnnotationReader.read(xml).annotation();
          VocAnnotationWriter.write(
              xml,
              "data",
              annotation.imageId() + ".jpg",
              new Annotation(
                  annotation.imageId(),
                  annotation.width(),
                  annotation.height(),
                  List.of(
                      new GroundTruth("Cat", new Box(1, 1, 20, 20), false, false),
                      new GroundTruth("cat", new Box(5, 5, 20, 20), false, false))));
        }
      }
      PipelineConfig config = TinyDetector.config(Map.of("data.train", "trainval"));
      Path folder = files.getPath("C:\\run");
      IOException refused =
          assertThrows(
              IOException.class,
              () -> Run.onData(data, config, folder, true, Progress.Monitor.SILENT));
      assertTrue(refused.getMessage().contains("'Cat' and 'cat'"), refused.getMessage());
    }
  }
}
