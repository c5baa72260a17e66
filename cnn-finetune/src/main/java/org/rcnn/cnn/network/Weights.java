package org.rcnn.cnn.network;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.rcnn.data.SeedMix;

/**
 * A network's parameters by name, on the Java side: what is loaded, transferred and saved.
 *
 * @param tensors parameter name to values, in the order of the layers
 */
public record Weights(Map<String, Tensor> tensors) {

  /** Keeps its own copy of the map; the tensors are shared. */
  public Weights {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * The tensor of a network's parameter.
   *
   * @param network the network's name, for the message
   * @throws IllegalArgumentException if it is missing or of another shape
   */
  public Tensor parameter(String network, String name, int[] shape) {
    Tensor tensor = tensors.get(name);
    if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
      throw new IllegalArgumentException(
          "Network %s needs parameter %s of shape %s, and the weights have %s."
              .formatted(
                  network,
                  name,
                  Arrays.toString(shape),
                  tensor == null ? "none" : Arrays.toString(tensor.shape())));
    }
    return tensor;
  }

  /**
   * A tensor that no network can compute with: one with a value that is not finite, as training
   * leaves that diverged.
   *
   * @return the end of a sentence, such as "the tensor fc6.bias has the value NaN (number 3 of
   *     4096)"; empty if there is none
   */
  public Optional<String> notFinite() {
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      float[] values = tensor.getValue().values();
      for (int i = 0; i < values.length; i++) {
        if (!Float.isFinite(values[i])) {
          return Optional.of(
              "the tensor %s has the value %s (number %d of %d)"
                  .formatted(tensor.getKey(), values[i], i + 1, values.length));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Fresh weights: normal with variance 2 / fan-in (He et al. 2015, made for ReLU networks), biases
   * 0; the layer of class scores is normal with deviation 0.01, as the authors' new layers are.
   * Normalisations and affine maps begin as the identity.
   *
   * <p>Each parameter draws from a generator of its own, seeded by the seed and the parameter's
   * name, so one layer's values do not depend on which other layers are new.
   */
  public static Weights initial(NetworkDefinition definition, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    definition.parameterLayers().forEach(layer -> tensors.putAll(initial(definition, layer, seed)));
    return new Weights(tensors);
  }

  /** The fresh parameters of one layer of a network, the same as among all of them. */
  public static Map<String, Tensor> initial(NetworkDefinition definition, Layer layer, long seed) {
    boolean scores = layer.name().equals(definition.scoresLayer().name());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    layer
        .parameters()
        .forEach(
            (name, shape) ->
                tensors.put(name, initial(name, shape, scores ? 0.01 : heDeviation(shape), seed)));
    return tensors;
  }

  private static double heDeviation(int[] shape) {
    return Math.sqrt(2.0 * shape[0] / Tensor.size(shape));
  }

  private static Tensor initial(String name, int[] shape, double deviation, long seed) {
    float[] values = new float[(int) Tensor.size(shape)];
    if (name.endsWith(".weight")) {
      Random random = new Random(SeedMix.mix(seed, name.hashCode()));
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (deviation * random.nextGaussian());
      }
    } else if (name.endsWith(".gamma") || name.endsWith(".variance") || name.endsWith(".scale")) {
      Arrays.fill(values, 1f);
    }
    return new Tensor(shape, values);
  }
}
