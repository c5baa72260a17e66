package org.rcnn.cnn.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rcnn.cnn.network.Layer;
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
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.speed.ForwardTask;

/**
 * A network up to a tap as an ONNX file, operator set 13. Input {@code images}, output {@code
 * features}.
 */
final class OnnxModel {

  static final String INPUT = "images";
  static final String OUTPUT = "features";

  private static final int FLOAT = 1;

  private final ForwardTask task;
  private final ProtoWriter graph = new ProtoWriter();
  private boolean flat;
  private int made;

  private OnnxModel(ForwardTask task) {
    this.task = task;
  }

  /** The network's file in a folder, written if it is not there. */
  static Path in(Path folder, ForwardTask task) throws IOException {
    Path file = folder.resolve(task.definition().name() + ".onnx");
    if (!Files.exists(file)) {
      Files.write(file, new OnnxModel(task).write());
    }
    return file;
  }

  private byte[] write() {
    String last = INPUT;
    String tap = task.definition().taps().get(task.tap());
    for (Layer layer : task.definition().layers()) {
      boolean ends = layer.name().equals(tap);
      if (layer instanceof Aside aside) {
        if (ends) {
          for (Layer inner : aside.layers()) {
            last = add(inner, last);
          }
        }
      } else {
        last = add(layer, last);
      }
      if (ends) {
        break;
      }
    }
    node("Flatten", List.of(last), OUTPUT, ints("axis", 1));
    graph.text(2, task.definition().name());
    int side = task.definition().inputSize();
    graph.message(11, value(INPUT, task.batch(), 3, side, side));
    Tap end = task.tap();
    graph.message(12, value(OUTPUT, task.batch(), task.definition().tapDimensions().get(end)));
    return new ProtoWriter()
        .whole(1, 7)
        .text(2, "rcnn")
        .message(7, graph)
        .message(8, new ProtoWriter().text(1, "").whole(2, 13))
        .toByteArray();
  }

  private String add(Layer layer, String input) {
    if (layer instanceof Convolution c) {
      return node(
          "Conv",
          List.of(input, weight(c, "weight"), weight(c, "bias")),
          c.name(),
          list("kernel_shape", c.kernel(), c.kernel()),
          list("strides", c.stride(), c.stride()),
          list("pads", c.padding(), c.padding(), c.padding(), c.padding()),
          ints("group", c.groups()));
    } else if (layer instanceof Linear l) {
      String vector = flat ? input : node("Flatten", List.of(input), "flat", ints("axis", 1));
      flat = true;
      return node(
          "Gemm",
          List.of(vector, weight(l, "weight"), weight(l, "bias")),
          l.name(),
          ints("transB", 1));
    } else if (layer instanceof Relu) {
      return node("Relu", List.of(input), layer.name());
    } else if (layer instanceof MaxPool p) {
      return node(
          "MaxPool",
          List.of(input),
          p.name(),
          list("kernel_shape", p.kernel(), p.kernel()),
          list("strides", p.stride(), p.stride()),
          list("pads", p.padding(), p.padding(), p.padding(), p.padding()),
          ints("ceil_mode", p.ceil() ? 1 : 0));
    } else if (layer instanceof AveragePool p) {
      return node(
          "AveragePool",
          List.of(input),
          p.name(),
          list("kernel_shape", p.kernel(), p.kernel()),
          list("strides", p.stride(), p.stride()),
          list("pads", p.padding(), p.padding(), p.padding(), p.padding()),
          ints("count_include_pad", 1));
    } else if (layer instanceof GlobalAverage) {
      return node("GlobalAveragePool", List.of(input), layer.name());
    } else if (layer instanceof LocalResponseNorm n) {
      return node(
          "LRN",
          List.of(input),
          n.name(),
          real("alpha", n.alpha()),
          real("beta", n.beta()),
          real("bias", n.k()),
          ints("size", n.size()));
    } else if (layer instanceof Parallel p) {
      List<String> ends = p.branches().stream().map(branch -> through(branch, input)).toList();
      return p.join() == Join.ADD
          ? node("Add", ends, p.name())
          : node("Concat", ends, p.name(), ints("axis", 1));
    } else if (layer instanceof Dropout) {
      return input;
    }
    throw new IllegalArgumentException("ONNX has no layer of kind " + layer.kind() + " here.");
  }

  private String through(List<Layer> layers, String input) {
    String last = input;
    for (Layer layer : layers) {
      last = add(layer, last);
    }
    return last;
  }

  private String node(String type, List<String> inputs, String name, ProtoWriter... attributes) {
    String output = name.equals(OUTPUT) ? name : name + "_" + made++;
    ProtoWriter node = new ProtoWriter();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, output).text(3, output).text(4, type);
    for (ProtoWriter attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, node);
    return output;
  }

  private String weight(Layer layer, String suffix) {
    String name = layer.name() + "." + suffix;
    Tensor tensor = task.weights().tensors().get(name);
    ByteBuffer raw =
        ByteBuffer.allocate(tensor.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(tensor.values());
    ProtoWriter stored = new ProtoWriter();
    for (int length : tensor.shape()) {
      stored.whole(1, length);
    }
    graph.message(5, stored.whole(2, FLOAT).text(8, name).bytes(9, raw.array()));
    return name;
  }

  private static ProtoWriter ints(String name, long value) {
    return new ProtoWriter().text(1, name).whole(3, value).whole(20, 2);
  }

  private static ProtoWriter real(String name, float value) {
    return new ProtoWriter().text(1, name).real(2, value).whole(20, 1);
  }

  private static ProtoWriter list(String name, long... values) {
    ProtoWriter list = new ProtoWriter().text(1, name);
    for (long value : values) {
      list.whole(8, value);
    }
    return list.whole(20, 7);
  }

  private static ProtoWriter value(String name, long... shape) {
    ProtoWriter lengths = new ProtoWriter();
    for (long length : shape) {
      lengths.message(1, new ProtoWriter().whole(1, length));
    }
    ProtoWriter tensor = new ProtoWriter().whole(1, FLOAT).message(2, lengths);
    return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
  }
}
