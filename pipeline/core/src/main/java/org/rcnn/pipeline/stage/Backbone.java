package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.SourceLayer;
import org.rcnn.cnn.weights.Transfer;
import org.rcnn.cnn.weights.Transfer.Outcome;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightSource;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig.NetworkChoice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network that a run starts from.
 *
 * @param definition the architecture, with the input preprocessing of the weights
 * @param transfer which layers were copied, and from which
 * @param fingerprint a hash of the network and its starting weights
 */
public record Backbone(NetworkDefinition definition, Transfer transfer, String fingerprint) {

  private static final Logger LOG = LoggerFactory.getLogger(Backbone.class);

  /** The network whose weights come with the project. */
  public static final String EMBEDDED_NETWORK = "alexnet64-fc1024";

  private static final String EMBEDDED = EMBEDDED_NETWORK + ".safetensors";

  /** The networks that embedded weights fit, the second in its convolutions alone. */
  private static final List<String> WITH_EMBEDDED = List.of(EMBEDDED_NETWORK, "alexnet64");

  /**
   * Prepares a detector's network: one score for background and one for each class, which may be
   * negative ({@link NetworkDefinition#withLinearScores}). The layer of the scores is always new.
   *
   * @param choice architecture and weights
   * @param classes number of classes, background not counted
   * @param seed of new layers' values
   * @throws ConfigException if there is no such architecture or weight file, or no layer of the
   *     file fits the architecture
   * @throws IOException if the weights cannot be read
   */
  public static Backbone of(NetworkChoice choice, int classes, long seed) throws IOException {
    NetworkDefinition published = published(choice, classes + 1);
    NetworkDefinition linear = published.withLinearScores();
    return of(choice, linear, seed, true);
  }

  /**
   * Prepares a network that classifies images, as it was published.
   *
   * @param choice architecture and weights
   * @param classes number of classes, each with a score
   * @param seed of new layers' values
   * @throws ConfigException if there is no such architecture or weight file, or no layer of the
   *     file fits the architecture
   * @throws IOException if the weights cannot be read
   */
  public static Backbone ofClassifier(NetworkChoice choice, int classes, long seed)
      throws IOException {
    return of(choice, published(choice, classes), seed, false);
  }

  /** Refuses an architecture that is not registered. */
  static void requireKnown(NetworkChoice choice) {
    published(choice, 2);
  }

  private static NetworkDefinition published(NetworkChoice choice, int outputs) {
    try {
      return Architectures.byName(choice.architecture(), outputs);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("network.architecture: " + e.getMessage());
    }
  }

  private static Backbone of(
      NetworkChoice choice, NetworkDefinition usual, long seed, boolean newTask)
      throws IOException {
    Source source = source(choice, usual.preprocessing());
    NetworkDefinition definition = usual.withPreprocessing(source.preprocessing());
    Weights weights = source.weights();
    Transfer transfer =
        newTask
            ? Transfer.intoNewTask(
                definition, weights, source.described(), choice.newLayers(), seed)
            : Transfer.into(definition, weights, source.described(), seed);
    boolean anyFits =
        transfer.rows().stream()
            .anyMatch(
                row -> row.outcome() == Outcome.COPIED || choice.newLayers().contains(row.layer()));
    if (!weights.tensors().isEmpty() && !anyFits) {
      throw new ConfigException(
          "network.weights: no layer of %s fits %s; `weights inspect` shows what the file holds."
              .formatted(choice.weights(), choice.architecture()));
    }
    Backbone backbone = new Backbone(definition, transfer, fingerprint(definition, transfer));
    backbone.requireLayers("network.new-layers", choice.newLayers());
    return backbone;
  }

  /**
   * Checks that all names are layers with parameters.
   *
   * @param key the setting that names them, for the message
   * @throws ConfigException if one is not
   */
  void requireLayers(String key, Set<String> named) {
    List<String> known = definition.parameterLayers().stream().map(Layer::name).toList();
    for (String layer : named) {
      if (!known.contains(layer)) {
        throw new ConfigException(
            "%s: network %s has no layer '%s' with parameters; choose from %s."
                .formatted(key, definition.name(), layer, String.join(", ", known)));
      }
    }
  }

