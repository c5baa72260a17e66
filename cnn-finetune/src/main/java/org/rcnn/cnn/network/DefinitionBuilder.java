package org.rcnn.cnn.network;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.rcnn.cnn.network.Layer.Affine;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.AveragePool;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.GlobalAverage;
import org.rcnn.cnn.network.Layer.Join;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.cnn.network.Layer.Relu;
import org.rcnn.cnn.network.NetworkDefinition.Origin;

/**
 * Writes a network down layer after layer and keeps track of the shape between them.
 *
 * <p>The shape is {@code C x S x S}, channels and the side of square maps in pixels; it begins as
 * {@code 3 x size x size}. Each method adds to the latest layer's output and returns the builder. A
 * layer that does not fit there is refused with an {@link IllegalArgumentException}, whose message
 * is a sentence that names the layer. {@link NetworkDefinition#builder} begins a network.
 */
public final class DefinitionBuilder {

  private final String name;
  private final int inputSize;
  private final int context;
  private final Preprocessing preprocessing;
  private final boolean inside;
  private final List<Layer> layers = new ArrayList<>();
  private final Map<Tap, String> taps = new EnumMap<>(Tap.class);
  private final Map<Tap, Integer> tapDimensions = new EnumMap<>(Tap.class);
  private final Map<String, List<Origin>> origins;
  private String latestWithParameters;
  private int channels;
  private int side;
  private boolean flat;

  DefinitionBuilder(String name, int inputSize, int context, Preprocessing preprocessing) {
    require(
        context >= 0 && inputSize > 2 * context,
        "Network %s cannot have an input of %d pixels with %d of context on each side."
            .formatted(name, inputSize, context));
    this.name = name;
    this.inputSize = inputSize;
    this.context = context;
    this.preprocessing = preprocessing;
    this.inside = false;
    this.channels = 3;
    this.side = inputSize;
    this.origins = new LinkedHashMap<>();
  }

  /** A branch that begins where another description stands. */
  private DefinitionBuilder(DefinitionBuilder trunk) {
    this.name = trunk.name;
    this.inputSize = trunk.inputSize;
    this.context = trunk.context;
    this.preprocessing = trunk.preprocessing;
    this.inside = true;
    this.channels = trunk.channels;
    this.side = trunk.side;
    this.flat = trunk.flat;
    this.origins = trunk.origins;
  }

  /** Channels of the latest layer's output; after a fully connected layer, its values. */
  public int channels() {
    return channels;
  }

  /**
   * A convolution and its ReLU, named {@code <layer>.relu}.
   *
   * @param layer the convolution's name
   * @param out output channels
   * @param kernel side of the square kernel in pixels
   * @param stride step in pixels, in both directions
   * @param padding zeros added on every side, in pixels
   */
  public DefinitionBuilder convolution(String layer, int out, int kernel, int stride, int padding) {
    return grouped(layer, out, kernel, stride, padding, 1);
  }

  /**
   * A convolution in groups of channels that see only each other, and its ReLU, named {@code
   * <layer>.relu}.
   *
   * @param layer the convolution's name
   * @param out output channels
   * @param kernel side of the square kernel in pixels
   * @param stride step in pixels, in both directions
   * @param padding zeros added on every side, in pixels
   * @param groups number of groups; it divides input and output channels
   */
  public DefinitionBuilder grouped(
      String layer, int out, int kernel, int stride, int padding, int groups) {
    return bare(layer, out, kernel, stride, padding, groups).relu(layer + ".relu");
  }

  /**
   * A convolution without a ReLU.
   *
   * @param layer the convolution's name
   * @param out output channels
   * @param kernel side of the square kernel in pixels
   * @param stride step in pixels, in both directions
   * @param padding zeros added on every side, in pixels
   */
  public DefinitionBuilder bare(String layer, int out, int kernel, int stride, int padding) {
    return bare(layer, out, kernel, stride, padding, 1);
  }

