package org.rcnn.cnn.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.Layer.Affine;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.AveragePool;
import org.rcnn.cnn.network.Layer.BatchNorm;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.GlobalAverage;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.cnn.network.Layer.Relu;

/**
 * A network with its weights in native memory, ready to run.
 *
 * <p>Input: float32 images {@code N x 3 x size x size}, preprocessed as the definition says. They
 * are best passed as a transposed view of an {@code N x size x size x 3} array: the convolutions
 * then run channels-last, which the CPU kernels prefer (15 to 50 % faster, same values up to
 * rounding). {@link #forward} may run in several threads at once; training must not.
 *
 * <p>Owns its native memory: close it.
 */
public final class Network implements AutoCloseable {

  private final NetworkDefinition definition;
  private final NDManager manager;
  private final Map<String, NDArray> parameters = new LinkedHashMap<>();
  private final Map<String, NDArray> constants = new LinkedHashMap<>();

  /**
   * Copies weights into native memory.
   *
   * @throws IllegalArgumentException if a parameter of the definition is missing or of another
   *     shape
   */
  public Network(NetworkDefinition definition, Weights weights, Device device) {
    this.definition = definition;
    this.manager = TorchEngine.instance().newBaseManager(device);
    try {
      definition
          .parameters()
          .forEach((name, shape) -> parameters.put(name, upload(name, shape, weights)));
      definition
          .leaves()
          .filter(LocalResponseNorm.class::isInstance)
          .forEach(layer -> prepare((LocalResponseNorm) layer));
      definition
          .leaves()
          .filter(Affine.class::isInstance)
          .forEach(layer -> prepare((Affine) layer));
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** The live parameters by name, owned by this network: changing one changes the network. */
  public Map<String, NDArray> parameters() {
    return parameters;
  }

  /** The manager that owns the parameters; a child of it is the place for a step's own arrays. */
  public NDManager manager() {
    return manager;
  }

  /** A copy of the current weights. */
  public Weights weights() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    definition
        .parameters()
        .forEach((name, shape) -> tensors.put(name, new Tensor(shape, read(parameters.get(name)))));
    return new Weights(tensors);
  }

  /**
   * An array's values in the order of its shape. An array in another order or on another device is
   * copied first; the engine would keep that copy as long as the array itself.
   */
  public static float[] read(NDArray array) {
    try (NDManager scratch = array.getManager().newSubManager()) {
      NDArray copy = array.duplicate();
      copy.attach(scratch);
      return copy.toFloatArray();
    }
  }

  /**
   * Runs the network as it is after training: no dropout, fixed statistics.
   *
   * @param images {@code N x 3 x size x size}; results go to its manager
   * @param wanted the taps to return; layers after the last of them are not run
   * @return for each wanted tap, {@code N x dimension}
   */
  public Map<Tap, NDArray> forward(NDArray images, Set<Tap> wanted) {
    return run(0, images, wanted, false, 0);
  }

  /**
   * Runs the layers that follow a tap, as they are after training.
   *
   * @param from a tap of {@link NetworkDefinition#suffixTaps}
   * @param features the values at that tap, {@code N x dimension}; results go to its manager
   * @param wanted the taps to return, all of them after {@code from}
   * @return for each wanted tap, {@code N x dimension}
   */
  public Map<Tap, NDArray> forwardFrom(Tap from, NDArray features, Set<Tap> wanted) {
    return run(definition.firstAfter(from), features, wanted, false, 0);
  }

  /**
   * Runs the network in training mode and returns the class scores {@code N x classes}; inside a
   * gradient collector, gradients can then be taken.
   */
  public NDArray forwardTraining(NDArray images) {
    return run(0, images, Set.of(Tap.SCORES), true, BatchNorm.MOMENTUM).get(Tap.SCORES);
  }

  /**
   * Runs the layers that follow a tap in training mode and returns the class scores {@code N x
   * classes}. The layers before the tap get no gradients.
   *
   * @param from a tap of {@link NetworkDefinition#suffixTaps}
   * @param features the values at that tap, {@code N x dimension}
   */
  public NDArray forwardTrainingFrom(Tap from, NDArray features) {
    int first = definition.firstAfter(from);
    return run(first, features, Set.of(Tap.SCORES), true, BatchNorm.MOMENTUM).get(Tap.SCORES);
  }

  /**
   * Runs a batch only to renew the statistics of batch normalisation.
   *
   * @param share the weight of this batch in the running statistics; {@code 1 / (k + 1)} for the
   *     k-th batch gives the plain average over all of them
   */
  public void renewStatistics(NDArray images, float share) {
    run(0, images, Set.of(Tap.SCORES), true, share);
  }

  /**
   * Runs a batch from its values at a tap only to renew the statistics of batch normalisation.
   *
   * @param from a tap of {@link NetworkDefinition#suffixTaps}
   * @param features the values at that tap, {@code N x dimension}
   * @param share as in {@link #renewStatistics}
   */
  public void renewStatisticsFrom(Tap from, NDArray features, float share) {
    run(definition.firstAfter(from), features, Set.of(Tap.SCORES), true, share);
  }

  /** Runs the layers from a position in the definition on. */
  private Map<Tap, NDArray> run(
      int first, NDArray input, Set<Tap> wanted, boolean training, float share) {
    Map<String, Tap> tapOf = new LinkedHashMap<>();
    for (Tap tap : wanted) {
      String layer = definition.taps().get(tap);
      if (layer == null) {
        throw new IllegalArgumentException(definition.lacks(tap));
      }
      tapOf.put(layer, tap);
    }
    Map<Tap, NDArray> found = new EnumMap<>(Tap.class);
    List<Layer> layers = definition.layers();
    NDArray x = input;
    for (Layer layer : layers.subList(first, layers.size())) {
      Tap tap = tapOf.get(layer.name());
      if (layer instanceof Aside aside) {
        if (tap != null) {
          found.put(tap, flat(through(aside.layers(), x, training, share)));
        }
      } else {
        NDArray next = apply(layer, x, training, share);
        if (!training && next != x && x != input && !isAmong(found, x)) {
          // Arrays that no later layer needs are freed at once: a batch's maps would fill
          // gigabytes.
          x.close();
        }
        x = next;
        if (tap != null) {
          found.put(tap, flat(x));
        }
      }
      if (found.size() == wanted.size()) {
        break;
      }
    }
    return found;
  }

  private static boolean isAmong(Map<Tap, NDArray> found, NDArray array) {
    return found.values().stream().anyMatch(kept -> kept == array);
  }

  /** Runs layers one after the other; the input is left open. */
  private NDArray through(List<Layer> layers, NDArray input, boolean training, float share) {
    NDArray x = input;
    for (Layer layer : layers) {
      NDArray next = apply(layer, x, training, share);
      if (!training && next != x && x != input) {
        x.close();
      }
      x = next;
    }
    return x;
  }

  private NDArray apply(Layer layer, NDArray x, boolean training, float share) {
    if (layer instanceof Convolution c) {
      return Conv2d.conv2d(
              x,
              parameter(c, "weight"),
              parameter(c, "bias"),
              square(c.stride()),
              square(c.padding()),
              square(1),
              c.groups())
          .head();
    } else if (layer instanceof Linear l) {
      return ai.djl.nn.core.Linear.linear(flat(x), parameter(l, "weight"), parameter(l, "bias"))
          .head();
    } else if (layer instanceof Affine a) {
      return scaleAndShift(a, x);
    } else if (layer instanceof Relu) {
      return x.getNDArrayInternal().relu();
    } else if (layer instanceof MaxPool p) {
      return Pool.maxPool2d(
          x, square(p.kernel()), square(p.stride()), square(p.padding()), p.ceil());
    } else if (layer instanceof AveragePool p) {
      return Pool.avgPool2d(
          x, square(p.kernel()), square(p.stride()), square(p.padding()), false, true);
    } else if (layer instanceof GlobalAverage) {
      return Pool.globalAvgPool2d(x);
    } else if (layer instanceof LocalResponseNorm n) {
      return normalise(n, x, training);
    } else if (layer instanceof Parallel p) {
      return join(p, x, training, share);
    } else if (layer instanceof Aside) {
      return x;
    } else if (layer instanceof Dropout d) {
      return training ? ai.djl.nn.norm.Dropout.dropout(x, d.rate(), true).head() : x;
    } else if (layer instanceof BatchNorm n) {
      return ai.djl.nn.norm.BatchNorm.batchNorm(
              x,
              parameter(n, "mean"),
              parameter(n, "variance"),
              parameter(n, "gamma"),
              parameter(n, "beta"),
              1,
              // DJL counts momentum as the share of the old statistics, torch as that of the new.
              1 - share,
              BatchNorm.EPSILON,
              training)
          .head();
    }
    throw new IllegalStateException("No rule runs a layer of kind " + layer.kind() + ".");
  }

  /**
   * The engine has no local response normalisation. A 1 x 1 convolution over the squares, whose
   * weights are alpha / size in a band about the diagonal and whose bias is k, gives the divisor
   * before the exponent is applied. The exponent is an array of the network's own: {@code
   * pow(Number)} would make one whose memory is a Java buffer and release it at once, and the
   * gradient, which needs it later, would read memory in other use.
   */
  private NDArray normalise(LocalResponseNorm n, NDArray x, boolean training) {
    NDArray squares = x.square();
    NDArray sums =
        Conv2d.conv2d(
                squares,
                constants.get(n.name() + ".band"),
                constants.get(n.name() + ".k"),
                square(1),
                square(0),
                square(1),
                1)
            .head();
    NDArray factors = sums.pow(constants.get(n.name() + ".exponent"));
    NDArray result = x.mul(factors);
    if (!training) {
      squares.close();
      sums.close();
      factors.close();
    }
    return result;
  }

  /** Normalisation by a mean of 0 and a variance of 1: one pass over the maps instead of two. */
  private NDArray scaleAndShift(Affine a, NDArray x) {
    return ai.djl.nn.norm.BatchNorm.batchNorm(
            x,
            constants.get(a.name() + ".zero"),
            constants.get(a.name() + ".one"),
            parameter(a, "scale"),
            parameter(a, "shift"),
            1,
            1,
            0,
            false)
        .head();
  }

  private NDArray join(Parallel parallel, NDArray x, boolean training, float share) {
    NDList results = new NDList();
    parallel.branches().forEach(branch -> results.add(through(branch, x, training, share)));
    NDArray joined =
        switch (parallel.join()) {
          case CONCATENATE -> NDArrays.concat(results, 1);
          case ADD -> results.stream().reduce(NDArray::add).orElseThrow();
        };
    if (!training) {
      results.stream().filter(result -> result != x && result != joined).forEach(NDArray::close);
    }
    return joined;
  }

  private static Shape square(int length) {
    return new Shape(length, length);
  }

  /** The kernel that sums squares over neighbouring channels, channel by channel. */
  static float[] band(LocalResponseNorm n) {
    int channels = n.channels();
    float[] band = new float[channels * channels];
    for (int out = 0; out < channels; out++) {
      int first = Math.max(0, out - n.size() / 2);
      int last = Math.min(channels - 1, out + n.size() / 2);
      Arrays.fill(band, out * channels + first, out * channels + last + 1, n.alpha() / n.size());
    }
    return band;
  }

  private void prepare(LocalResponseNorm n) {
    int channels = n.channels();
    float[] band = band(n);
    float[] k = new float[channels];
    Arrays.fill(k, n.k());
    constants.put(n.name() + ".band", create(band, new Shape(channels, channels, 1, 1)));
    constants.put(n.name() + ".k", create(k, new Shape(channels)));
    constants.put(n.name() + ".exponent", create(new float[] {-n.beta()}, new Shape()));
  }

  private void prepare(Affine a) {
    float[] ones = new float[a.channels()];
    Arrays.fill(ones, 1);
    Shape shape = new Shape(a.channels());
    constants.put(a.name() + ".zero", create(new float[a.channels()], shape));
    constants.put(a.name() + ".one", create(ones, shape));
  }

  private NDArray parameter(Layer layer, String suffix) {
    return parameters.get(layer.name() + "." + suffix);
  }

  /** Flattens maps to vectors in channel-row-column order, whatever their memory layout. */
  private static NDArray flat(NDArray x) {
    return x.getShape().dimension() == 2 ? x : x.reshape(x.getShape().get(0), -1);
  }

  private NDArray upload(String name, int[] shape, Weights weights) {
    Tensor tensor = weights.parameter(definition.name(), name, shape);
    return shape.length == 4 ? uploadKernel(tensor) : create(tensor.values(), toShape(shape));
  }

  /**
   * A convolution's weights are stored out, row, column, in: the layout of channels-last kernels.
   */
  private NDArray uploadKernel(Tensor tensor) {
    int out = tensor.shape()[0];
    int in = tensor.shape()[1];
    int area = tensor.shape()[2] * tensor.shape()[3];
    float[] values = tensor.values();
    float[] lastIn = new float[values.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        for (int p = 0; p < area; p++) {
          lastIn[(o * area + p) * in + i] = values[(o * in + i) * area + p];
        }
      }
    }
    try (NDArray stored =
        create(lastIn, new Shape(out, tensor.shape()[2], tensor.shape()[3], in))) {
      return stored.transpose(0, 3, 1, 2);
    }
  }

  /**
   * A new array whose memory is the engine's own: an array made from a Java buffer would share that
   * buffer's memory.
   */
  private NDArray create(float[] values, Shape shape) {
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    buffer.asFloatBuffer().put(values);
    try (NDArray shared = manager.create(buffer, shape, DataType.FLOAT32)) {
      return shared.duplicate();
    }
  }

  private static Shape toShape(int[] shape) {
    long[] lengths = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      lengths[i] = shape[i];
    }
    return new Shape(lengths);
  }

  /** Frees the native memory. */
  @Override
  public void close() {
    manager.close();
  }
}
