package org.rcnn.pipeline.stage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.rcnn.cnn.network.Architectures;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.Transfer;
import org.rcnn.cnn.weights.WeightFile;
import org.rcnn.data.Fingerprint;
import org.rcnn.pipeline.config.ConfigException;
import org.rcnn.pipeline.config.PipelineConfig.NetworkChoice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network that a run starts from.
 *
 * @param definition the architecture with one score for background and one for each class
 * @param transfer what of it was taken from where
 * @param fingerprint of the starting weights
 */
public record Backbone(NetworkDefinition definition, Transfer transfer, String fingerprint) {

  private static final Logger LOG = LoggerFactory.getLogger(Backbone.class);
  private static final String EMBEDDED = "alexnet64.safetensors";

  /**
   * Prepares the network.
   *
   * @param classes number of classes, background not counted
   * @throws ConfigException if the choice makes no sense
   * @throws IOException if the weights cannot be read
   */
  public static Backbone of(NetworkChoice choice, int classes, long seed) throws IOException {
    NetworkDefinition definition;
    try {
      definition = Architectures.byName(choice.architecture(), classes + 1);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("network.architecture: " + e.getMessage());
    }
    Weights source = source(choice);
    Transfer transfer = Transfer.into(definition, source, seed);
    if (!source.tensors().isEmpty() && transfer.newLayers().size() == transfer.rows().size()) {
      throw new ConfigException(
          "network.weights: no layer of %s fits %s; `weights inspect` shows what the file holds."
              .formatted(choice.weights(), choice.architecture()));
    }
    return new Backbone(definition, transfer, fingerprint(choice, source, seed));
  }

  private static Weights source(NetworkChoice choice) throws IOException {
    switch (choice.weights()) {
      case "none":
        LOG.warn(
            "network.weights is 'none': the network starts from random weights, which takes far more"
                + " images and iterations than a detection set has.");
        return new Weights(Map.of());
      case "embedded":
        if (!choice.architecture().equals("alexnet64")) {
          throw new ConfigException(
              "network.weights: embedded weights exist for alexnet64 only; for %s name a file."
                  .formatted(choice.architecture()));
        }
        return embedded().weights();
      default:
        Path file = Path.of(choice.weights());
        if (!Files.isRegularFile(file)) {
          throw new ConfigException(
              "network.weights: there is no file %s; it may also be 'embedded' or 'none'."
                  .formatted(file));
        }
        return WeightFile.read(file).weights();
    }
  }

  /** The weights that come with the project. */
  public static WeightFile embedded() throws IOException {
    try (InputStream in = Backbone.class.getResourceAsStream(EMBEDDED)) {
      if (in == null) {
        throw new IOException("The embedded weights are missing from this build.");
      }
      return WeightFile.read(in, "the embedded weights");
    }
  }

  private static String fingerprint(NetworkChoice choice, Weights source, long seed) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(choice.architecture()).add(Long.toString(seed));
    source.tensors().forEach((name, tensor) -> fingerprint.add(name).add(bytes(tensor.values())));
    return fingerprint.hex();
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }
}
