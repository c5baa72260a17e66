package org.rcnn.cnn.onnx;

import static org.rcnn.cnn.onnx.OnnxGraph.Attribute.real;
import static org.rcnn.cnn.onnx.OnnxGraph.Attribute.whole;
import static org.rcnn.cnn.onnx.OnnxGraph.Attribute.wholes;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.network.Layer;
import org.rcnn.cnn.network.Layer.Affine;
import org.rcnn.cnn.network.Layer.Aside;
import org.rcnn.cnn.network.Layer.AveragePool;
import org.rcnn.cnn.network.Layer.BatchNorm;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Dropout;
import org.rcnn.cnn.network.Layer.GlobalAverage;
import org.rcnn.cnn.network.Layer.Join;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.Layer.Parallel;
import org.rcnn.cnn.network.Layer.Relu;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/**
 * Adds a network to an ONNX graph from its description, as it is after training: dropout passes its
 * input on, batch normalisation has fixed statistics.
 *
 * <p>An operator has the name of its layer, and weights have the names of the layer's parameters,
 * so that {@link org.rcnn.cnn.weights.WeightSource} finds them again. What has no layer of its own
 * is named after the one that it prepares: {@code fc6.flat} flattens the maps before {@code fc6}.
 */
public final class OnnxNetwork {

  private final OnnxGraph graph;
  private final NetworkDefinition definition;
  private final Weights weights;

  /** By value, the one with its maps flattened; a value that is flat is there itself. */
  private final Map<String, String> flattened = new HashMap<>();

  private OnnxNetwork(OnnxGraph graph, NetworkDefinition definition, Weights weights) {
    this.graph = graph;
    this.definition = definition;
    this.weights = weights;
  }

  /**
   * Adds a network up to the last of some taps.
   *
   * @param images the value that the network sees, {@code N x 3 x size x size}, preprocessed
   * @param wanted the taps
   * @return for each tap the value with its features, {@code N x dimension}
   * @throws IllegalArgumentException if the network lacks a tap, a parameter is missing or of
   *     another shape, or a layer is of a kind that no rule here writes
   */
  public static Map<Tap, String> add(
      OnnxGraph graph,
      NetworkDefinition definition,
      Weights weights,
      String images,
      Set<Tap> wanted) {
    for (Tap tap : wanted) {
      if (!definition.taps().containsKey(tap)) {
        throw new IllegalArgumentException(definition.lacks(tap));
      }
    }
    return new OnnxNetwork(graph, definition, weights).add(images, wanted);
  }

  private Map<Tap, String> add(String images, Set<Tap> wanted) {
    Map<Tap, String> found = new EnumMap<>(Tap.class);
    String x = images;
    for (Layer layer : definition.layers()) {
      if (found.size() == wanted.size()) {
        break;
      }
      String result = x;
      if (!(layer instanceof Aside aside)) {
        x = add(layer, x);
        result = x;
      } else if (isTapped(layer, wanted)) {
        result = through(aside.layers(), x);
      }
      for (Tap tap : wanted) {
        if (definition.taps().get(tap).equals(layer.name())) {
          found.put(tap, flat(result, layer.name() + ".features"));
        }
      }
    }
    return found;
  }

  private boolean isTapped(Layer layer, Set<Tap> wanted) {
    return wanted.stream().anyMatch(tap -> definition.taps().get(tap).equals(layer.name()));
  }

