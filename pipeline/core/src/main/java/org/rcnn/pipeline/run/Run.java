package org.rcnn.pipeline.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.data.voc.Splits;
import org.rcnn.data.voc.VocDevkit;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run: a configuration, the images that it learns from and is tested on, and the folder in
 * which everything that is computed is kept.
 *
 * <p>While a run is open, no other process can open its folder.
 *
 * @param config the settings
 * @param folder the artifacts
 * @param train the training images
 * @param test the test images
 * @param problems what was wrong with single images
 * @param source the data in words
 * @param monitor where stages show how far they are
 * @param lock keeps other processes out of the folder
 */
public record Run(
    PipelineConfig config,
    RunFolder folder,
    DetectionSet train,
    DetectionSet test,
    Problems problems,
    String source,
    Progress.Monitor monitor,
    Closeable lock)
    implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  /**
   * Opens a run on one's own images.
   *
   * @param data a folder of annotated images
   * @param folder where the run keeps its artifacts; made if missing
   * @param strict whether the first bad image or annotation ends the run
   * @param monitor where stages show how far they are
   * @throws IOException if the images cannot be read, or another run is at work in the folder
   */
  public static Run onData(
      Path data, PipelineConfig config, Path folder, boolean strict, Progress.Monitor monitor)
      throws IOException {
    // Before the folder is made, so that a mistyped name leaves nothing behind.
    VocDevkit images = images(data, config);
    return open(new RunFolder(folder), config, data.toString(), strict, monitor, made -> images);
  }

  /**
   * Opens a run on generated scenes, which are written into the run's folder on first use.
   *
   * @param folder where the run keeps its artifacts; made if missing
   * @param strict whether the first bad image or annotation ends the run
   * @param monitor where stages show how far they are
   * @throws IOException if the scenes cannot be written, or another run is at work in the folder
   */
  public static Run onDemo(
      PipelineConfig config, Path folder, boolean strict, Progress.Monitor monitor)
      throws IOException {
    return open(
        new RunFolder(folder),
        config,
        "generated scenes",
        strict,
        monitor,
        made -> demo(config, made));
  }

  /** Gives a run's images once its folder is there and locked. */
  private interface Images {
    VocDevkit in(Path folder) throws IOException;
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
    try {
      Problems problems = new Problems(strict, "the run's manifest");
      VocDevkit devkit = images.in(folder.root());
      PipelineConfig.Data data = config.data();
      DetectionSet train = DetectionSet.read(devkit, data.train(), data.limit(), problems);
      DetectionSet test = DetectionSet.read(devkit, data.test(), data.limit(), problems);
      RunFolder.writeText(folder.root().resolve("config.yaml"), new ConfigLoader().toYaml(config));
      LOG.info(
          "{} training and {} test images; results in {}",
          train.samples().size(),
          test.samples().size(),
          folder.root());
      return new Run(config, folder, train, test, problems, source, monitor, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static VocDevkit images(Path data, PipelineConfig config) throws IOException {
    VocDevkit devkit = VocDevkit.open(data);
    if (!devkit.splits().isEmpty()) {
      return devkit;
    }
    double share = config.data().splitTestShare();
    if (share == 0) {
      throw new IOException(
          ("%s has no lists in ImageSets/Main that say which images to train and test on; write"
                  + " trainval.txt and test.txt there, or let a seeded split choose with"
                  + " --set data.split-test-share=0.3.")
              .formatted(devkit.root()));
    }
    List<String> ids = devkit.annotatedIds();
    return devkit.withSplits(Splits.of(ids, config.seed(), 0, share));
  }

  private static VocDevkit demo(PipelineConfig config, Path folder) throws IOException {
    int train = config.data().demoTrain();
    int test = config.data().demoTest();
    Path place = folder.resolve("demo-data-" + train + "-" + test + "-" + config.seed());
    if (!Files.isDirectory(place)) {
      LOG.info("generating {} scenes ...", train + test);
      Path partial = place.resolveSibling(place.getFileName() + ".partial");
      new SceneGenerator(config.seed()).writeDevkit(partial, train / 2, train - train / 2, test);
      Files.move(partial, place);
    }
    return VocDevkit.open(place);
  }

  /** Lets others into the folder. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