  private DefinitionBuilder bare(
      String layer, int out, int kernel, int stride, int padding, int groups) {
    requireOutputs(layer, out);
    require(
        groups >= 1 && channels % groups == 0 && out % groups == 0,
        "Layer %s cannot divide its %d input and %d output channels into %d groups."
            .formatted(layer, channels, out, groups));
    int positions = windows(layer, kernel, stride, padding);
    layers.add(new Convolution(layer, channels, out, kernel, stride, padding, groups));
    latestWithParameters = layer;
    channels = out;
    side = positions;
    return this;
  }

  /**
   * A ReLU: {@code max(x, 0)}. The shape stays.
   *
   * @param layer the layer's name
   */
  public DefinitionBuilder relu(String layer) {
    layers.add(new Relu(layer));
    return this;
  }

  /**
   * A scale and a shift for each channel, which training leaves as they are: batch normalisation
   * that follows no convolution directly. The shape stays. On import its numbers are computed from
   * the normalisation that a weight file has under the layer's name.
   *
   * @param layer the layer's name
   */
  public DefinitionBuilder affine(String layer) {
    requireMaps(layer);
    layers.add(new Affine(layer, channels));
    latestWithParameters = layer;
    return this;
  }

  /**
   * The largest value of each window; a last window that is partly outside is left out.
   *
   * @param layer the layer's name
   * @param kernel side of the window in pixels
   * @param stride step in pixels, in both directions
   * @param padding border on every side that is never the largest, in pixels; half a window at most
   */
  public DefinitionBuilder maxPool(String layer, int kernel, int stride, int padding) {
    side = pooled(layer, kernel, stride, padding);
    layers.add(new MaxPool(layer, kernel, stride, padding, false));
    return this;
  }

  /**
   * Caffe's pooling: the largest value of each window; a last window that is partly outside counts
   * too.
   *
   * @param layer the layer's name
   * @param kernel side of the window in pixels
   * @param stride step in pixels, in both directions, {@code kernel} at most
   */
  public DefinitionBuilder ceilMaxPool(String layer, int kernel, int stride) {
    windows(layer, kernel, stride, 0);
    require(
        stride <= kernel,
        "Layer %s: a last window partly outside is defined for steps up to the window's %d pixels, not %d."
            .formatted(layer, kernel, stride));
    layers.add(new MaxPool(layer, kernel, stride, 0, true));
    side = (side - kernel + stride - 1) / stride + 1;
    return this;
  }

  /**
   * The mean of each window.
   *
   * @param layer the layer's name
   * @param kernel side of the window in pixels
   * @param stride step in pixels, in both directions
   * @param padding zeros added on every side, in pixels; half a window at most
   */
  public DefinitionBuilder averagePool(String layer, int kernel, int stride, int padding) {
    side = pooled(layer, kernel, stride, padding);
    layers.add(new AveragePool(layer, kernel, stride, padding));
    return this;
  }

  /**
   * The mean of each map: {@code C} values, no maps any more.
   *
   * @param layer the layer's name
   */
  public DefinitionBuilder globalAverage(String layer) {
    requireMaps(layer);
    layers.add(new GlobalAverage(layer));
    side = 1;
    flat = true;
    return this;
  }

  /**
   * Local response normalisation over 5 channels with the values of Krizhevsky's network, and
   * Caffe's k of 1. The shape stays.
   *
   * @param layer the layer's name
   */
  public DefinitionBuilder localResponseNorm(String layer) {
    requireMaps(layer);
    layers.add(new LocalResponseNorm(layer, channels, 5, 1e-4f, 0.75f, 1));
    return this;
  }

  /**
   * Two branches from here, the second's channels behind the first's. Their maps have the same
   * side.
   *
   * @param layer name of the pair
   * @param first adds the layers of one branch; no layer passes the input on
   * @param second adds those of the other
   */
  public DefinitionBuilder concatenate(
      String layer, Consumer<DefinitionBuilder> first, Consumer<DefinitionBuilder> second) {
    return join(layer, Join.CONCATENATE, first, second);
  }

