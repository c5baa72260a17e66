package org.rcnn.cli.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.cnn.features.FeatureExtractor.Execution;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.cnn.onnx.OnnxRuntimes;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.JobRunners;
import org.rcnn.pipeline.run.Progress;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.rcnn.pipeline.stage.RecordedRun;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options shared by the commands that train. */
public final class RunOptions {

  private static final Logger LOG = LoggerFactory.getLogger(RunOptions.class);

  /** What is kept of a run that is stopped. */
  public static final String KEPT =
      "finished stages are kept, features resume after the last image and trainings at their latest"
          + " checkpoint";

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
      names = "--from",
      paramLabel = "MANIFEST",
      description =
          "Repeat a run from its manifest.json alone: with its settings, on its images, which must be"
              + " the same. What --set and --weights say goes before it.")
  private Path from;

  @Option(
      names = "--even-if-changed",
      description =
          "With --from: go on although images or starting weights are not those of the manifest.")
  private boolean evenIfChanged;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "A folder of annotated images, such as a VOC devkit. Default: the demo; with --from, where"
              + " the images were.")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description =
          "The run's folder. Default: runs/demo, or runs/ and the name of --data; with --from, runs/"
              + " and the name of the manifest's folder with -again.")
  private Path out;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as svm.negative-iou=0.3; may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Mixin private NetworkOptions network;

  @Option(names = "--strict", description = "Stop at the first bad image or annotation.")
  private boolean strict;

  @Option(
      names = "--on",
      paramLabel = "PLACE",
      description =
          "Work on images with Apache Spark: local[N] to try it, or spark://HOST:PORT. The run's folder"
              + " gets the same bytes. See pipeline/spark/README.md.")
  private String place;

  /**
   * Opens the run that the options describe.
   *
   * @throws ConfigException if an option or a setting is invalid
   * @throws IOException if images cannot be read, another run is using the folder, or the weights
   *     of {@code --backbone} cannot be fetched
   */
  public Run open() throws IOException {
    return open(settings -> {});
  }

  /**
   * Opens the run that the options describe, after a check of its settings.
   *
   * @param check refuses settings by an exception, before any image is read
   * @throws ConfigException if an option or a setting is invalid
   * @throws IOException as {@link #open()}
   */
  public Run open(Consumer<PipelineConfig> check) throws IOException {
    return open(check, new ProgressBars());
  }

  /**
   * Opens the run that the options describe.
   *
   * @param listener is told what the run tells, beside the progress bars
   * @throws ConfigException if an option or a setting is invalid
   * @throws IOException as {@link #open()}
   */
  public Run open(Progress.Monitor listener) throws IOException {
    return open(settings -> {}, new ProgressBars().and(listener));
  }

  private Run open(Consumer<PipelineConfig> check, Progress.Monitor bars) throws IOException {
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    // Before the images, which take a while.
    Optional<JobRunners> elsewhere = Optional.ofNullable(place).map(JobRunners::reaching);
    ConfigLoader loader = new ConfigLoader();
    Optional<RecordedRun> recorded = recorded();
    PipelineConfig named = configuration(loader, recorded, network.settings(settings));
    Experiment.requireNames(named);
    PipelineConfig complete = network.complete(loader, named, settings);
    check.accept(complete);
    requireRuntime(complete.features());
    Path images = data != null ? data : recorded.flatMap(RecordedRun::data).orElse(null);
    Path folder = folder(recorded);
    Run run =
        images == null
            ? Run.onDemo(complete, folder, strict, bars)
            : Run.onData(images, complete, folder, strict, bars);
    // After the images were found usable: the weights may be large.
    try {
      if (recorded.isPresent()) {
        judge(recorded.get().otherImages(run), "name the folder that has them with --data");
      }
      network.fetch(complete);
      return elsewhere.isEmpty() ? run : run.on(elsewhere.get().open(place, folder));
    } catch (IOException | RuntimeException e) {
      run.close();
      throw e;
    }
  }

  /**
   * The run's folder, which need not exist.
   *
   * @throws IOException if the manifest of {@code --from} cannot be read
   */
  public Path folder() throws IOException {
    return folder(recorded());
  }

  private Path folder(Optional<RecordedRun> recorded) {
    return out != null ? out : Path.of("runs").resolve(defaultName(recorded));
  }

  /** Before the hours that come before the features. */
  private static void requireRuntime(PipelineConfig.Features features) {
    if (features.executionOf(true) == Execution.ONNX
        || features.executionOf(false) == Execution.ONNX) {
      OnnxRuntimes.require();
    }
  }

  /**
   * An opened run's experiment; with {@code --from}, after a look at its starting weights.
   *
   * @throws IOException if the weights cannot be read, or are not those of the manifest
   */
  public Experiment experiment(Run run) throws IOException {
    Experiment experiment = new Experiment(run);
    Optional<RecordedRun> recorded = recorded();
    if (recorded.isPresent()) {
      judge(
          recorded.get().otherStart(experiment.backbone()),
          "name the file that has them with --weights");
      recorded.get().doubts(experiment).forEach(LOG::warn);
    }
    return experiment;
  }

  private void judge(Optional<String> objection, String advice) throws IOException {
    if (objection.isEmpty()) {
      return;
    }
    if (!evenIfChanged) {
      throw new IOException(
          "%s; %s, or go on with --even-if-changed.".formatted(objection.get(), advice));
    }
    LOG.warn("{}.", objection.get());
  }

  private Optional<RecordedRun> recorded() throws IOException {
    if (from == null) {
      if (evenIfChanged) {
        throw new ConfigException("--even-if-changed has no effect without --from.");
      }
      return Optional.empty();
    }
    if (config != null || preset != null) {
      throw new ConfigException(
          "--from has the settings of a run; give it without --preset and --config.");
    }
    return Optional.of(RecordedRun.read(from));
  }

  private PipelineConfig configuration(
      ConfigLoader loader, Optional<RecordedRun> recorded, Map<String, String> all)
      throws IOException {
    if (recorded.isPresent()) {
      return recorded.get().config(all);
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

  private String defaultName(Optional<RecordedRun> recorded) {
    if (recorded.isPresent()) {
      return recorded.get().name() + "-again";
    }
    if (data == null) {
      return "demo";
    }
    Path name = data.toAbsolutePath().normalize().getFileName();
    return name == null ? "run" : name.toString();
  }
}
