package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.run.ImageJob;
import org.rcnn.pipeline.run.Json;

/**
 * The jobs of the stages, made again in another process from what {@link ImageJob#portable} gave.
 */
public final class StageJobs {

  private static final String CONFIG = "config";

  private StageJobs() {}

  /**
   * A job.
   *
   * @param key as the job had it
   * @param kind as {@link ImageJob.Portable} has it
   * @param settings as {@link ImageJob.Portable} has them
   * @param files where the files are, by their names
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if there is no such kind
   */
  public static ImageJob of(
      String key, String kind, Map<String, String> settings, Map<String, Path> files)
      throws IOException {
    PipelineConfig config =
        new ConfigLoader().tree(Json.parse(settings.get(CONFIG)), "the job's configuration");
    return switch (kind) {
      case ProposalJob.KIND -> new ProposalJob(key, config, Optional.empty());
      case FeatureJob.KIND ->
          new FeatureJob(
              key,
              config,
              Boolean.parseBoolean(settings.get(FeatureJob.TRAINING)),
              NetworkParts.read(settings, files),
              taps(settings.get(FeatureJob.TAPS)),
              new ExecutionCheck());
      case LaterFeatureJob.KIND ->
          new LaterFeatureJob(
              key,
              config,
              NetworkParts.read(settings, files),
              tap(settings.get(LaterFeatureJob.AFTER)),
              taps(settings.get(FeatureJob.TAPS)));
      case DetectionJob.KIND ->
          new DetectionJob(
              key,
              DetectionJob.Pass.valueOf(settings.get(DetectionJob.PASS)),
              config,
              Heads.ofFile(settings.get(DetectionJob.HEAD)),
              tap(settings.get(DetectionJob.TAP)),
              Integer.parseInt(settings.get(DetectionJob.DIMENSION)),
              List.of(settings.get(DetectionJob.CLASSES).split("\n")),
              Optional.ofNullable(files.get(DetectionJob.MODEL)),
              Optional.ofNullable(files.get(DetectionJob.CORRECTION)));
      case ProductJob.KIND -> ProductJob.read(key, config, settings, files);
      default ->
          throw new IllegalArgumentException(
              "There is no job '%s'; use one version of the program on all machines."
                  .formatted(kind));
    };
  }

  /** A configuration as a setting; the map may be added to. */
  static Map<String, String> settings(PipelineConfig config) {
    Map<String, String> settings = new HashMap<>();
    settings.put(CONFIG, new ConfigLoader().toTree(config).toString());
    return settings;
  }

  static String names(Collection<Tap> taps) {
    return taps.stream().sorted().map(Tap::label).collect(Collectors.joining(" "));
  }

  private static Set<Tap> taps(String names) {
    Set<Tap> taps = EnumSet.noneOf(Tap.class);
    for (String name : names.split(" ")) {
      taps.add(tap(name));
    }
    return taps;
  }

  private static Tap tap(String name) {
    for (Tap tap : Tap.values()) {
      if (tap.label().equals(name)) {
        return tap;
      }
    }
    throw new IllegalArgumentException("There is no tap '%s'.".formatted(name));
  }
}
