package org.rcnn.cli.options;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.rcnn.cli.download.PublishedWeights;
import org.rcnn.cli.download.WeightCache;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Tap;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.ConfigLoader;
import org.rcnn.pipeline.config.PipelineConfig;
import org.rcnn.pipeline.stage.Backbone;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * The network of a run and its starting weights, by the names that people know.
 *
 * <p>A configuration holds paths only, so that another program reads it alike: names become paths
 * here. What {@code --backbone} stands for replaces what a preset or file says, and {@code --set}
 * replaces both.
 */
public final class NetworkOptions {

  /** The names of the networks that there are, for an option's help and completion. */
  public static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    /** All of them. */
    public Names() {
      super(Architectures.names());
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(NetworkOptions.class);

  private static final String ARCHITECTURE = "network.architecture";
  private static final String WEIGHTS = "network.weights";
  private static final String LAYER = "features.layer";

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      description = {
        "The network and its published weights, fetched on first use: alexnet, vgg16,"
            + " squeezenet1_0, squeezenet1_0-131 or resnet50; or "
            + Backbone.EMBEDDED_NETWORK
            + ", which is embedded.",
        "Short for network.architecture, network.weights, a features.layer that the network has,"
            + " and rates of fine-tuning that suit it; --set and --weights change them."
      })
  private String backbone;

  @Option(
      names = "--weights",
      paramLabel = "FILE|NAME",
      description =
          "Short for --set network.weights=FILE. A NAME is one that `weights download` has fetched;"
              + " a file of that name goes before it.")
  private String weights;

  @Option(
      names = "--weights-url",
      paramLabel = "URL",
      description = "A mirror: the address of a folder with the weights of --backbone.")
  private String mirror;

  private final WeightCache cache = WeightCache.ofUser();

  /**
   * The settings that the options stand for, changed by those given singly.
   *
   * @param given the settings of {@code --set}
   * @throws ConfigException if there is no backbone of that name, or two options contradict
   */
  Map<String, String> settings(Map<String, String> given) {
    if (mirror != null && backbone == null) {
      throw new ConfigException("--weights-url has no effect without --backbone.");
    }
    Map<String, String> all = new LinkedHashMap<>();
    if (backbone != null) {
      if (given.containsKey(ARCHITECTURE)) {
        throw new ConfigException("Give --backbone or --set network.architecture, not both.");
      }
      all.put(ARCHITECTURE, backbone);
      if (weights == null && !given.containsKey(WEIGHTS)) {
        all.put(WEIGHTS, startingWeights());
      }
      PublishedWeights.of(backbone).ifPresent(published -> all.putAll(published.fineTuning()));
      LOG.info(
          "--backbone {} sets {}",
          backbone,
          all.entrySet().stream()
              .filter(setting -> !given.containsKey(setting.getKey()))
              .map(setting -> setting.getKey() + "=" + setting.getValue())
              .sorted()
              .collect(Collectors.joining(", ")));
    }
    all.putAll(given);
    if (weights != null) {
      all.put(WEIGHTS, weights);
    }
    return all;
  }

  private String startingWeights() {
    if (backbone.equals(Backbone.EMBEDDED_NETWORK)) {
      return "embedded";
    }
    return PublishedWeights.of(backbone)
        .map(published -> yaml(cache.place(published).toString()))
        .orElseThrow(
            () ->
                new ConfigException(
                    "--backbone: no weights are published for '%s', only for %s; those of %s are embedded; name a weight file with --weights."
                        .formatted(
                            backbone,
                            PublishedWeights.all().stream()
                                .flatMap(published -> published.networks().stream())
                                .collect(Collectors.joining(", ")),
                            Backbone.EMBEDDED_NETWORK)));
  }

  /** A path as a YAML scalar, whatever characters it has. */
  private static String yaml(String path) {
    return "'" + path.replace("'", "''") + "'";
  }

  /**
   * The configuration with the path of published weights in place of their name, and, for {@code
   * --backbone}, with a layer that the network has.
   *
   * @param config the configuration that has {@link #settings}
   * @param given the settings of {@code --set}
   * @throws ConfigException if there are no such weights, or they are not yet fetched
   */
  PipelineConfig complete(ConfigLoader loader, PipelineConfig config, Map<String, String> given) {
    Map<String, String> changes = new LinkedHashMap<>();
    PipelineConfig.NetworkChoice network = config.network();
    if (missing(config).isEmpty()) {
      String path = cache.resolve(network.weights(), network.architecture());
      if (!path.equals(network.weights())) {
        changes.put(WEIGHTS, yaml(path));
      }
    }
    if (backbone != null && !given.containsKey(LAYER)) {
      List<Tap> taps = Architectures.byName(backbone, 2).featureTaps();
      if (!taps.contains(config.features().layer())) {
        changes.put(LAYER, taps.get(taps.size() - 1).label());
        LOG.info(
            "--backbone {} sets {}={}, because it has no {}",
            backbone,
            LAYER,
            changes.get(LAYER),
            config.features().layer().label());
      }
    }
    return changes.isEmpty() ? config : loader.with(config, changes);
  }

  /**
   * Fetches the weights of {@code --backbone} if they are not there yet.
   *
   * @throws ConfigException if {@code --weights-url} is not an address
   * @throws IOException in one sentence, if they cannot be fetched
   */
  void fetch(PipelineConfig config) throws IOException {
    Optional<PublishedWeights> missing = missing(config);
    if (missing.isPresent()) {
      LOG.info("fetching {} ({} MB) ...", missing.get().file(), missing.get().megabytes());
      cache.fetch(missing.get(), "--weights-url", mirror);
    }
  }

  /** The weights that {@code --backbone} has still to fetch. */
  private Optional<PublishedWeights> missing(PipelineConfig config) {
    return Optional.ofNullable(backbone)
        .flatMap(PublishedWeights::of)
        .filter(published -> config.network().weights().equals(cache.place(published).toString()))
        .filter(published -> !cache.has(published));
  }
}
