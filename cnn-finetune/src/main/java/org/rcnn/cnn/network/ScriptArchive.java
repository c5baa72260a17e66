package org.rcnn.cnn.network;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.rcnn.cnn.network.FusedNetwork.Numbers;
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

/**
 * Writes a network as a TorchScript archive: a zip of its program, its weights and a pickle that
 * says which is which.
 *
 * <p>The program calls operators that the engine does not offer one by one to Java: oneDNN's
 * convolutions and fully connected layers, each including the ReLU that follows it. Their weights
 * are reordered for the machine once, when the archive is loaded.
 *
 * <p>In bfloat16 oneDNN's operators fail on processors without AVX-512. There the program calls the
 * engine's ordinary operators, which need no instructions for that type.
 */
final class ScriptArchive {

  private static final String ROOT = "network/";
  private static final String PLAIN = "annotate(List[Optional[number]], []), None";

  /** The engine's numbers for types and for the channels-last layout. */
  private static final int FLOAT32 = 6;

  private static final int BFLOAT16 = 15;
  private static final int CHANNELS_LAST = 2;

  /**
   * Images in a pass. With the size of its input given, a convolution's weights take the order that
   * maps stored channels-last need; without, they would be reordered in each pass. The order is the
   * same for other batches.
   */
  private static final int USUAL_BATCH = 64;

  private final NetworkDefinition definition;
  private final boolean bfloat16;
  private final boolean joined;
  private final Map<String, Integer> sides;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> prepared = new LinkedHashMap<>();
  private final StringBuilder body = new StringBuilder();
  private int values;

  private ScriptArchive(NetworkDefinition definition, Numbers numbers, boolean joined) {
    this.definition = definition;
    this.bfloat16 = numbers == Numbers.BFLOAT16;
    this.joined = joined;
    this.sides = Arithmetic.convolvedSides(definition);
  }

