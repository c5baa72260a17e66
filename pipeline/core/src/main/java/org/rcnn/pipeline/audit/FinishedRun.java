package org.rcnn.pipeline.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.rcnn.eval.ClassExamples;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Json;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Evidence;
import org.rcnn.pipeline.stage.Experiment;

/**
 * A folder in which a run has ended, as {@code data check} reads it.
 *
 * @param folder the run's folder
 * @param config its settings
 */
public record FinishedRun(Path folder, PipelineConfig config) {

  private static final String CONFIG = "config.yaml";
  private static final String MANIFEST = "manifest.json";

  /** Whether a folder is that of a run. */
  public static boolean is(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG))
        && Files.isRegularFile(folder.resolve(MANIFEST));
  }

  /**
   * Reads a run's settings.
   *
   * @throws IOException if the folder is not one of a run that has ended
   */
  public static FinishedRun open(Path folder) throws IOException {
    if (!is(folder)) {
      throw new IOException(
          "%s is not the folder of a run that has ended: it lacks %s or %s."
              .formatted(folder, CONFIG, MANIFEST));
    }
    return new FinishedRun(folder, new ConfigLoader().file(folder.resolve(CONFIG), Map.of()));
  }

  /**
   * The folder of the images that the run was made on; that of its scenes for the demo.
   *
   * @throws IOException if it is not there any more
   */
  public Path images() throws IOException {
    Optional<Path> scenes = scenes();
    if (scenes.isPresent()) {
      return scenes.get();
    }
    String source = Json.read(folder.resolve(MANIFEST)).path("data").path("source").asText();
    Path data = Path.of(source);
    if (source.isEmpty() || !Files.isDirectory(data)) {
      throw new IOException(
          ("The run %s was made on %s, which is not there; give the folder of the images, and the"
                  + " run with --run.")
              .formatted(folder, source.isEmpty() ? "unknown images" : source));
    }
    return data;
  }

  private Optional<Path> scenes() throws IOException {
    String own =
        "demo-data-%d-%d-%d"
            .formatted(config.data().demoTrain(), config.data().demoTest(), config.seed());
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().equals(own)).findFirst();
    }
  }

  /**
   * Objects of the test images that may be annotated wrongly or not at all, by the run's own
   * detections.
   *
   * @param images the folder of its images
   * @param monitor shows the progress
   * @return the classes with their label doubts
   * @throws IOException if the images are others than the run's, so that its detections are not of
   *     them; if the folder is in use; or if files cannot be read
   */
  public List<ClassExamples> labelDoubts(Path images, Progress.Monitor monitor) throws IOException {
    try (Run run = open(images, monitor)) {
      Experiment experiment = new Experiment(run);
      return new Evidence(experiment)
          .labelDoubts(experiment.configuredRow(), Integer.MAX_VALUE)
          .orElseThrow(
              () ->
                  new IOException(
                      ("The run %s has no detections in the images of %s; give the folder that it was"
                              + " made on, unchanged.")
                          .formatted(folder, images)));
    }
  }

  private Run open(Path images, Progress.Monitor monitor) throws IOException {
    return scenes().isPresent()
        ? Run.onDemo(config, folder, false, monitor)
        : Run.onData(images, config, folder, false, monitor);
  }
}