  private String add(Layer layer, String x) {
    if (layer instanceof Convolution c) {
      return graph.node(
          "Conv",
          c.name(),
          List.of(x, parameter(c, "weight"), parameter(c, "bias")),
          wholes("kernel_shape", c.kernel(), c.kernel()),
          wholes("strides", c.stride(), c.stride()),
          border(c.padding()),
          whole("group", c.groups()));
    } else if (layer instanceof Linear l) {
      return isFlat(
          graph.node(
              "Gemm",
              l.name(),
              List.of(flat(x, l.name() + ".flat"), parameter(l, "weight"), parameter(l, "bias")),
              whole("transB", 1)));
    } else if (layer instanceof BatchNorm n) {
      return like(
          x,
          graph.node(
              "BatchNormalization",
              n.name(),
              List.of(
                  x,
                  parameter(n, "gamma"),
                  parameter(n, "beta"),
                  parameter(n, "mean"),
                  parameter(n, "variance")),
              real("epsilon", BatchNorm.EPSILON)));
    } else if (layer instanceof Affine a) {
      // Normalisation by a mean of 0 and a variance of 1, as the network itself runs it.
      return like(
          x,
          graph.node(
              "BatchNormalization",
              a.name(),
              List.of(
                  x,
                  parameter(a, "scale"),
                  parameter(a, "shift"),
                  constant(a.name() + ".zero", a.channels(), 0),
                  constant(a.name() + ".one", a.channels(), 1)),
              real("epsilon", 0)));
    } else if (layer instanceof Relu) {
      return like(x, graph.node("Relu", layer.name(), List.of(x)));
    } else if (layer instanceof Aside) {
      return x;
    } else if (layer instanceof Dropout) {
      return like(x, graph.node("Identity", layer.name(), List.of(x)));
    } else if (layer instanceof MaxPool p) {
      return maxPool(p, x);
    } else if (layer instanceof AveragePool p) {
      return graph.node(
          "AveragePool",
          p.name(),
          List.of(x),
          wholes("kernel_shape", p.kernel(), p.kernel()),
          wholes("strides", p.stride(), p.stride()),
          border(p.padding()),
          whole("count_include_pad", 1));
    } else if (layer instanceof GlobalAverage) {
      return graph.node("GlobalAveragePool", layer.name(), List.of(x));
    } else if (layer instanceof LocalResponseNorm n) {
      // ONNX divides alpha by the size too, as Caffe does.
      return graph.node(
          "LRN",
          n.name(),
          List.of(x),
          whole("size", n.size()),
          real("alpha", n.alpha()),
          real("beta", n.beta()),
          real("bias", n.k()));
    } else if (layer instanceof Parallel p) {
      return join(p, x);
    }
    throw new IllegalArgumentException(
        "No rule writes a layer of kind %s to ONNX; it is %s of network %s."
            .formatted(layer.kind(), layer.name(), definition.name()));
  }

  /**
   * ONNX's ceil_mode counts a window that begins in the border beyond the map, which Caffe and
   * torch do not have. There is none as long as steps are no longer than the window and nothing is
   * padded, which holds for every pooling that the builder makes.
   */
  private String maxPool(MaxPool p, String x) {
    if (p.ceil() && (p.padding() > 0 || p.stride() > p.kernel())) {
      throw new IllegalArgumentException(
          "Pooling %s of network %s keeps a partly outside window, and has a border or steps over pixels; ONNX has no such pooling."
              .formatted(p.name(), definition.name()));
    }
    return graph.node(
        "MaxPool",
        p.name(),
        List.of(x),
        wholes("kernel_shape", p.kernel(), p.kernel()),
        wholes("strides", p.stride(), p.stride()),
        border(p.padding()),
        whole("ceil_mode", p.ceil() ? 1 : 0));
  }

  private String join(Parallel parallel, String x) {
    List<String> ends = parallel.branches().stream().map(branch -> through(branch, x)).toList();
    if (parallel.join() == Join.CONCATENATE) {
      return like(ends.get(0), graph.node("Concat", parallel.name(), ends, whole("axis", 1)));
    }
    // Sum takes any number of values, and Add two.
    return like(ends.get(0), graph.node("Sum", parallel.name(), ends));
  }

  private String through(List<Layer> layers, String input) {
    String x = input;
    for (Layer layer : layers) {
      x = add(layer, x);
    }
    return x;
  }

  private String flat(String value, String name) {
    String known = flattened.get(value);
    if (known == null) {
      known = isFlat(graph.node("Flatten", name, List.of(value), whole("axis", 1)));
      flattened.put(value, known);
    }
    return known;
  }

  private String isFlat(String value) {
    flattened.put(value, value);
    return value;
  }

  /** A value of the shape of the one that it was made of. */
  private String like(String before, String value) {
    return before.equals(flattened.get(before)) ? isFlat(value) : value;
  }

  private static OnnxGraph.Attribute border(int padding) {
    return wholes("pads", padding, padding, padding, padding);
  }

  private String constant(String name, int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return graph.numbers(name, new Tensor(new int[] {count}, values));
  }

  private String parameter(Layer layer, String suffix) {
    String name = layer.name() + "." + suffix;
    int[] shape = layer.parameters().get(name);
    return graph.numbers(name, weights.parameter(definition.name(), name, shape));
  }
}
