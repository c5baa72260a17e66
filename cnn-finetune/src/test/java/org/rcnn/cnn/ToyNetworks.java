package org.rcnn.cnn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Relu;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/** Networks so small that a test trains one in milliseconds. */
public final class ToyNetworks {

  private ToyNetworks() {}

  /**
   * One convolution, one pooling, two fully connected layers on 8 x 8 pixels: {@code conv1}, {@code
   * pool5} (4 x 4 x 4 = 64 values), {@code fc6} (16), dropout, {@code fc8}.
   */
  public static NetworkDefinition tiny(int classes) {
    Preprocessing grey =
        new Preprocessing(ColourOrder.RGB, new float[] {128, 128, 128}, 1 / 64f, true);
    return new NetworkDefinition(
        "tiny",
        8,
        1,
        grey,
        List.of(
            new Convolution("conv1", 3, 4, 3, 1, 1, 1),
            new Relu("conv1.relu"),
            new MaxPool("pool5", 2, 2, 0, false),
            new Linear("fc6", 64, 16),
            new Relu("fc6.relu"),
            new Dropout("drop6", 0.5f),
            new Linear("fc8", 16, classes)),
        Map.of(Tap.POOL5, "pool5", Tap.FC6, "fc6.relu", Tap.SCORES, "fc8"),
        Map.of(Tap.POOL5, 64, Tap.FC6, 16, Tap.SCORES, classes));
  }

  /**
   * Layers of every kind: two towers, LRN, every pooling, a fire module, a residual block, an aside
   * and more.
   *
   * @param side of its input in pixels
   */
  public static NetworkDefinition allKinds(int side) {
    return NetworkDefinition.builder("all kinds", side, 2, Preprocessing.caffe())
        .convolution("conv1", 8, 5, 2, 1)
        .ceilMaxPool("pool1", 3, 2)
        .localResponseNorm("norm1")
        .grouped("conv2", 12, 3, 1, 1, 2)
        .concatenate(
            "both",
            one -> one.convolution("one", 4, 1, 1, 0),
            three -> three.bare("three", 6, 3, 1, 1))
        .add("sum", main -> main.bare("main", 10, 3, 1, 1), past -> {})
        .affine("sum.norm")
        .relu("sum.relu")
        .maxPool("pool2", 2, 1, 1)
        .tapAside(Tap.POOL5, last -> last.averagePool("average", 3, 2, 1))
        .dropout("drop", 0.5f)
        .linear("fc6", 9)
        .tap(Tap.FC6)
        .scores("fc8", 4)
        .build();
  }

  /** A network of these layers alone, whose last layer gives the scores. */
  public static NetworkDefinition of(int inputSize, int outputs, Layer... layers) {
    return new NetworkDefinition(
        "toy",
        inputSize,
        0,
        new Preprocessing(ColourOrder.RGB, new float[3], 1, false),
        List.of(layers),
        Map.of(Tap.SCORES, layers[layers.length - 1].name()),
        Map.of(Tap.SCORES, outputs));
  }

  /** A definition that only says what the input looks like. */
  public static NetworkDefinition input(int size, int context, Preprocessing preprocessing) {
    return new NetworkDefinition(
        "input", size, context, preprocessing, List.of(), Map.of(), Map.of());
  }

  /** Every parameter drawn anew, biases and statistics too; variances between 0.5 and 1.5. */
  public static Weights random(NetworkDefinition definition, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    definition
        .parameters()
        .forEach(
            (name, shape) -> {
              int size = 1;
              for (int length : shape) {
                size *= length;
              }
              float[] values = new float[size];
              for (int i = 0; i < size; i++) {
                values[i] =
                    name.endsWith(".variance")
                        ? 0.5f + random.nextFloat()
                        : (float) (0.3 * random.nextGaussian());
              }
              tensors.put(name, new Tensor(shape, values));
            });
    return new Weights(tensors);
  }
}
