package org.rcnn.pipeline.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.rcnn.data.Annotation;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.ExifOrientation;
import org.rcnn.data.FileNames;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.dataset.Dataset;
import org.rcnn.data.dataset.DatasetFormats;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run: a configuration, the images to train and test on, and the folder for everything that is
 * computed.
 *
 * <p>While a run is open, no other process can open its folder.
 *
 * @param config the settings
 * @param folder the folder of the artifacts
 * @param train the training images
 * @param test the test images
 * @param problems problems with single images
 * @param source where the images come from, for reports
 * @param monitor shows the progress of the stages
 * @param lock keeps other processes out of the folder
 * @param elsewhere who works on images instead of this process; empty for its own threads
 */
public record Run(
    PipelineConfig config,
    RunFolder folder,
    DetectionSet train,
    DetectionSet test,
    Problems problems,
    String source,
    Progress.Monitor monitor,
    Closeable lock,
    Optional<JobRunner> elsewhere)
    implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  /** The source of the demo's images. */
  static final String GENERATED = "generated scenes";

  /**
   * Opens a run on a folder of annotated images.
   *
   * @param data the folder, in a format of {@link DatasetFormats#installed()}
   * @param folder where the run keeps its artifacts; created if missing
   * @param strict whether the first bad image or annotation ends the run
   * @param monitor shows the progress of the stages
   * @throws IOException if the images cannot be read, no training image has an annotated object, or
   *     another run is using the folder
   */
  public static Run onData(
      Path data, PipelineConfig config, Path folder, boolean strict, Progress.Monitor monitor)
      throws IOException {
    // Opened before the folder is created, so that a mistyped name leaves nothing behind.
    RunImages images = RunImages.open(data, config);
    return open(new RunFolder(folder), config, data.toString(), strict, monitor, images::in);
  }

  /**
   * Opens a run on generated scenes, which are written into the run's folder on first use.
   *
   * @param folder where the run keeps its artifacts; created if missing
   * @param strict whether the first bad image or annotation ends the run
   * @param monitor shows the progress of the stages
   * @throws IOException if the scenes cannot be written, or another run is using the folder
   */
  public static Run onDemo(
      PipelineConfig config, Path folder, boolean strict, Progress.Monitor monitor)
      throws IOException {
    return open(
        new RunFolder(folder),
        config,
        GENERATED,
        strict,
        monitor,
        (made, problems) -> demo(config, made));
  }

  /** Whether a run with images from there drew them itself. */
  public static boolean isGenerated(String source) {
    return source.equals(GENERATED);
  }

  /** Opens a run's images, once its folder exists and is locked. */
  private interface Images {
    Dataset in(Path folder, Problems problems) throws IOException;
  }

  private static Run open(
      RunFolder folder,
      PipelineConfig config,
      String source,
      boolean strict,
      Progress.Monitor monitor,
      Images images)
      throws IOException {
    Closeable lock = folder.lock();
    folder.show(monitor);
    try {
      Problems problems = new Problems(strict, "the run's manifest");
      Dataset dataset = images.in(folder.root(), problems);
      PipelineConfig.Data data = config.data();
      ExifOrientation exif = data.exifOrientation();
      DetectionSet train = DetectionSet.read(dataset, data.train(), data.limit(), exif, problems);
      DetectionSet test = DetectionSet.read(dataset, data.test(), data.limit(), exif, problems);
      requireClasses(train);
      // Each has a file of detections.
      Optional<String> objection = FileNames.objection(folder.root(), train.classes(), "class");
      if (objection.isPresent()) {
        throw new IOException(objection.get());
      }
      sentence(untrained(train, test)).ifPresent(LOG::warn);
      RunImages.doubts(train, test).forEach(LOG::warn);
      reportShared(train, test);
      AtomicFile.writeText(folder.root().resolve("config.yaml"), new ConfigLoader().toYaml(config));
      LOG.info(
          "{} training and {} test images; results in {}",
          train.samples().size(),
          test.samples().size(),
          folder.root());
      return new Run(
          config, folder, train, test, problems, source, monitor, lock, Optional.empty());
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static Dataset demo(PipelineConfig config, Path folder) throws IOException {
    int train = config.data().demoTrain();
    int test = config.data().demoTest();
    Path place = demoPlace(config, folder);
    if (!Files.isDirectory(place)) {
      LOG.info("generating {} scenes ...", train + test);
      SceneGenerator scenes = new SceneGenerator(config.seed());
      AtomicFile.make(
          place, partial -> scenes.writeDevkit(partial, train / 2, train - train / 2, test));
    }
    return DatasetFormats.installed().open(place);
  }

  /** Where the demo's images are in a run's folder. */
  static Path demoPlace(PipelineConfig config, Path folder) {
    PipelineConfig.Data data = config.data();
    return folder.resolve(
        "demo-data-" + data.demoTrain() + "-" + data.demoTest() + "-" + config.seed());
  }

  private static void requireClasses(DetectionSet train) throws IOException {
    if (train.classes().isEmpty()) {
      throw new IOException(
          "The images of split '%s' have no annotated object; there is nothing to learn."
              .formatted(train.split()));
    }
  }

  /**
   * The classes of which test images have objects that count, but training images none, with the
   * number of such test objects. No detector can know them; {@code Experiment.evaluate} counts
   * their objects as missed.
   */
  public Map<String, Integer> untrained() {
    return untrained(train, test);
  }

  private static Map<String, Integer> untrained(DetectionSet train, DetectionSet test) {
    Map<String, Integer> objects = new TreeMap<>();
    for (Annotation annotation : test.annotations()) {
      for (GroundTruth object : annotation.objects()) {
        if (!object.difficult()) {
          objects.merge(object.className(), 1, Integer::sum);
        }
      }
    }
    objects.keySet().removeAll(train.classes());
    return objects;
  }

  /**
   * What {@link #untrained} means for the result, in a sentence; empty if there is no such class.
   */
  public Optional<String> untrainedSentence() {
    return sentence(untrained());
  }

  private static Optional<String> sentence(Map<String, Integer> untrained) {
    if (untrained.isEmpty()) {
      return Optional.empty();
    }
    String named =
        untrained.entrySet().stream()
            .map(entry -> "%s (%d)".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    return Optional.of(
        "The test images have objects of classes that the training images lack: %s. All of them count as missed, with an average precision of 0 in the mean; train on images of these classes, or test on images without them."
            .formatted(named));
  }

  private static void reportShared(DetectionSet train, DetectionSet test) {
    Set<String> shared = new HashSet<>(train.byId().keySet());
    shared.retainAll(test.byId().keySet());
    if (!shared.isEmpty()) {
      LOG.warn(
          "{} of the {} test images are training images too; the mAP says little about new images.",
          shared.size(),
          test.samples().size());
    }
  }

  /** The same run with other settings, for a study; closing either closes both. */
  public Run withConfig(PipelineConfig other) {
    return new Run(other, folder, train, test, problems, source, monitor, lock, elsewhere);
  }

  /**
   * The same run with its images worked on elsewhere; closing it closes this one and the runner.
   */
  public Run on(JobRunner runner) {
    return new Run(
        config, folder, train, test, problems, source, monitor, lock, Optional.of(runner));
  }

  /**
   * Works on images, in this process or where {@link #on} says. A job that cannot leave this
   * process stays.
   *
   * @param job the work
   * @param images all images of the job
   * @param begin the first image to work on; those before it are done
   * @param supplies what the work reads of earlier stages
   * @param sink takes the results, in the calling thread and the images' order
   * @throws IOException the first failure of work or sink
   */
  public void work(
      ImageJob job,
      List<DetectionSet.Sample> images,
      int begin,
      List<ImageJob.Supply> supplies,
      OrderedWork.Sink<DetectionSet.Sample, ImageJob.Output> sink)
      throws IOException {
    JobRunner here = new LocalRunner(config.effectiveThreads());
    JobRunner runner = job.portable().isPresent() ? elsewhere.orElse(here) : here;
    runner.run(job, images, begin, supplies, sink);
  }

  /**
   * Says which stages will come ({@link RunFolder#make}), and compares the disk that they need with
   * what is free: a warning if it is probably too little.
   *
   * @param stages in their order; one that comes twice counts once
   * @throws IOException if the disk is certainly too small
   */
  public void begin(List<PlannedStage> stages) throws IOException {
    DiskNeed need = DiskNeed.of(folder.plan(stages, monitor));
    long free = Files.getFileStore(folder.root()).getUsableSpace();
    String sentence = need.sentence(free, folder.root());
    if (need.cannotFit(free)) {
      throw new IOException(sentence);
    }
    if (!need.fits(free)) {
      LOG.warn(sentence);
    } else if (need.bytes() > 0) {
      LOG.info(sentence);
    }
  }

  /** Ends the work elsewhere, and releases the folder for other processes. */
  @Override
  public void close() throws IOException {
    try (lock) {
      if (elsewhere.isPresent()) {
        elsewhere.get().close();
      }
    }
  }
}