  /**
   * Two branches from here, added value by value. Their shapes are the same.
   *
   * @param layer name of the pair
   * @param first adds the layers of one branch; no layer passes the input on
   * @param second adds those of the other
   */
  public DefinitionBuilder add(
      String layer, Consumer<DefinitionBuilder> first, Consumer<DefinitionBuilder> second) {
    return join(layer, Join.ADD, first, second);
  }

  private DefinitionBuilder join(
      String layer,
      Join join,
      Consumer<DefinitionBuilder> first,
      Consumer<DefinitionBuilder> second) {
    DefinitionBuilder one = branch(first);
    DefinitionBuilder two = branch(second);
    require(
        one.side == two.side
            && one.flat == two.flat
            && (join != Join.ADD || one.channels == two.channels),
        "The branches of %s give %s and %s values, which cannot be joined."
            .formatted(layer, one.shape(), two.shape()));
    layers.add(new Parallel(layer, List.of(one.layers, two.layers), join));
    latestWithParameters = null;
    channels = join == Join.ADD ? one.channels : one.channels + two.channels;
    side = one.side;
    flat = one.flat;
    return this;
  }

  private DefinitionBuilder branch(Consumer<DefinitionBuilder> description) {
    DefinitionBuilder branch = new DefinitionBuilder(this);
    description.accept(branch);
    return branch;
  }

  /**
   * A fully connected layer over all values before it, and its ReLU, named {@code <layer>.relu}.
   *
   * @param layer the fully connected layer's name
   * @param out output values
   */
  public DefinitionBuilder linear(String layer, int out) {
    return bareLinear(layer, out).relu(layer + ".relu");
  }

  private DefinitionBuilder bareLinear(String layer, int out) {
    requireOutputs(layer, out);
    layers.add(new Linear(layer, values(), out));
    latestWithParameters = layer;
    channels = out;
    side = 1;
    flat = true;
    return this;
  }

  /**
   * Dropout while training. The shape stays.
   *
   * @param layer the layer's name
   * @param rate the share of values set to zero, from 0 to below 1
   */
  public DefinitionBuilder dropout(String layer, float rate) {
    require(
        rate >= 0 && rate < 1,
        "Layer %s: a dropout rate lies from 0 to below 1, not at %s.".formatted(layer, rate));
    layers.add(new Dropout(layer, rate));
    return this;
  }

  /**
   * Other names under which weight files keep the latest layer with parameters.
   *
   * @param names its names there
   */
  public DefinitionBuilder from(String... names) {
    for (String other : names) {
      from(Origin.plain(other));
    }
    return this;
  }

  /**
   * Another name under which weight files keep the latest layer with parameters, with the batch
   * normalisation that follows it there and is folded into it on import.
   *
   * @param other the layer's name there
   * @param norm the normalisation's name there
   */
  public DefinitionBuilder fromNormalised(String other, String norm) {
    return from(new Origin(other, norm));
  }

  /**
   * Another name under which weight files keep the latest layer with parameters, which has neither
   * a bias nor batch normalisation there; its bias is 0 on import.
   *
   * @param other the layer's name there
   */
  public DefinitionBuilder fromUnbiased(String other) {
    return from(Origin.unbiased(other));
  }

  private DefinitionBuilder from(Origin origin) {
    require(
        latestWithParameters != null,
        "Network %s: '%s' is another name of no layer; call from right after a layer with parameters."
            .formatted(name, origin.layer()));
    origins.computeIfAbsent(latestWithParameters, key -> new ArrayList<>()).add(origin);
    return this;
  }

