package org.rcnn.cnn.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.NetworkDefinition.Origin;

/**
 * Compares a file's settings of layers without parameters with the definition: copied layers
 * compute something else if a pooling or a normalisation between them differs.
 */
final class SettingsCheck {

  private SettingsCheck() {}

  /**
   * The differences, each as {@code <layer> what differs}; empty if the file does not describe its
   * layers.
   */
  static List<String> differences(NetworkDefinition target, List<SourceLayer> described) {
    Map<String, Integer> placeOf = new HashMap<>();
    for (int i = 0; i < described.size(); i++) {
      placeOf.putIfAbsent(described.get(i).name(), i);
    }
    List<String> differences = new ArrayList<>();
    inputSize(target, described, differences);
    String latest = null;
    int latestPlace = -1;
    for (Layer layer : target.leaves().toList()) {
      Integer place = place(target, layer, placeOf);
      if (place == null) {
        continue;
      }
      if (layer.parameters().isEmpty()) {
        described
            .get(place)
            .difference(layer)
            .ifPresent(text -> differences.add(layer.name() + "  " + text));
      }
      if (place < latestPlace) {
        differences.add(
            "%s  it comes before %s in the source and after it here"
                .formatted(layer.name(), latest));
      } else {
        latest = layer.name();
        latestPlace = place;
      }
    }
    return differences;
  }

  private static void inputSize(
      NetworkDefinition target, List<SourceLayer> described, List<String> differences) {
    for (SourceLayer layer : described) {
      Double size = layer.facts().get("size");
      if (layer.kind().equals("input") && size != null && size != target.inputSize()) {
        differences.add(
            "input  it has %.0f pixels a side in the source and %d here"
                .formatted(size, target.inputSize()));
      }
    }
  }

  private static Integer place(
      NetworkDefinition target, Layer layer, Map<String, Integer> placeOf) {
    for (Origin origin : target.origins().getOrDefault(layer.name(), List.of())) {
      if (placeOf.containsKey(origin.layer())) {
        return placeOf.get(origin.layer());
      }
    }
    return placeOf.get(layer.name());
  }
}
