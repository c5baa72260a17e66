package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.pipeline.run.ImageJob.Attachment;

/** A network as settings and a weight file, from which another process makes it again. */
final class NetworkParts {

  static final String WEIGHTS = "weights.safetensors";

  private static final String ARCHITECTURE = "architecture";
  private static final String OUTPUTS = "outputs";
  private static final String NAME = "network-name";
  private static final String PREFIX_NAME = "network-prefix-name";
  private static final String PREFIX = "network-prefix";
  private static final String WHOLE = "network-whole";

  private NetworkParts() {}

  /**
   * What a network is made of; empty if it cannot be made again from its name, because it was
   * changed since.
   */
  static Optional<Map<String, String>> settings(TrainedNetwork network) {
    NetworkDefinition definition = network.definition();
    Map<String, String> settings = new HashMap<>(definition.preprocessing().notes());
    settings.put(ARCHITECTURE, definition.name());
    settings.put(OUTPUTS, Integer.toString(outputs(definition)));
    settings.put(NAME, network.identity().name());
    settings.put(PREFIX_NAME, network.identity().prefixName());
    settings.put(PREFIX, network.identity().prefix());
    settings.put(WHOLE, network.identity().whole());
    return Architectures.names().contains(definition.name())
            && definition(settings).equals(definition)
        ? Optional.of(settings)
        : Optional.empty();
  }

  private static int outputs(NetworkDefinition definition) {
    return definition.tapDimensions().get(Tap.SCORES);
  }

  static Map<String, Attachment> files(TrainedNetwork network) {
    return Map.of(
        WEIGHTS, out -> new WeightFile(network.weights(), Map.of()).write(out, Precision.F32));
  }

  private static NetworkDefinition definition(Map<String, String> settings) {
    NetworkDefinition published =
        Architectures.byName(settings.get(ARCHITECTURE), Integer.parseInt(settings.get(OUTPUTS)))
            .withLinearScores();
    return published.withPreprocessing(published.preprocessing().noted(settings));
  }

  /**
   * The network again.
   *
   * @param files the weight file by its name
   * @throws IOException if the weights cannot be read
   */
  static TrainedNetwork read(Map<String, String> settings, Map<String, Path> files)
      throws IOException {
    return new TrainedNetwork(
        new TrainedNetwork.Identity(
            settings.get(NAME),
            settings.get(PREFIX_NAME),
            settings.get(PREFIX),
            settings.get(WHOLE)),
        definition(settings),
        WeightFile.read(files.get(WEIGHTS)).weights());
  }
}
