package org.rcnn.cnn.network;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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

/** Writes a network down layer after layer and keeps track of the shape between them. */
final class DefinitionBuilder {

  private final String name;
  private final int inputSize;
  private final int context;
  private final Preprocessing preprocessing;
  private final List<Layer> layers = new ArrayList<>();
  private final Map<Tap, String> taps = new EnumMap<>(Tap.class);
  private final Map<Tap, Integer> tapDimensions = new EnumMap<>(Tap.class);
  private final Map<String, List<Origin>> origins;
  private String latestTrained;
  private int channels = 3;
  private int side;

  DefinitionBuilder(String name, int inputSize, int context, Preprocessing preprocessing) {
    this.name = name;
    this.inputSize = inputSize;
    this.context = context;
    this.preprocessing = preprocessing;
    this.side = inputSize;
    this.origins = new LinkedHashMap<>();
  }

  /** A branch that begins where another description stands. */
  private DefinitionBuilder(DefinitionBuilder trunk) {
    this.name = trunk.name;
    this.inputSize = trunk.inputSize;
    this.context = trunk.context;
    this.preprocessing = trunk.preprocessing;
    this.channels = trunk.channels;
    this.side = trunk.side;
    this.origins = trunk.origins;
  }

  /** Channels of the latest layer's output. */
  int channels() {
    return channels;
  }

  /** A convolution and its ReLU. */
  DefinitionBuilder convolution(String layer, int out, int kernel, int stride, int padding) {
    return grouped(layer, out, kernel, stride, padding, 1);
  }

  /** A convolution in groups of channels and its ReLU. */
  DefinitionBuilder grouped(
      String layer, int out, int kernel, int stride, int padding, int groups) {
    return bare(layer, out, kernel, stride, padding, groups).relu(layer + ".relu");
  }

  /** A convolution without a ReLU. */
  DefinitionBuilder bare(String layer, int out, int kernel, int stride, int padding) {
    return bare(layer, out, kernel, stride, padding, 1);
  }

  private DefinitionBuilder bare(
      String layer, int out, int kernel, int stride, int padding, int groups) {
    layers.add(new Convolution(layer, channels, out, kernel, stride, padding, groups));
    latestTrained = layer;
    channels = out;
    side = (side + 2 * padding - kernel) / stride + 1;
    return this;
  }

  DefinitionBuilder relu(String layer) {
    layers.add(new Relu(layer));
    return this;
  }

  DefinitionBuilder maxPool(String layer, int kernel, int stride, int padding) {
    layers.add(new MaxPool(layer, kernel, stride, padding, false));
    side = (side + 2 * padding - kernel) / stride + 1;
    return this;
  }

  /** Caffe's pooling: a last window that is partly outside counts too. */
  DefinitionBuilder ceilMaxPool(String layer, int kernel, int stride) {
    layers.add(new MaxPool(layer, kernel, stride, 0, true));
    side = (side - kernel + stride - 1) / stride + 1;
    return this;
  }

  DefinitionBuilder averagePool(String layer, int kernel, int stride, int padding) {
    layers.add(new AveragePool(layer, kernel, stride, padding));
    side = (side + 2 * padding - kernel) / stride + 1;
    return this;
  }

  DefinitionBuilder globalAverage(String layer) {
    layers.add(new GlobalAverage(layer));
    side = 1;
    return this;
  }

  /** Local response normalisation with the values that Krizhevsky's network uses, in Caffe's k. */
  DefinitionBuilder localResponseNorm(String layer) {
    layers.add(new LocalResponseNorm(layer, channels, 5, 1e-4f, 0.75f, 1));
    return this;
  }

  /** Two branches from here, their channels one after the other. */
  DefinitionBuilder concatenate(
      String layer, Consumer<DefinitionBuilder> first, Consumer<DefinitionBuilder> second) {
    return join(layer, Join.CONCATENATE, first, second);
  }

  /** Two branches from here, added up. */
  DefinitionBuilder add(
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
    boolean fits = one.side == two.side && (join != Join.ADD || one.channels == two.channels);
    if (!fits) {
      throw new IllegalStateException(
          "The branches of %s give %d x %d x %d and %d x %d x %d values, which cannot be joined."
              .formatted(
                  layer, one.channels, one.side, one.side, two.channels, two.side, two.side));
    }
    layers.add(new Parallel(layer, List.of(one.layers, two.layers), join));
    channels = join == Join.ADD ? one.channels : one.channels + two.channels;
    side = one.side;
    return this;
  }

  private DefinitionBuilder branch(Consumer<DefinitionBuilder> description) {
    DefinitionBuilder branch = new DefinitionBuilder(this);
    description.accept(branch);
    return branch;
  }

  /** A fully connected layer and its ReLU. */
  DefinitionBuilder linear(String layer, int out) {
    return bareLinear(layer, out).relu(layer + ".relu");
  }

  private DefinitionBuilder bareLinear(String layer, int out) {
    layers.add(new Linear(layer, channels * side * side, out));
    latestTrained = layer;
    channels = out;
    side = 1;
    return this;
  }

  DefinitionBuilder dropout(String layer, float rate) {
    layers.add(new Dropout(layer, rate));
    return this;
  }

  /** Other names of the latest layer that has parameters. */
  DefinitionBuilder from(String... names) {
    for (String other : names) {
      from(Origin.plain(other));
    }
    return this;
  }

  /** Files keep the latest layer under this name, with a batch normalisation after it. */
  DefinitionBuilder fromNormalised(String other, String norm) {
    return from(new Origin(other, norm));
  }

  private DefinitionBuilder from(Origin origin) {
    origins.computeIfAbsent(latestTrained, key -> new ArrayList<>()).add(origin);
    return this;
  }

  /** Marks the output of the latest layer as a tap. */
  DefinitionBuilder tap(Tap tap) {
    taps.put(tap, layers.get(layers.size() - 1).name());
    tapDimensions.put(tap, channels * side * side);
    return this;
  }

  /** A tap whose value is made from here by layers that the network itself does not go through. */
  DefinitionBuilder tapAside(Tap tap, Consumer<DefinitionBuilder> description) {
    DefinitionBuilder aside = branch(description);
    layers.add(new Aside(tap.label(), aside.layers));
    taps.put(tap, tap.label());
    tapDimensions.put(tap, aside.channels * aside.side * aside.side);
    return this;
  }

  /** A last, fully connected layer of class scores, without a ReLU. */
  DefinitionBuilder scores(String layer, int classes) {
    return bareLinear(layer, classes).tap(Tap.SCORES);
  }

  NetworkDefinition build() {
    return new NetworkDefinition(
        name, inputSize, context, preprocessing, layers, taps, tapDimensions, origins);
  }
}
