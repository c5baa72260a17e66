package org.rcnn.cli.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
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
      names = "--data",
      paramLabel = "DIR",
      description = "A folder of annotated images, such as a VOC devkit. Default: the demo.")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The run's folder. Default: runs/demo, or runs/ and the name of --data.")
  private Path out;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as svm.negative-iou=0.3; may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Mixin private NetworkOptions network;

  @Option(names = "--strict", description = "Stop at the first bad image or annotation.")
  private boolean strict;

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
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    ConfigLoader loader = new ConfigLoader();
    PipelineConfig named = configuration(loader, network.settings(settings));
    Experiment.requireNames(named);
    PipelineConfig complete = network.complete(loader, named, settings);
    check.accept(complete);
    Path folder = out != null ? out : Path.of("runs").resolve(defaultName());
    ProgressBars bars = new ProgressBars();
    Run run =
        data == null
            ? Run.onDemo(complete, folder, strict, bars)
            : Run.onData(data, complete, folder, strict, bars);
    // After the images were found usable: the weights may be large.
    try {
      network.fetch(complete);
      return run;
    } catch (IOException | RuntimeException e) {
      run.close();
      throw e;
    }
  }

  private PipelineConfig configuration(ConfigLoader loader, Map<String, String> all)
      throws IOException {
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
}
