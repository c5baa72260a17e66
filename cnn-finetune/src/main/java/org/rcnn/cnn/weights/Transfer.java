package org.rcnn.cnn.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/**
 * Initialises a network from another one's weights, layer by layer.
 *
 * <p>A layer is copied only if the source has a layer of the same name, of the same kind, with
 * parameters of the same shapes. Every other layer is new: freshly initialised, and reported with
 * the reason. Fine-tuning lets new layers learn faster (see {@code FineTuning}). This is how
 * Caffe's {@code CopyTrainedLayersFrom} works, except that Caffe stops at a wrong shape while we
 * say so and go on with a new layer.
 *
 * @param weights the target network's complete weights
 * @param rows what became of each layer that has parameters
 * @param unused layers of the source that the target does not have
 */
public record Transfer(Weights weights, List<Row> rows, List<String> unused) {

  /** What became of a layer. */
  public enum Outcome {
    /** Taken from the source. */
    COPIED,
    /** The source has no such layer. */
    NEW,
    /** The source has a layer of this name that does not fit. */
    REFUSED
  }

  /**
   * One line of the report.
   *
   * @param layer the target's layer
   * @param outcome what became of it
   * @param reason why, in a few words; the shape of the weights for a copied layer
   */
  public record Row(String layer, Outcome outcome, String reason) {}

  /** Keeps its own copies. */
  public Transfer {
    rows = List.copyOf(rows);
    unused = List.copyOf(unused);
  }

  /**
   * Copies what fits and initialises the rest.
   *
   * @param source the weights to copy from
   * @param target the network to initialise
   * @param seed the seed of the new layers
   */
  public static Transfer into(NetworkDefinition target, Weights source, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(Weights.initial(target, seed).tensors());
    List<Row> rows = new ArrayList<>();
    List<String> unused = new ArrayList<>(layersOf(source));
    for (Layer layer : target.layers()) {
      if (layer.parameters().isEmpty()) {
        continue;
      }
      boolean known = unused.remove(layer.name());
      String objection = known ? objection(layer, source) : null;
      if (!known) {
        rows.add(new Row(layer.name(), Outcome.NEW, "the source has no layer of this name"));
      } else if (objection != null) {
        rows.add(new Row(layer.name(), Outcome.REFUSED, objection));
      } else {
        layer.parameters().keySet().forEach(name -> tensors.put(name, source.tensors().get(name)));
        rows.add(new Row(layer.name(), Outcome.COPIED, shapeOf(source, layer)));
      }
    }
    return new Transfer(new Weights(tensors), rows, unused);
  }

  /** The names of the layers that were not copied, in order. */
  public List<String> newLayers() {
    return rows.stream().filter(r -> r.outcome() != Outcome.COPIED).map(Row::layer).toList();
  }

  /** The report as aligned lines of text. */
  public String report() {
    StringBuilder text = new StringBuilder();
    int width = rows.stream().mapToInt(row -> row.layer().length()).max().orElse(0);
    for (Row row : rows) {
      text.append(
          "%-7s %s  %s%n"
              .formatted(
                  row.outcome().name().toLowerCase(Locale.ROOT),
                  row.layer() + " ".repeat(width - row.layer().length()),
                  row.reason()));
    }
    for (String layer : unused) {
      text.append("unused  %s  the target has no layer of this name%n".formatted(layer));
    }
    return text.toString();
  }

  private static String objection(Layer layer, Weights source) {
    Tensor weight = source.tensors().get(layer.name() + ".weight");
    int[] wantedWeight = layer.parameters().get(layer.name() + ".weight");
    if (weight != null && wantedWeight != null && weight.shape().length != wantedWeight.length) {
      return "the source's layer is of another kind: its weights have %d axes, not %d"
          .formatted(weight.shape().length, wantedWeight.length);
    }
    for (Map.Entry<String, int[]> parameter : layer.parameters().entrySet()) {
      Tensor tensor = source.tensors().get(parameter.getKey());
      if (tensor == null) {
        return "the source has no " + parameter.getKey();
      }
      if (!Arrays.equals(tensor.shape(), parameter.getValue())) {
        return "%s is %s in the source and %s here"
            .formatted(
                parameter.getKey(),
                Arrays.toString(tensor.shape()),
                Arrays.toString(parameter.getValue()));
      }
    }
    return null;
  }

  private static String shapeOf(Weights source, Layer layer) {
    return Arrays.toString(
        source.tensors().get(layer.parameters().keySet().iterator().next()).shape());
  }

  private static List<String> layersOf(Weights source) {
    return source.tensors().keySet().stream()
        .map(name -> name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name)
        .distinct()
        .toList();
  }
}
