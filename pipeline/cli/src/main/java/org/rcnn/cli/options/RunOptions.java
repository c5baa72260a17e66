package org.rcnn.cli.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.rcnn.cli.progress.ProgressBars;
import org.rcnn.cnn.network.TorchEngine;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.Run;
import org.rcnn.pipeline.stage.Experiment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options shared by the commands that train. */
public final class RunOptions {

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

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Short for --set network.weights=FILE.")
  private String weights;

  @Option(names = "--strict", description = "Stop at the first bad image or annotation.")
  private boolean strict;

  /**
   * Opens the run that the options describe.
   *
   * @throws ConfigException if an option or a setting is invalid
   * @throws IOException if images cannot be read, or another run is using the folder
   */
  public Run open() throws IOException {
    TorchEngine.mallocWarning(System.getenv(), System.getProperty("os.name")).ifPresent(LOG::warn);
    PipelineConfig settings = configuration(new ConfigLoader());
    Experiment.requireNames(settings);
    Path folder = out != null ? out : Path.of("runs").resolve(defaultName());
    ProgressBars bars = new ProgressBars();
    return data == null
        ? Run.onDemo(settings, folder, strict, bars)
        : Run.onData(data, settings, folder, strict, bars);
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
}