  /**
   * Takes features from the output of the latest layer, flattened to {@code C * S * S} values. A
   * layer has one tap at most.
   *
   * @param tap under which the features are asked for
   */
  public DefinitionBuilder tap(Tap tap) {
    require(
        !layers.isEmpty(),
        "Network %s: %s is taken from a layer's output, and there is no layer yet."
            .formatted(name, tap.label()));
    return tap(tap, layers.get(layers.size() - 1).name(), values());
  }

  /**
   * Takes features made from the latest layer's output by layers that the network itself does not
   * go through.
   *
   * @param tap under which the features are asked for
   * @param description adds those layers; none of them learns
   */
  public DefinitionBuilder tapAside(Tap tap, Consumer<DefinitionBuilder> description) {
    DefinitionBuilder aside = branch(description);
    require(
        aside.layers.stream().allMatch(layer -> layer.parameters().isEmpty()),
        "Network %s: a layer on the way to %s alone learns; training would never reach it."
            .formatted(name, tap.label()));
    layers.add(new Aside(tap.label(), aside.layers));
    return tap(tap, tap.label(), aside.values());
  }

  private DefinitionBuilder tap(Tap tap, String layer, int dimension) {
    require(
        !inside,
        "Network %s: %s cannot be taken from inside a branch.".formatted(name, tap.label()));
    require(
        !taps.containsKey(tap) && !taps.containsValue(layer),
        "Network %s: tap %s cannot be at layer %s; the tap or the layer has been used before."
            .formatted(name, tap.label(), layer));
    taps.put(tap, layer);
    tapDimensions.put(tap, dimension);
    return this;
  }

  /**
   * A last, fully connected layer of class scores, without a ReLU, and its tap.
   *
   * @param layer the layer's name
   * @param classes number of scores, background included
   */
  public DefinitionBuilder scores(String layer, int classes) {
    return bareLinear(layer, classes).tap(Tap.SCORES);
  }

  /**
   * The network as written so far.
   *
   * @throws IllegalArgumentException if the last layer does not give the class scores, no layer
   *     learns, or two layers have the same name
   */
  public NetworkDefinition build() {
    require(!inside, "Network %s cannot be built from inside a branch.".formatted(name));
    require(
        taps.containsKey(Tap.SCORES)
            && taps.get(Tap.SCORES).equals(layers.get(layers.size() - 1).name()),
        "Network %s does not end in class scores; end it with scores(...) or tap(Tap.SCORES)."
            .formatted(name));
    NetworkDefinition network =
        new NetworkDefinition(
            name, inputSize, context, preprocessing, layers, taps, tapDimensions, origins);
    require(
        !network.parameterLayers().isEmpty(),
        "Network %s has no layer that learns.".formatted(name));
    return network;
  }

  private String shape() {
    return flat ? Integer.toString(channels) : "%d x %d x %d".formatted(channels, side, side);
  }

  private int values() {
    return channels * side * side;
  }

  /** Places of a window along a side. */
  private int windows(String layer, int kernel, int stride, int padding) {
    requireMaps(layer);
    require(
        kernel >= 1 && stride >= 1 && padding >= 0,
        "Layer %s: a kernel of %d pixels, a step of %d and a padding of %d cannot be."
            .formatted(layer, kernel, stride, padding));
    require(
        kernel <= side + 2 * padding,
        "Layer %s: its kernel of %d pixels is larger than its input of %d with a padding of %d."
            .formatted(layer, kernel, side, padding));
    return (side + 2 * padding - kernel) / stride + 1;
  }

  private int pooled(String layer, int kernel, int stride, int padding) {
    int positions = windows(layer, kernel, stride, padding);
    require(
        2 * padding <= kernel,
        "Layer %s: its padding of %d pixels is more than half its window of %d."
            .formatted(layer, padding, kernel));
    return positions;
  }

  private void requireMaps(String layer) {
    require(!flat, "Layer %s needs maps; what comes before it gives a vector.".formatted(layer));
  }

  private static void requireOutputs(String layer, int out) {
    require(out >= 1, "Layer %s cannot have %d outputs.".formatted(layer, out));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
