package org.rcnn.pipeline.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.data.scenes.SceneGenerator;
import org.rcnn.data.voc.Splits;
import org.rcnn.data.voc.VocDevkit;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.DetectionSet;
import org.rcnn.pipeline.run.Problems;
import org.rcnn.pipeline.run.RunFolder;
import org.rcnn.pipeline.stage.Experiment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options shared by the commands that train. */
final class RunOptions {

  private static final Logger LOG = LoggerFactory.getLogger(RunOptions.class);

  @Option(
      names = "--preset",
      paramLabel = "P",
      description =
          "demo, voc2007-small, voc2007 or paper. Default: demo without --data, else"
              + " voc2007-small.")
  private String preset;

  @Option(names = "--config", paramLabel = "FILE", description = "A YAML file of settings.")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DEVKIT",
      description = "A folder with JPEGImages, Annotations and ImageSets/Main. Default: the demo.")
  private Path data;

  @Option(names = "--out", paramLabel = "RUN", description = "The run's folder.")
  private Path out;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A single setting, such as svm.negative-iou=0.3; may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--weights", paramLabel = "FILE", description = "Short for network.weights.")
  private String weights;

  @Option(names = "--strict", description = "End at the first bad image or annotation.")
  private boolean strict;

  /**
   * What the options come to.
   *
   * @param experiment the chain
   * @param run its folder
   * @param config the settings
   * @param train the training images
   * @param test the test images
   * @param problems what was wrong with single images
   * @param source the data in words
   * @param lock keeps others out of the folder
   */
  record Prepared(
      Experiment experiment,
      RunFolder run,
      PipelineConfig config,
      DetectionSet train,
      DetectionSet test,
      Problems problems,
      String source,
      Closeable lock)
      implements AutoCloseable {

    /** Lets others into the folder. */
    @Override
    public void close() throws IOException {
      lock.close();
    }
  }

  /** Reads configuration and data and prepares the run's folder. */
  Prepared prepare() throws IOException {
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    ConfigLoader loader = new ConfigLoader();
    PipelineConfig settings = configuration(loader);
    Path folder = out != null ? out : Path.of("runs").resolve(defaultName());
    Problems problems = new Problems(strict, "the run's manifest");
    // Before the folder, so that a mistyped name leaves nothing behind.
    VocDevkit own = data == null ? null : devkit(settings);
    RunFolder run = new RunFolder(folder);
    Closeable lock = run.lock();
    try {
      VocDevkit devkit = own == null ? demo(settings, folder) : own;
      return prepare(loader, settings, devkit, run, problems, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private Prepared prepare(
      ConfigLoader loader,
      PipelineConfig settings,
      VocDevkit devkit,
      RunFolder run,
      Problems problems,
      Closeable lock)
      throws IOException {
    Path folder = run.root();
    PipelineConfig.Data images = settings.data();
    DetectionSet train = DetectionSet.read(devkit, images.train(), images.limit(), problems);
    DetectionSet test = DetectionSet.read(devkit, images.test(), images.limit(), problems);
    RunFolder.writeText(folder.resolve("config.yaml"), loader.toYaml(settings));
    LOG.info(
        "{} training and {} test images; results in {}",
        train.samples().size(),
        test.samples().size(),
        folder);
    return new Prepared(
        new Experiment(settings, run, problems, train, test),
        run,
        settings,
        train,
        test,
        problems,
        data == null ? "generated scenes" : data.toString(),
        lock);
  }

  private PipelineConfig configuration(ConfigLoader loader) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (weights != null) {
      all.put("network.weights", weights);
    }
    if (config != null && preset != null) {
      throw new ConfigException("Give --preset or --config, not both.");
    }
    if (config != null) {
      return loader.file(config, all);
    }
    String name = preset != null ? preset : data == null ? "demo" : "voc2007-small";
    return loader.preset(name, all);
  }

  private String defaultName() {
    if (data == null) {
      return "demo";
    }
    Path name = data.toAbsolutePath().normalize().getFileName();
    return name == null ? "run" : name.toString();
  }

  private VocDevkit devkit(PipelineConfig settings) throws IOException {
    VocDevkit devkit = VocDevkit.open(data);
    if (!devkit.splits().isEmpty()) {
      return devkit;
    }
    double share = settings.data().splitTestShare();
    if (share == 0) {
      throw new IOException(
          ("%s has no lists in ImageSets/Main that say which images to train and test on; write"
                  + " trainval.txt and test.txt there, or let a seeded split choose with"
                  + " --set data.split-test-share=0.3.")
              .formatted(devkit.root()));
    }
    List<String> ids = devkit.annotatedIds();
    return devkit.withSplits(Splits.of(ids, settings.seed(), 0, share));
  }

  /** The demo's scenes, generated into the run's folder on first use. */
  private static VocDevkit demo(PipelineConfig settings, Path folder) throws IOException {
    int train = settings.data().demoTrain();
    int test = settings.data().demoTest();
    Path place = folder.resolve("demo-data-" + train + "-" + test + "-" + settings.seed());
    if (!Files.isDirectory(place)) {
      LOG.info("generating {} scenes ...", train + test);
      Path partial = place.resolveSibling(place.getFileName() + ".partial");
      new SceneGenerator(settings.seed()).writeDevkit(partial, train / 2, train - train / 2, test);
      Files.move(partial, place);
    }
    return VocDevkit.open(place);
  }
}
