package org.rcnn.cnn.network;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.BatchNorm;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.cnn.network.Layer.Relu;

/**
 * A network as a list of named layers, with the places where features are taken.
 *
 * @param name the architecture's name, as the command line writes it
 * @param inputSize side of the square input in pixels; the input is {@code N x 3 x size x size}
 * @param context pixels of image context around a warped region, at the input's scale (appendix A
 *     of the paper: 16 of 227)
 * @param preprocessing how pixels become input values
 * @param layers the layers in the order in which they run; the last one gives the class scores
 * @param taps for each tap that the network has, the layer whose output it is; one of {@code
 *     layers} itself, not one inside another
 * @param tapDimensions the length of the feature vector at each tap
 * @param origins by layer, the other names under which weight files keep it; an origin may repeat
 *     the layer's name to add the batch normalisation that follows it in the file
 */
public record NetworkDefinition(
    String name,
    int inputSize,
    int context,
    Preprocessing preprocessing,
    List<Layer> layers,
    Map<Tap, String> taps,
    Map<Tap, Integer> tapDimensions,
    Map<String, List<Origin>> origins) {

  /**
   * A layer's place in weight files of other frameworks.
   *
   * @param layer the layer's name there
   * @param norm the batch normalisation that follows it there and is folded into it on import;
   *     empty if there is none
   * @param biased whether it has a bias there; one that has none gets a bias of 0
   */
  public record Origin(String layer, String norm, boolean biased) {
    /** A layer with batch normalisation, which has a bias or gets one from it. */
    public Origin(String layer, String norm) {
      this(layer, norm, true);
    }

    /** A layer without batch normalisation. */
    public static Origin plain(String layer) {
      return new Origin(layer, "");
    }

    /** A layer with neither batch normalisation nor a bias. */
    public static Origin unbiased(String layer) {
      return new Origin(layer, "", false);
    }
  }

  /**
   * Keeps its own copies.
   *
   * @throws IllegalArgumentException if two layers have the same name, or a tap is at no layer
   */
  public NetworkDefinition {
    layers = List.copyOf(layers);
    taps = Map.copyOf(taps);
    tapDimensions = Map.copyOf(tapDimensions);
    origins = Map.copyOf(origins);
    requireDistinctNames(name, layers);
    requireTapsAtLayers(name, layers, taps);
  }

  private static void requireDistinctNames(String network, List<Layer> layers) {
    Set<String> names = new HashSet<>();
    layers.stream()
        .flatMap(NetworkDefinition::names)
        .filter(layer -> !names.add(layer))
        .findFirst()
        .ifPresent(
            layer -> {
              throw new IllegalArgumentException(
                  "Network %s has two layers named '%s'; a name belongs to one layer."
                      .formatted(network, layer));
            });
  }

  /** A layer's name, and the names of the layers that it holds. */
  private static Stream<String> names(Layer layer) {
    Stream<String> leaves = layer.leaves().map(Layer::name);
    boolean holdsOthers = layer instanceof Parallel || layer instanceof Aside;
    return holdsOthers ? Stream.concat(Stream.of(layer.name()), leaves) : leaves;
  }

  private static void requireTapsAtLayers(
      String network, List<Layer> layers, Map<Tap, String> taps) {
    Set<String> names = layers.stream().map(Layer::name).collect(Collectors.toSet());
    taps.forEach(
        (tap, layer) -> {
          if (!names.contains(layer)) {
            throw new IllegalArgumentException(
                "Network %s takes %s from layer '%s', which it does not have, or has inside another."
                    .formatted(network, tap.label(), layer));
          }
        });
  }

  /** A network whose layers have no other names. */
  public NetworkDefinition(
      String name,
      int inputSize,
      int context,
      Preprocessing preprocessing,
      List<Layer> layers,
      Map<Tap, String> taps,
      Map<Tap, Integer> tapDimensions) {
    this(name, inputSize, context, preprocessing, layers, taps, tapDimensions, Map.of());
  }

  /** The number of class scores. */
  public int outputs() {
    return tapDimensions.get(Tap.SCORES);
  }

  /** The taps for features, the scores not among them, in the order of the paper. */
  public List<Tap> featureTaps() {
    return Stream.of(Tap.values())
        .filter(tap -> tap != Tap.SCORES && taps.containsKey(tap))
        .toList();
  }

  /**
   * The taps from whose values the rest of the network can be computed, in the order of the layers:
   * each is on the way to the scores, and a fully connected layer follows, so that the values do
   * not have to be arranged as maps again.
   */
  public List<Tap> suffixTaps() {
    return featureTaps().stream()
        .filter(
            tap ->
                position(tap) >= 0
                    && layers.subList(position(tap) + 1, layers.size()).stream()
                        .filter(layer -> !layer.parameters().isEmpty())
                        .findFirst()
                        .filter(Linear.class::isInstance)
                        .isPresent())
        .toList();
  }

  /**
   * The last of {@link #suffixTaps} before which nothing changes while training: no layer that
   * learns, no dropout, no batch normalisation. Everything up to it can be computed once for each
   * input and kept.
   *
   * @param learns whether a layer that can learn does
   */
  public Optional<Tap> lastFixedTap(Predicate<Layer> learns) {
    return suffixTaps().stream()
        .filter(
            tap ->
                layers.subList(0, position(tap) + 1).stream()
                    .flatMap(Layer::leaves)
                    .noneMatch(
                        layer ->
                            layer instanceof Dropout
                                || layer instanceof BatchNorm
                                || layer.learns() && learns.test(layer)))
        .reduce((earlier, later) -> later);
  }

  /**
   * Whether one of some layers that learn is among those that the values at a tap are computed
   * from.
   *
   * @param some says it of a layer that holds no other
   * @throws IllegalArgumentException if the network has no such tap
   */
  public boolean isComputedFrom(Tap tap, Predicate<Layer> some) {
    String last = taps.get(tap);
    if (last == null) {
      throw new IllegalArgumentException(lacks(tap));
    }
    // Layers that stand aside learn nothing, so those of other taps do not matter.
    for (Layer layer : layers) {
      if (layer.leaves().anyMatch(leaf -> leaf.learns() && some.test(leaf))) {
        return true;
      }
      if (layer.name().equals(last)) {
        return false;
      }
    }
    return false;
  }

  /** The layers up to a tap of {@link #suffixTaps}, in the order in which they run. */
  public List<Layer> layersUpTo(Tap tap) {
    return layers.subList(0, firstAfter(tap));
  }

  /** The position of the first layer after a tap of {@link #suffixTaps}. */
  int firstAfter(Tap tap) {
    if (!suffixTaps().contains(tap)) {
      throw new IllegalArgumentException(
          "Network %s cannot resume from the values at %s.".formatted(name, tap.label()));
    }
    return position(tap) + 1;
  }

  /** The position of a tap's layer; -1 if the tap is beside the way to the scores. */
  private int position(Tap tap) {
    String layer = taps.get(tap);
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).name().equals(layer)) {
        return layers.get(i) instanceof Aside ? -1 : i;
      }
    }
    return -1;
  }

  /** The sentence that says that the network has no such tap, and which it has. */
  public String lacks(Tap tap) {
    String others = featureTaps().stream().map(Tap::label).collect(Collectors.joining(", "));
    return "Network %s has no %s; it has %s.".formatted(name, tap.label(), others);
  }

  /** Every layer that holds no other, in the order in which they run. */
  public Stream<Layer> leaves() {
    return layers.stream().flatMap(Layer::leaves);
  }

  /** The layers that have parameters, in the order in which they run. */
  public List<Layer> parameterLayers() {
    return leaves().filter(layer -> !layer.parameters().isEmpty()).toList();
  }

  /** The layer whose parameters give the class scores: the last one that has any. */
  public Layer scoresLayer() {
    List<Layer> trained = parameterLayers();
    return trained.get(trained.size() - 1);
  }

  /** Every parameter of the network in the order of the layers, name to shape. */
  public Map<String, int[]> parameters() {
    Map<String, int[]> all = new LinkedHashMap<>();
    layers.forEach(layer -> all.putAll(layer.parameters()));
    return all;
  }

  /** The number of trained values. */
  public long parameterCount() {
    return parameters().values().stream().mapToLong(Tensor::size).sum();
  }

  /**
   * The most values that the maps of one convolution have together, or the input, for one image: a
   * forward pass holds them four bytes each.
   */
  public long largestMaps() {
    return Arithmetic.largestMaps(this);
  }

  /**
   * Multiplications that one image takes on its way to a tap, each followed by an addition; those
   * of convolutions and fully connected layers; the rest is negligible.
   */
  public long multiplications(Tap tap) {
    return Arithmetic.products(this, taps.get(tap));
  }

  /** The same network for input of other colour order, mean or scale. */
  public NetworkDefinition withPreprocessing(Preprocessing other) {
    return new NetworkDefinition(
        name, inputSize, context, other, layers, taps, tapDimensions, origins);
  }

  /** The same network with another rate in every dropout layer. */
  public NetworkDefinition withDropout(float rate) {
    return withLayers(
        each(
            layers,
            layer ->
                List.of(
                    layer instanceof Dropout dropout ? new Dropout(dropout.name(), rate) : layer)));
  }

  /**
   * The same network with scores of either sign: no ReLU comes after the layer that gives them.
   *
   * <p>Of the networks here only SqueezeNet has one there. It was made for a thousand equally
   * frequent classes. Three in four of a detector's regions are background and lower the scores of
   * every other class. A class whose score is below zero everywhere would get no gradient through
   * the ReLU, and stay there. A tap on a removed ReLU moves to the layer before it.
   */
  public NetworkDefinition withLinearScores() {
    Layer scores = scoresLayer();
    List<Layer> kept = new ArrayList<>();
    Map<Tap, String> moved = new LinkedHashMap<>(taps);
    boolean behind = false;
    for (Layer layer : layers) {
      if (behind && layer instanceof Relu) {
        String before = kept.get(kept.size() - 1).name();
        moved.replaceAll((tap, place) -> place.equals(layer.name()) ? before : place);
      } else {
        kept.add(layer);
      }
      behind |= layer.leaves().anyMatch(scores::equals);
    }
    return new NetworkDefinition(
        name, inputSize, context, preprocessing, kept, moved, tapDimensions, origins);
  }

  /**
   * The same network with a batch normalisation after every convolution and every fully connected
   * layer but the one of the scores, for pre-training. Its layers are called {@code <layer>.bn}.
   */
  public NetworkDefinition withBatchNorm() {
    return withBatchNorm(layer -> true);
  }

  /**
   * The same network with a batch normalisation after some of the layers that {@link
   * #withBatchNorm()} normalises.
   *
   * @param chosen whether a convolution or fully connected layer is followed by one
   */
  public NetworkDefinition withBatchNorm(Predicate<Layer> chosen) {
    Layer last = scoresLayer();
    Predicate<Layer> normalised = chosen.and(layer -> layer != last);
    return withLayers(
        each(
            layers,
            layer -> {
              if (layer instanceof Convolution convolution && normalised.test(layer)) {
                return List.of(layer, new BatchNorm(layer.name() + ".bn", convolution.out()));
              } else if (layer instanceof Linear linear && normalised.test(layer)) {
                return List.of(layer, new BatchNorm(layer.name() + ".bn", linear.out()));
              }
              return List.of(layer);
            }));
  }

  private NetworkDefinition withLayers(List<Layer> changed) {
    return new NetworkDefinition(
        name, inputSize, context, preprocessing, changed, taps, tapDimensions, origins);
  }

  /** The layers that replace one layer. */
  private interface Change {
    List<Layer> of(Layer layer);
  }

  /** The layers with each one changed, including those inside others. */
  private static List<Layer> each(List<Layer> layers, Change change) {
    List<Layer> changed = new ArrayList<>();
    for (Layer layer : layers) {
      if (layer instanceof Parallel p) {
        List<List<Layer>> branches = p.branches().stream().map(b -> each(b, change)).toList();
        changed.add(new Parallel(p.name(), branches, p.join()));
      } else if (layer instanceof Aside a) {
        changed.add(new Aside(a.name(), each(a.layers(), change)));
      } else {
        changed.addAll(change.of(layer));
      }
    }
    return changed;
  }

  /**
   * Begins a network, to be written down layer after layer.
   *
   * @param name the architecture's name
   * @param inputSize side of the square input in pixels
   * @param context pixels of image context around a warped region, at the input's scale
   * @param preprocessing how pixels become input values
   * @throws IllegalArgumentException if no pixel of the region itself is left inside the context
   */
  public static DefinitionBuilder builder(
      String name, int inputSize, int context, Preprocessing preprocessing) {
    return new DefinitionBuilder(name, inputSize, context, preprocessing);
  }
}