  /**
   * The weights that fine-tuning starts from: what was copied, and new layers with the values of a
   * seed. The seed given to {@link #of} gives {@code transfer().weights()}.
   *
   * @param seed of new layers' values
   */
  Weights startingWeights(long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(transfer.weights().tensors());
    Set<String> fresh = Set.copyOf(transfer.newLayers());
    definition.parameterLayers().stream()
        .filter(layer -> fresh.contains(layer.name()))
        .forEach(layer -> tensors.putAll(Weights.initial(definition, layer, seed)));
    return new Weights(tensors);
  }

  /** The network in a sentence: its name, size, layers with features, and input. */
  public String summary() {
    String layers =
        definition.featureTaps().stream()
            .map(
                tap -> "%s (%d values)".formatted(tap.label(), definition.tapDimensions().get(tap)))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "Network %s has %,d parameters and the layers %s; its input is %d x %d pixels, %s.",
        definition.name(),
        definition.parameterCount(),
        layers,
        definition.inputSize(),
        definition.inputSize(),
        definition.preprocessing());
  }

  /**
   * The starting weights.
   *
   * @param weights the tensors
   * @param described the settings of the file's layers, if it has them
   * @param preprocessing the file's input preprocessing; the architecture's usual one if it has
   *     none
   */
  private record Source(
      Weights weights, List<SourceLayer> described, Preprocessing preprocessing) {}

  private static Source source(NetworkChoice choice, Preprocessing usual) throws IOException {
    switch (choice.weights()) {
      case "none":
        LOG.warn(
            "network.weights is 'none', so the network starts from random weights. A detection set"
                + " has far too few images for that.");
        return new Source(new Weights(Map.of()), List.of(), usual);
      case "embedded":
        if (!WITH_EMBEDDED.contains(choice.architecture())) {
          throw new ConfigException(
              "network.weights: embedded weights exist for %s only; name a weight file for %s."
                  .formatted(String.join(" and ", WITH_EMBEDDED), choice.architecture()));
        }
        return new Source(embedded().weights(), List.of(), usual);
      default:
        Path file = Path.of(choice.weights());
        if (!Files.isRegularFile(file)) {
          throw new ConfigException(
              "network.weights: there is no file %s; name a weight file, 'embedded' or 'none'."
                  .formatted(file));
        }
        WeightSource opened = WeightSource.open(file);
        return new Source(opened.read(), opened.layers(), opened.preprocessing(usual));
    }
  }

  /**
   * The weights of {@value #EMBEDDED_NETWORK} that come with the project.
   *
   * @throws IOException if this build lacks them
   */
  public static WeightFile embedded() throws IOException {
    try (InputStream in = Backbone.class.getResourceAsStream(EMBEDDED)) {
      if (in == null) {
        throw new IOException("The embedded weights are missing from this build.");
      }
      return WeightFile.read(in, "the embedded weights");
    }
  }

  /** Covers the layers too, because a name may be registered with other layers. */
  static String fingerprint(NetworkDefinition network, Transfer transfer) {
    Fingerprint fingerprint =
        new Fingerprint()
            .add(network.name() + " " + network.inputSize() + " " + network.context())
            .add(network.preprocessing().toString())
            .add("antialias " + network.preprocessing().antialias())
            .add(network.layers().toString())
            .add(new TreeMap<>(network.taps()).toString())
            .add(transfer.newLayers().toString());
    transfer
        .weights()
        .tensors()
        .forEach((name, tensor) -> fingerprint.add(name).add(bytes(tensor.values())));
    return fingerprint.hex();
  }

  /**
   * A hash of the layers up to the first of the {@link NetworkDefinition#suffixTaps} and their
   * starting weights; that of the whole network if it has no such tap. Networks with the same one
   * compute the same up to there.
   */
  String prefixFingerprint() {
    Optional<Tap> end = definition.suffixTaps().stream().findFirst();
    if (end.isEmpty()) {
      return fingerprint;
    }
    List<Layer> prefix = definition.layersUpTo(end.get());
    Preprocessing preprocessing = definition.preprocessing();
    Fingerprint hash =
        new Fingerprint()
            .add(definition.inputSize() + " " + definition.context())
            .add(preprocessing + " antialias " + preprocessing.antialias())
            .add(prefix.toString());
    Map<String, Tensor> tensors = transfer.weights().tensors();
    prefix.stream()
        .flatMap(layer -> layer.parameters().keySet().stream())
        .forEach(name -> hash.add(name).add(bytes(tensors.get(name).values())));
    return hash.hex();
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }
}
