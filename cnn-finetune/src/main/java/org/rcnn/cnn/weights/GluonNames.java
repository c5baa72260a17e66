package org.rcnn.cnn.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/**
 * Gluon's names of parameters, {@code <layer>_weight}, {@code <norm>_gamma} and so on, as a state
 * dict has them: a dot before the part, {@code weight} and {@code bias} for the scale and shift of
 * batch normalisation too. Names that have a dot are not Gluon's.
 */
final class GluonNames {

  /** Gluon's part of a name and torch's; {@code moving} is how its older files say running. */
  private static final Map<String, String> PARTS =
      Map.of(
          "_weight", ".weight",
          "_bias", ".bias",
          "_gamma", ".weight",
          "_beta", ".bias",
          "_running_mean", ".running_mean",
          "_running_var", ".running_var",
          "_moving_mean", ".running_mean",
          "_moving_var", ".running_var");

  private GluonNames() {}

  /** The same tensors with every name of Gluon's translated, unless another one has that name. */
  static Weights translate(Weights source) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    source
        .tensors()
        .forEach(
            (name, tensor) -> {
              Optional<String> other =
                  translate(name)
                      .filter(o -> !source.tensors().containsKey(o) && !named.containsKey(o));
              named.put(other.orElse(name), tensor);
            });
    return new Weights(named);
  }

  private static Optional<String> translate(String name) {
    if (name.contains(".")) {
      return Optional.empty();
    }
    return PARTS.entrySet().stream()
        .filter(part -> name.endsWith(part.getKey()) && name.length() > part.getKey().length())
        .map(part -> name.substring(0, name.length() - part.getKey().length()) + part.getValue())
        .findFirst();
  }
}