  /**
   * Writes the network up to the last of the taps.
   *
   * @param taps what its program returns, in this order
   * @param numbers what it computes with; inputs, results and the archive's weights are float32
   *     either way
   * @param joined whether to use oneDNN's operators, each including the ReLU that follows it, or
   *     the engine's ordinary ones
   */
  static void write(
      Path file,
      NetworkDefinition definition,
      Weights weights,
      List<Tap> taps,
      Numbers numbers,
      boolean joined)
      throws IOException {
    ScriptArchive archive = new ScriptArchive(definition, numbers, joined);
    archive.follow(weights, taps);
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      archive.store(zip, taps.size());
    }
  }

  /**
   * Whether there is a rule for every layer up to the last tap. The rules themselves are asked:
   * they write the program and read no value of the weights, which are missing here.
   */
  static boolean canWrite(NetworkDefinition definition) {
    try {
      new ScriptArchive(definition, Numbers.FLOAT32, true)
          .follow(new Weights(Map.of()), List.copyOf(definition.taps().keySet()));
      return true;
    } catch (NoRuleException e) {
      return false;
    }
  }

  /** A layer is of a kind that no rule writes. */
  private static final class NoRuleException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NoRuleException(Layer layer) {
      super("No rule writes a layer of kind " + layer.kind() + ".");
    }
  }

  /** Writes the program's body and gathers the tensors that it needs. */
  private void follow(Weights weights, List<Tap> taps) {
    Map<String, Tap> tapOf = new LinkedHashMap<>();
    taps.forEach(tap -> tapOf.put(definition.taps().get(tap), tap));
    Map<Tap, String> found = new LinkedHashMap<>();
    String x = bfloat16 ? value("%s", as("x", BFLOAT16)) : "x";
    List<Layer> layers = definition.layers();
    for (int i = 0; i < layers.size() && found.size() < taps.size(); i++) {
      Layer layer = layers.get(i);
      if (layer instanceof Aside aside) {
        if (tapOf.containsKey(layer.name())) {
          found.put(tapOf.get(layer.name()), flat(through(aside.layers(), x, weights)));
        }
        continue;
      }
      boolean relu = absorbs(layers, i) && !tapOf.containsKey(layer.name());
      x = add(layer, relu, x, weights);
      i += relu ? 1 : 0;
      Tap tap = tapOf.get(layers.get(i).name());
      if (tap != null) {
        found.put(tap, flat(x));
      }
    }
    String results =
        taps.stream()
            .map(found::get)
            .map(tap -> bfloat16 ? as(tap, FLOAT32) : tap)
            .collect(Collectors.joining(", "));
    body.append("    return (").append(results).append(taps.size() == 1 ? ",)\n" : ")\n");
  }

  /** Whether a layer includes the ReLU that follows it. */
  private static boolean absorbs(List<Layer> layers, int i) {
    boolean product = layers.get(i) instanceof Convolution || layers.get(i) instanceof Linear;
    return product && i + 1 < layers.size() && layers.get(i + 1) instanceof Relu;
  }

  private String through(List<Layer> layers, String input, Weights weights) {
    String x = input;
    for (int i = 0; i < layers.size(); i++) {
      boolean relu = absorbs(layers, i);
      x = add(layers.get(i), relu, x, weights);
      i += relu ? 1 : 0;
    }
    return x;
  }

  private String add(Layer layer, boolean relu, String x, Weights weights) {
    String attribute = relu ? "\"relu\"" : "\"none\"";
    if (!joined && (layer instanceof Convolution || layer instanceof Linear)) {
      String product = product(layer, x, weights);
      return relu ? value("torch.relu(%s)", product) : product;
    } else if (layer instanceof Convolution c) {
      String settings = pair(c.padding()) + ", " + pair(c.stride()) + ", [1, 1], " + c.groups();
      String weight = tensor(weights.tensors().get(c.name() + ".weight"));
      int side = sides.get(c.name());
      prepared.put(
          weight,
          "ops.mkldnn._reorder_convolution_weight(%s, %s, [%d, %d, %d, %d])"
              .formatted(number(weight), settings, USUAL_BATCH, c.in(), side, side));
      return value(
          "ops.mkldnn._convolution_pointwise(%s, self.%s, self.%s, %s, %s, %s)",
          x, weight, bias(c, weights), settings, attribute, PLAIN);
    } else if (layer instanceof Linear l) {
      String weight = tensor(weights.tensors().get(l.name() + ".weight"));
      prepared.put(weight, "ops.mkldnn._reorder_linear_weight(%s, None)".formatted(number(weight)));
      return value(
          "ops.mkldnn._linear_pointwise(%s, self.%s, self.%s, %s, %s)",
          flat(x), weight, bias(l, weights), attribute, PLAIN);
    } else if (layer instanceof Affine a) {
      return scaleAndShift(a, x, weights);
    } else if (layer instanceof Relu) {
      return value("torch.relu(%s)", x);
    } else if (layer instanceof MaxPool p) {
      return value(
          "torch.max_pool2d(%s, %s, %s, %s, [1, 1], %s)",
          x, pair(p.kernel()), pair(p.stride()), pair(p.padding()), p.ceil() ? "True" : "False");
    } else if (layer instanceof AveragePool p) {
      return value(
          "torch.avg_pool2d(%s, %s, %s, %s, False, True, None)",
          x, pair(p.kernel()), pair(p.stride()), pair(p.padding()));
    } else if (layer instanceof GlobalAverage) {
      return value("torch.adaptive_avg_pool2d(%s, [1, 1])", x);
    } else if (layer instanceof LocalResponseNorm n) {
      int[] square = {n.channels(), n.channels(), 1, 1};
      String band = tensor(new Tensor(square, Network.band(n)));
      float[] k = new float[n.channels()];
      Arrays.fill(k, n.k());
      String sums =
          value(
              "torch.conv2d(torch.square(%s), self.%s, self.%s, [1, 1], [0, 0], [1, 1], 1)",
              x, band, tensor(new Tensor(new int[] {n.channels()}, k)));
      return value("torch.mul(%s, torch.pow(%s, -%s))", x, sums, Float.toString(n.beta()));
    } else if (layer instanceof Parallel p) {
      List<String> ends = p.branches().stream().map(b -> through(b, x, weights)).toList();
      return p.join() == Join.CONCATENATE
          ? value("torch.cat([%s], 1)", String.join(", ", ends))
          : ends.stream().reduce((a, b) -> value("torch.add(%s, %s)", a, b)).orElseThrow();
    } else if (layer instanceof Dropout) {
      return x;
    }
    throw new NoRuleException(layer);
  }

  /** Normalisation by a mean of 0 and a variance of 1. */
  private String scaleAndShift(Affine layer, String x, Weights weights) {
    int[] shape = {layer.channels()};
    float[] ones = new float[layer.channels()];
    Arrays.fill(ones, 1);
    return value(
        "torch.batch_norm(%s, self.%s, self.%s, self.%s, self.%s, False, 0., 0., False)",
        x,
        tensor(weights.tensors().get(layer.name() + ".scale")),
        tensor(weights.tensors().get(layer.name() + ".shift")),
        tensor(new Tensor(shape, new float[layer.channels()])),
        tensor(new Tensor(shape, ones)));
  }

  /** A convolution or a fully connected layer by the engine's ordinary operator. */
  private String product(Layer layer, String x, Weights weights) {
    String weight = tensor(weights.tensors().get(layer.name() + ".weight"));
    if (layer instanceof Convolution c) {
      prepared.put(
          weight, "torch.contiguous(" + number(weight) + ", memory_format=" + CHANNELS_LAST + ")");
      return value(
          "torch.conv2d(%s, self.%s, self.%s, %s, %s, [1, 1], %d)",
          x, weight, bias(c, weights), pair(c.stride()), pair(c.padding()), c.groups());
    }
    return value("torch.linear(%s, self.%s, self.%s)", flat(x), weight, bias(layer, weights));
  }

  /** A tensor of the archive in the type that the program computes with. */
  private String number(String tensor) {
    return bfloat16 ? as(tensor, BFLOAT16) : tensor;
  }

  /** A tensor's values in another type. */
  private static String as(String x, int type) {
    return "torch.to(" + x + ", " + type + ", False, False, None)";
  }

  private String bias(Layer layer, Weights weights) {
    return tensor(weights.tensors().get(layer.name() + ".bias"));
  }

  private static String pair(int length) {
    return "[" + length + ", " + length + "]";
  }

  private String flat(String x) {
    return value("torch.flatten(%s, 1)", x);
  }

  private String value(String expression, Object... parts) {
    String name = "v" + values++;
    body.append("    ")
        .append(name)
        .append(" = ")
        .append(String.format(Locale.ROOT, expression, parts))
        .append('\n');
    return name;
  }

  private String tensor(Tensor tensor) {
    String name = "t" + tensors.size();
    tensors.put(name, tensor);
    return name;
  }

  private String program(int results) {
    String types =
        "Tuple[" + String.join(", ", Collections.nCopies(tensors.size(), "Tensor")) + "]";
    String returned = "Tuple[" + String.join(", ", Collections.nCopies(results, "Tensor")) + "]";
    StringBuilder text = new StringBuilder();
    text.append("class Network(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
    text.append("  training : bool\n");
    tensors.keySet().forEach(name -> text.append("  ").append(name).append(" : Tensor\n"));
    text.append("  def forward(self: __torch__.Network,\n    x: Tensor) -> ");
    text.append(returned).append(":\n").append(body);
    text.append("  def __getstate__(self: __torch__.Network) -> ").append(types).append(":\n");
    text.append("    return (");
    text.append(
        tensors.keySet().stream().map(name -> "self." + name).collect(Collectors.joining(", ")));
    text.append(",)\n");
    text.append("  def __setstate__(self: __torch__.Network,\n    state: ").append(types);
    text.append(") -> NoneType:\n    ").append(String.join(", ", tensors.keySet()));
    text.append(", = state\n    self.training = False\n");
    for (String name : tensors.keySet()) {
      String made = prepared.getOrDefault(name, number(name));
      text.append("    self.").append(name).append(" = ").append(made).append('\n');
    }
    return text.append("    return None\n").toString();
  }

  private void store(ZipOutputStream zip, int results) throws IOException {
    entry(zip, "data.pkl", pickle());
    entry(zip, "code/__torch__.py", ascii(program(results)));
    int key = 0;
    for (Tensor tensor : tensors.values()) {
      ByteBuffer bytes =
          ByteBuffer.allocate(tensor.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(tensor.values());
      entry(zip, "data/" + key++, bytes.array());
    }
    // An empty tuple: every constant is written out in the program.
    entry(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
    entry(zip, "version", ascii("3\n"));
    entry(zip, "byteorder", ascii("little"));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The engine reads entries in place, so they are not compressed. */
  private static void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    ZipEntry entry = new ZipEntry(ROOT + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(sum.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** A {@code Network} whose state is the tuple of all tensors. */
  private byte[] pickle() {
    Pickle pickle = new Pickle();
    pickle
        .instruction(0x80, 2)
        .global("__torch__", "Network")
        .instruction(')', 0x81)
        .instruction('(');
    int key = 0;
    for (Tensor tensor : tensors.values()) {
      pickle.tensor(Integer.toString(key++), tensor);
    }
    return pickle.instruction('t', 'b', '.').bytes();
  }

  /** Writes the few pickle instructions that are needed. */
  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle instruction(int... codes) {
      for (int code : codes) {
        out.write(code);
      }
      return this;
    }

    Pickle global(String module, String name) {
      out.writeBytes(ascii("c" + module + "\n" + name + "\n"));
      return this;
    }

    private Pickle text(String text) {
      return instruction('X').int32(text.length()).raw(ascii(text));
    }

    private Pickle raw(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    private Pickle number(int value) {
      return instruction('J').int32(value);
    }

    private Pickle int32(int value) {
      return raw(
          ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    /** {@code _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
    void tensor(String key, Tensor tensor) {
      global("torch._utils", "_rebuild_tensor_v2").instruction('(', '(');
      text("storage").global("torch", "FloatStorage").text(key).text("cpu");
      number(tensor.values().length).instruction('t', 'Q');
      number(0);
      numbers(tensor.shape());
      numbers(strides(tensor.shape()));
      instruction(0x89).global("collections", "OrderedDict").instruction(')', 'R', 't', 'R');
    }

    private void numbers(int[] values) {
      instruction('(');
      Arrays.stream(values).forEach(this::number);
      instruction('t');
    }

    private static int[] strides(int[] shape) {
      int[] strides = new int[shape.length];
      int stride = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= shape[axis];
      }
      return strides;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
