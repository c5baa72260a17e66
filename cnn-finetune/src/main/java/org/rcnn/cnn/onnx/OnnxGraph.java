package org.rcnn.cnn.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.data.AtomicFile;

/**
 * An ONNX model while it is written down: inputs, operators in the order in which they run, weights
 * and outputs.
 *
 * <p>Values are known by name. Every method that makes one returns its name, for the operators that
 * use it. The first axis of inputs and outputs is the batch, of any length. Operators are those of
 * {@link #OPERATOR_SET}. Numbers are float32.
 *
 * <p>The file is protocol buffers by the public {@code onnx.proto}; the field numbers here are from
 * there. Weights are not copied: they must not change until {@link #write}.
 */
public final class OnnxGraph {

  /** The version of ONNX's operators: the oldest whose softmax is along one axis. */
  public static final int OPERATOR_SET = 13;

  /** What files with that operator set state as the version of their layout. */
  private static final int LAYOUT_VERSION = 7;

  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private static final int ATTRIBUTE_REAL = 1;
  private static final int ATTRIBUTE_WHOLE = 2;
  private static final int ATTRIBUTE_WHOLES = 7;

  /** The name of the batch axis. */
  private static final String BATCH = "n";

  /** What readers of protocol buffers accept. */
  private static final long MOST_BYTES = Integer.MAX_VALUE;

  /** A setting of an operator. */
  public static final class Attribute {
    private final ProtoWriter content;

    private Attribute(ProtoWriter content) {
      this.content = content;
    }

    /** A whole number. */
    public static Attribute whole(String name, long value) {
      return new Attribute(
          new ProtoWriter().text(1, name).whole(3, value).whole(20, ATTRIBUTE_WHOLE));
    }

    /** A real number. */
    public static Attribute real(String name, float value) {
      return new Attribute(
          new ProtoWriter().text(1, name).real(2, value).whole(20, ATTRIBUTE_REAL));
    }

    /** Several whole numbers. */
    public static Attribute wholes(String name, long... values) {
      ProtoWriter list = new ProtoWriter().text(1, name);
      for (long value : values) {
        list.whole(8, value);
      }
      return new Attribute(list.whole(20, ATTRIBUTE_WHOLES));
    }
  }

  /**
   * An input or output.
   *
   * @param name its name
   * @param shape the lengths of its axes, -1 for the batch
   * @param description what it is, for people
   */
  public record Port(String name, List<Long> shape, String description) {
    private static Port of(String name, String description, long... shape) {
      LongStream all = LongStream.concat(LongStream.of(-1), LongStream.of(shape));
      return new Port(name, all.boxed().toList(), description);
    }

    private ProtoWriter content() {
      ProtoWriter lengths = new ProtoWriter();
      for (long length : shape) {
        ProtoWriter axis = new ProtoWriter();
        lengths.message(1, length < 0 ? axis.text(2, BATCH) : axis.whole(1, length));
      }
      ProtoWriter tensor = new ProtoWriter().whole(1, FLOAT).message(2, lengths);
      return new ProtoWriter()
          .text(1, name)
          .message(2, new ProtoWriter().message(1, tensor))
          .text(3, description);
    }

    /** Name, shape and description, such as {@code fc7 (n x 4096), features at fc7}. */
    @Override
    public String toString() {
      String lengths =
          shape.stream()
              .map(length -> length < 0 ? BATCH : length.toString())
              .collect(Collectors.joining(" x "));
      return "%s (%s), %s".formatted(name, lengths, description);
    }
  }

  private final String producerVersion;
  private final ProtoWriter graph = new ProtoWriter();
  private final ProtoWriter notes = new ProtoWriter();
  private final Set<String> values = new HashSet<>();
  private final List<Port> inputs = new ArrayList<>();
  private final List<Port> outputs = new ArrayList<>();

  /**
   * Begins a model.
   *
   * @param name the graph's name
   * @param producerVersion of the program that writes it
   */
  public OnnxGraph(String name, String producerVersion) {
    this.producerVersion = producerVersion;
    graph.text(2, name);
  }

