package org.rcnn.cnn.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.rcnn.cnn.network.BatchNormFolding;
import org.rcnn.cnn.network.BatchNormFolding.Norm;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Affine;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.NetworkDefinition.Origin;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/**
 * Initialises a network from another one's weights, layer by layer.
 *
 * <p>A layer is copied only if the source has a layer of the same name, of the same kind, with
 * parameters of the same shapes and, where the source tells them, the same settings. Every other
 * layer is new: freshly initialised, and reported with the reason. Fine-tuning lets new layers
 * learn faster (see {@code FineTuning}). This is how Caffe's {@code CopyTrainedLayersFrom} works,
 * except that Caffe stops at a wrong shape, where this class reports it and makes a new layer.
 *
 * <p>A layer is looked for under its own name and under those that the target's definition lists
 * for other frameworks' files. Batch normalisation that follows a layer there is folded into it; an
 * affine map takes its numbers from the normalisation of its name. Gluon's names of parameters are
 * understood ({@code conv0_weight}).
 *
 * @param weights the target network's complete weights
 * @param rows which layers were copied, and which are new
 * @param unused layers of the source that the target does not have
 * @param differences settings in which layers without parameters differ, a sentence each
 */
public record Transfer(
    Weights weights, List<LayerTransfer> rows, List<String> unused, List<String> differences) {

  /** The outcome for a layer. */
  public enum Outcome {
    /** Taken from the source. */
    COPIED,
    /** The source has no such layer, or it is the last one and the task is new. */
    NEW,
    /** The source has a layer of this name that does not fit. */
    REFUSED
  }

  /** What torch and Gluon add to the variance; their files do not contain it. */
  private static final double EPSILON = 1e-5;

  /**
   * One line of the report.
   *
   * @param layer the target's layer
   * @param outcome whether it was copied
   * @param reason why, in a few words; the shape of the weights for a copied layer
   */
  public record LayerTransfer(String layer, Outcome outcome, String reason) {}

  /** Keeps its own copies. */
  public Transfer {
    rows = List.copyOf(rows);
    unused = List.copyOf(unused);
    differences = List.copyOf(differences);
  }

  /**
   * Copies what fits and initialises the rest.
   *
   * @param source the weights to copy from
   * @param target the network to initialise
   * @param seed the seed of the new layers
   */
  public static Transfer into(NetworkDefinition target, Weights source, long seed) {
    return into(target, source, List.of(), seed);
  }

  /**
   * Copies what fits from a file and initialises the rest.
   *
   * @param source the opened file
   * @param target the network to initialise
   * @param seed the seed of the new layers
   * @throws IOException if the file's values cannot be read
   */
  public static Transfer into(NetworkDefinition target, WeightSource source, long seed)
      throws IOException {
    return into(target, source.read(), source.layers(), seed);
  }

  /**
   * Copies what fits from weights already read and initialises the rest.
   *
   * @param source the weights to copy from
   * @param described their file's description of its layers; empty if it has none
   * @param target the network to initialise
   * @param seed the seed of the new layers
   */
  public static Transfer into(
      NetworkDefinition target, Weights source, List<SourceLayer> described, long seed) {
    return into(target, GluonNames.translate(source), described, seed, Map.of());
  }

  /**
   * Copies what fits, all but the layer of the class scores: that is new even if the source's has
   * the same name and shape, because equally many classes are not the same classes. The authors
   * rename their last layer to the same effect. Other layers can be left out too: how much a
   * network owes to its first n copied layers is asked by Yosinski et al. 2014, "How transferable
   * are features in deep neural networks?".
   *
   * @param source the weights to copy from
   * @param described their file's description of its layers; empty if it has none
   * @param target the network to initialise
   * @param leftOut names of layers that are new although the source may have them
   * @param seed the seed of the new layers
   */
  public static Transfer intoNewTask(
      NetworkDefinition target,
      Weights source,
      List<SourceLayer> described,
      Set<String> leftOut,
      long seed) {
    Map<String, String> reasons = new HashMap<>();
    leftOut.forEach(layer -> reasons.put(layer, "it was to be new"));
    reasons.put(target.scoresLayer().name(), "a new task has scores of its own");
    return into(target, GluonNames.translate(source), described, seed, reasons);
  }

  private static Transfer into(
      NetworkDefinition target,
      Weights source,
      List<SourceLayer> described,
      long seed,
      Map<String, String> leftOut) {
    Map<String, SourceLayer> settings =
        described.stream()
            .collect(Collectors.toMap(SourceLayer::name, Function.identity(), (a, b) -> a));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<LayerTransfer> rows = new ArrayList<>();
    Set<String> unused = layersOf(source);
    for (Layer layer : target.parameterLayers()) {
      Origin origin = origin(target, layer, unused);
      if (origin == null) {
        tensors.putAll(Weights.initial(target, layer, seed));
        rows.add(
            new LayerTransfer(layer.name(), Outcome.NEW, "the source has no layer of this name"));
        continue;
      }
      boolean folds = !origin.norm().isEmpty() && unused.contains(origin.norm());
      unused.remove(origin.layer());
      unused.remove(origin.norm());
      Map<String, Tensor> found = named(layer, origin, source);
      boolean folded = folds && fold(layer, origin, source, found);
      String objection =
          folds && !folded
              ? "its normalisation %s is incomplete or of another size".formatted(origin.norm())
              : objection(layer, origin, found, settings);
      if (objection == null && leftOut.containsKey(layer.name())) {
        tensors.putAll(Weights.initial(target, layer, seed));
        rows.add(new LayerTransfer(layer.name(), Outcome.NEW, leftOut.get(layer.name())));
      } else if (objection != null) {
        tensors.putAll(Weights.initial(target, layer, seed));
        rows.add(new LayerTransfer(layer.name(), Outcome.REFUSED, objection));
      } else {
        layer.parameters().keySet().forEach(name -> tensors.put(name, found.get(name)));
        rows.add(
            new LayerTransfer(
                layer.name(), Outcome.COPIED, provenance(layer, origin, folds, found)));
      }
    }
    return new Transfer(
        new Weights(tensors),
        rows,
        List.copyOf(unused),
        SettingsCheck.differences(target, described));
  }

  /** The name under which the source has a layer; null if it has none. */
  private static Origin origin(NetworkDefinition target, Layer layer, Set<String> present) {
    List<Origin> known = target.origins().getOrDefault(layer.name(), List.of());
    // An origin may repeat the layer's name to add the batch normalisation that follows it in the
    // file.
    return known.stream()
        .filter(origin -> present.contains(origin.layer()))
        .findFirst()
        .orElse(present.contains(layer.name()) ? Origin.plain(layer.name()) : null);
  }

  /** The source's parameters of a layer under the layer's own name. */
  private static Map<String, Tensor> named(Layer layer, Origin origin, Weights source) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    if (layer instanceof Affine affine) {
      found.putAll(affine(affine, origin, source));
    }
    for (String name : layer.parameters().keySet()) {
      Tensor tensor = source.tensors().get(origin.layer() + name.substring(layer.name().length()));
      if (tensor != null) {
        found.put(name, tensor);
      }
    }
    if (layer instanceof Convolution convolution && !origin.biased()) {
      found.putIfAbsent(layer.name() + ".bias", zeros(convolution.out()));
    }
    return found;
  }

  /** A normalisation of the source as an affine map: folded into the identity. */
  private static Map<String, Tensor> affine(Affine layer, Origin origin, Weights source) {
    int[] shape = {layer.channels()};
    Norm norm = norm(origin.layer(), source, shape);
    if (norm == null) {
      return Map.of();
    }
    float[] ones = new float[layer.channels()];
    Arrays.fill(ones, 1);
    BatchNormFolding.Layer identity =
        new BatchNormFolding.Layer(new Tensor(shape, ones), zeros(layer.channels()));
    BatchNormFolding.Layer folded = BatchNormFolding.fold(identity, norm, EPSILON);
    return Map.of(layer.name() + ".scale", folded.weight(), layer.name() + ".shift", folded.bias());
  }

  private static Tensor zeros(int length) {
    return new Tensor(new int[] {length}, new float[length]);
  }

  /**
   * Folds the source's batch normalisation into what was found of a layer, whose bias may be
   * missing.
   *
   * @return whether the two match
   */
  private static boolean fold(
      Layer layer, Origin origin, Weights source, Map<String, Tensor> found) {
    Tensor weight = found.get(layer.name() + ".weight");
    if (weight == null || weight.shape().length == 0 || weight.shape()[0] == 0) {
      return false;
    }
    int[] outputs = {weight.shape()[0]};
    Tensor bias = found.getOrDefault(layer.name() + ".bias", zeros(outputs[0]));
    Norm norm = norm(origin.norm(), source, outputs);
    if (norm == null || !Arrays.equals(bias.shape(), outputs)) {
      return false;
    }
    BatchNormFolding.Layer folded =
        BatchNormFolding.fold(new BatchNormFolding.Layer(weight, bias), norm, EPSILON);
    found.put(layer.name() + ".weight", folded.weight());
    found.put(layer.name() + ".bias", folded.bias());
    return true;
  }

  /** A normalisation with one value for each output in every part; null otherwise. */
  private static Norm norm(String name, Weights source, int[] outputs) {
    List<Tensor> parts = new ArrayList<>();
    for (String part : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
      Tensor tensor = source.tensors().get(name + part);
      if (tensor == null || !Arrays.equals(tensor.shape(), outputs)) {
        return null;
      }
      parts.add(tensor);
    }
    return new Norm(parts.get(0), parts.get(1), parts.get(2), parts.get(3));
  }

  private static String provenance(
      Layer layer, Origin origin, boolean folds, Map<String, Tensor> found) {
    String text = Arrays.toString(found.get(layer.parameters().keySet().iterator().next()).shape());
    if (!origin.layer().equals(layer.name())) {
      text += ", from " + origin.layer();
    }
    return folds ? text + ", " + origin.norm() + " folded in" : text;
  }

  private static String objection(
      Layer layer, Origin origin, Map<String, Tensor> found, Map<String, SourceLayer> settings) {
    Tensor weight = found.get(layer.name() + ".weight");
    int[] wantedWeight = layer.parameters().get(layer.name() + ".weight");
    if (weight != null && wantedWeight != null && weight.shape().length != wantedWeight.length) {
      return "the source's layer is of another kind: its weights have %d axes, not %d"
          .formatted(weight.shape().length, wantedWeight.length);
    }
    SourceLayer described = settings.get(origin.layer());
    if (described != null && described.difference(layer).isPresent()) {
      return described.difference(layer).get();
    }
    for (Map.Entry<String, int[]> parameter : layer.parameters().entrySet()) {
      Tensor tensor = found.get(parameter.getKey());
      String suffix = parameter.getKey().substring(layer.name().length());
      if (tensor == null && layer instanceof Affine) {
        return "the source's normalisation is incomplete or of another size than "
            + Arrays.toString(parameter.getValue());
      } else if (tensor == null) {
        return "the source has no " + origin.layer() + suffix;
      }
      if (!Arrays.equals(tensor.shape(), parameter.getValue())) {
        return "%s is %s in the source and %s here"
            .formatted(
                origin.layer() + suffix,
                Arrays.toString(tensor.shape()),
                Arrays.toString(parameter.getValue()));
      }
    }
    return null;
  }

  /** The names of the layers that were not copied, in order. */
  public List<String> newLayers() {
    return rows.stream()
        .filter(r -> r.outcome() != Outcome.COPIED)
        .map(LayerTransfer::layer)
        .toList();
  }

  /** The report as aligned lines of text. */
  public String report() {
    StringBuilder text = new StringBuilder();
    int width = rows.stream().mapToInt(row -> row.layer().length()).max().orElse(0);
    for (LayerTransfer row : rows) {
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
    for (String difference : differences) {
      text.append("differs %s%n".formatted(difference));
    }
    return text.toString();
  }

  private static Set<String> layersOf(Weights source) {
    return source.tensors().keySet().stream()
        .map(name -> name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
