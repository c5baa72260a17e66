package org.rcnn.cnn.weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/**
 * Gluon's names of parameters, {@code <layer>_weight}, {@code <norm>_gamma} and so on, as a state
 * dict has them: a dot before the part, {@code weight} and {@code bias} for the scale and shift of
 * batch normalisation too. Names that have a dot are not Gluon's. A whole network's names begin
 * with its own, such as {@code resnetv24_}, which is left out.
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

  /** Gluon names a network by its kind and a number; a file may hold one stage or layer alone. */
  private static final Pattern NETWORK = Pattern.compile("(?!stage[0-9])[a-z0-9]*[0-9]_(?![0-9])");

  private GluonNames() {}

  /** The same tensors with every name of Gluon's translated, unless another one has that name. */
  static Weights translate(Weights source) {
    String network = network(source.tensors().keySet());
    Map<String, Tensor> named = new LinkedHashMap<>();
    source
        .tensors()
        .forEach(
            (name, tensor) -> {
              Optional<String> other =
                  translate(name.startsWith(network) ? name.substring(network.length()) : name)
                      .filter(o -> !source.tensors().containsKey(o) && !named.containsKey(o));
              named.put(other.orElse(name), tensor);
            });
    return new Weights(named);
  }

  /** What every name of Gluon's begins with, if a layer's name follows; else nothing. */
  private static String network(Set<String> all) {
    List<String> names = all.stream().filter(name -> translate(name).isPresent()).toList();
    Matcher first = NETWORK.matcher(names.isEmpty() ? "" : names.get(0));
    if (!first.lookingAt()) {
      return "";
    }
    String network = first.group();
    boolean ofAll =
        names.stream()
            .allMatch(
                name ->
                    name.startsWith(network)
                        && translate(name.substring(network.length())).isPresent());
    return ofAll ? network : "";
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