  /**
   * An input.
   *
   * @param description what it is, for people
   * @param shape the lengths of its axes but the first, the batch
   * @return its name
   */
  public String input(String name, String description, long... shape) {
    Port input = Port.of(name, description, shape);
    inputs.add(input);
    graph.message(11, input.content());
    return named(name);
  }

  /**
   * An operator with one result.
   *
   * @param operator its name in ONNX
   * @param name its own name; the result's is {@code NAME.out}
   * @param inputs the names of the values that it takes
   * @return the result's name
   */
  public String node(String operator, String name, List<String> inputs, Attribute... attributes) {
    return node(operator, name, inputs, name + ".out", attributes);
  }

  private String node(
      String operator, String name, List<String> inputs, String result, Attribute... attributes) {
    ProtoWriter node = new ProtoWriter();
    for (String input : inputs) {
      if (!values.contains(input)) {
        throw new IllegalArgumentException(
            "Operator %s of the graph needs %s, which nothing before it makes."
                .formatted(name, input));
      }
      node.text(1, input);
    }
    node.text(2, result).text(3, name).text(4, operator);
    for (Attribute attribute : attributes) {
      node.message(5, attribute.content);
    }
    graph.message(1, node);
    return named(result);
  }

  /**
   * Weights, or other constant numbers.
   *
   * @return their name
   */
  public String numbers(String name, Tensor tensor) {
    ProtoWriter stored = new ProtoWriter();
    for (int length : tensor.shape()) {
      stored.whole(1, length);
    }
    graph.message(5, stored.whole(2, FLOAT).text(8, name).raw(9, tensor.values()));
    return named(name);
  }

  /** One constant number, which goes with a value of any shape. */
  public String number(String name, double value) {
    return numbers(name, new Tensor(new int[0], new float[] {(float) value}));
  }

  /** A constant list of whole numbers, such as a shape. */
  public String wholes(String name, long... list) {
    graph.message(
        5, new ProtoWriter().whole(1, list.length).whole(2, INT64).text(8, name).raw(9, list));
    return named(name);
  }

  /**
   * Makes a value an output, under a name of its own.
   *
   * @param name the output's name
   * @param description what it is, for people
   * @param from the value's name
   * @param shape the lengths of its axes but the first, the batch
   */
  public void output(String name, String description, String from, long... shape) {
    node("Identity", name + ".output", List.of(from), name);
    Port output = Port.of(name, description, shape);
    outputs.add(output);
    graph.message(12, output.content());
  }

  /** Something to know about the model, which is stored in it by key. */
  public void note(String key, String text) {
    notes.message(14, new ProtoWriter().text(1, key).text(2, text));
  }

  private String named(String value) {
    if (!values.add(value)) {
      throw new IllegalArgumentException(
          "Two values of the graph are called %s; a name belongs to one value.".formatted(value));
    }
    return value;
  }

  /** The inputs so far. */
  public List<Port> inputs() {
    return List.copyOf(inputs);
  }

  /** The outputs so far. */
  public List<Port> outputs() {
    return List.copyOf(outputs);
  }

  /**
   * Writes the model. The file appears complete or not at all.
   *
   * @throws IOException if it cannot be written, or would have 2 GiB or more, which no reader of
   *     ONNX accepts in one file
   */
  public void write(Path file) throws IOException {
    ProtoWriter model =
        new ProtoWriter()
            .whole(1, LAYOUT_VERSION)
            .text(2, "rcnn")
            .text(3, producerVersion)
            .message(7, graph)
            .message(8, new ProtoWriter().text(1, "").whole(2, OPERATOR_SET));
    if (model.size() + notes.size() > MOST_BYTES) {
      throw new IOException(
          "%s would have %,d bytes, and an ONNX file has less than 2 GiB; export a smaller network."
              .formatted(file, model.size() + notes.size()));
    }
    try (AtomicFile aside = AtomicFile.create(file)) {
      model.writeTo(aside.out());
      notes.writeTo(aside.out());
      aside.commit();
    }
  }
}
