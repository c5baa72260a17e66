package org.rcnn.cnn.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.ProtoWire.Field;
import org.rcnn.cnn.weights.WeightSource.Entry;
import org.rcnn.data.RegularFile;

/**
 * A Caffe model: the {@code .caffemodel}, protocol buffers with every layer's parameters, and the
 * {@code .prototxt} that describes the network for use. Both generations of the format are read:
 * {@code layer} with types as text, and {@code layers} with types in capitals.
 *
 * <p>The description for use defines what a layer does; without one, the description of the
 * training inside the model does. Parameters are called {@code <layer>.weight} and {@code
 * <layer>.bias}; further ones are called {@code <layer>.blob2} and so on. The fully connected
 * layers of old files have four axes, two of length 1: these are dropped.
 *
 * <p>Caffe's networks see blue, green, red. The mean colour and the scale are taken from {@code
 * transform_param} if it is there; without it, ImageNet's mean.
 */
final class CaffeFile implements TensorFile {

  private static final long LARGEST_DESCRIPTION = 4L << 20;

  /** Caffe's own layers have at most six blobs. */
  private static final int MOST_BLOBS = 16;

  /** The name of each of a layer's blobs begins with the layer's. */
  private static final int LONGEST_NAME = 1000;

  private static final Map<Integer, Field> TRANSFORM =
      Map.of(1, Field.real("scale"), 5, Field.real("mean_value"));

  private static final Map<Integer, Field> CONVOLUTION =
      Map.ofEntries(
          Map.entry(1, Field.whole("num_output")),
          Map.entry(2, Field.whole("bias_term")),
          Map.entry(3, Field.whole("pad")),
          Map.entry(4, Field.whole("kernel_size")),
          Map.entry(5, Field.whole("group")),
          Map.entry(6, Field.whole("stride")),
          Map.entry(9, Field.whole("pad_h")),
          Map.entry(10, Field.whole("pad_w")),
          Map.entry(11, Field.whole("kernel_h")),
          Map.entry(12, Field.whole("kernel_w")),
          Map.entry(13, Field.whole("stride_h")),
          Map.entry(14, Field.whole("stride_w")),
          Map.entry(18, Field.whole("dilation")));

  private static final Map<Integer, Field> POOLING =
      Map.of(
          1, Field.whole("pool"),
          2, Field.whole("kernel_size"),
          3, Field.whole("stride"),
          4, Field.whole("pad"),
          12, Field.whole("global_pooling"));

  private static final Map<Integer, Field> NORMALISATION =
      Map.of(
          1, Field.whole("local_size"),
          2, Field.real("alpha"),
          3, Field.real("beta"),
          4, Field.whole("norm_region"),
          5, Field.real("k"));

  private static final Map<Integer, Field> INNER_PRODUCT =
      Map.of(1, Field.whole("num_output"), 2, Field.whole("bias_term"));

  private static final Map<Integer, Field> LAYER =
      Map.of(
          1, Field.text("name"),
          2, Field.text("type"),
          7, Field.blob("blobs"),
          100, Field.message("transform_param", TRANSFORM),
          106, Field.message("convolution_param", CONVOLUTION),
          117, Field.message("inner_product_param", INNER_PRODUCT),
          118, Field.message("lrn_param", NORMALISATION),
          121, Field.message("pooling_param", POOLING));

  private static final Map<Integer, Field> OLD_LAYER =
      Map.of(
          4, Field.text("name"),
          5, Field.whole("type"),
          6, Field.blob("blobs"),
          10, Field.message("convolution_param", CONVOLUTION),
          17, Field.message("inner_product_param", INNER_PRODUCT),
          18, Field.message("lrn_param", NORMALISATION),
          19, Field.message("pooling_param", POOLING),
          36, Field.message("transform_param", TRANSFORM));

  private static final Map<Integer, Field> NET =
      Map.of(
          1, Field.text("name"),
          2, Field.message("layers", OLD_LAYER),
          4, Field.whole("input_dim"),
          100, Field.message("layer", LAYER));

  /** The names of types that matter, by the numbers and the capitals of old files. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("4", "Convolution"),
          Map.entry("CONVOLUTION", "Convolution"),
          Map.entry("6", "Dropout"),
          Map.entry("DROPOUT", "Dropout"),
          Map.entry("14", "InnerProduct"),
          Map.entry("INNER_PRODUCT", "InnerProduct"),
          Map.entry("15", "LRN"),
          Map.entry("17", "Pooling"),
          Map.entry("POOLING", "Pooling"),
          Map.entry("18", "ReLU"),
          Map.entry("RELU", "ReLU"));

  private final List<ProtoMessage> stored;
  private final List<SourceLayer> layers;
  private final Map<String, String> notes;

  private CaffeFile(
      List<ProtoMessage> stored, List<SourceLayer> layers, Map<String, String> notes) {
    this.stored = stored;
    this.layers = layers;
    this.notes = notes;
  }

  /**
   * Opens a model.
   *
   * @param prototxt its description; null for the model's own
   */
  static CaffeFile open(Path file, Path prototxt) throws IOException {
    ProtoMessage model = model(file);
    ProtoMessage description = prototxt == null ? model : description(prototxt);
    List<ProtoMessage> stored = layers(model);
    if (stored.stream().allMatch(layer -> layer.all("blobs", CaffeBlob.class).isEmpty())) {
      throw new IOException(file + " is not a Caffe model, or one without any parameters.");
    }
    for (ProtoMessage layer : stored) {
      if (layer.all("blobs", CaffeBlob.class).size() > MOST_BLOBS
          || layer.text("name", "").length() > LONGEST_NAME) {
        throw new IOException(
            "%s has a layer with more than %d blobs, or with a name of more than %,d letters; it is refused."
                .formatted(file, MOST_BLOBS, LONGEST_NAME));
      }
    }
    List<SourceLayer> described = new ArrayList<>();
    inputSize(description)
        .forEach(size -> described.add(new SourceLayer("input", "input", Map.of("size", size))));
    layers(description).forEach(layer -> described.add(layer(layer)));
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("network", description.text("name", ""));
    notes.put(
        "described-by", prototxt == null ? "the model itself" : prototxt.getFileName().toString());
    notes.putAll(preprocessing(description, model));
    return new CaffeFile(stored, List.copyOf(described), notes);
  }

  /**
   * The description beside a model: of the same name, {@code deploy.prototxt}, or the folder's only
   * one.
   *
   * @return null if there is none, or there are several others
   */
  static Path descriptionBeside(Path file) throws IOException {
    String name = file.getFileName().toString();
    String base = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    for (String usual : List.of(base + ".prototxt", "deploy.prototxt")) {
      if (Files.isRegularFile(file.resolveSibling(usual))) {
        return file.resolveSibling(usual);
      }
    }
    Path folder = file.toAbsolutePath().getParent();
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files
              .filter(path -> path.toString().endsWith(".prototxt"))
              .filter(path -> Files.isRegularFile(path))
              .toList();
      return found.size() == 1 ? found.get(0) : null;
    }
  }

  private static ProtoMessage model(Path file) throws IOException {
    if (Files.size(file) > Integer.MAX_VALUE) {
      throw new IOException(file + " is larger than 2 GiB, which no Caffe model can be.");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer bytes = RegularFile.map(channel, 0, channel.size());
      return ProtoWire.read(bytes, NET);
    } catch (EOFException e) {
      throw new IOException(
          file + " is not a Caffe model, or it is cut off; copy or download it again.", e);
    } catch (IOException e) {
      throw new IOException("%s is not a Caffe model: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static ProtoMessage description(Path prototxt) throws IOException {
    byte[] bytes = RegularFile.bytes(prototxt, LARGEST_DESCRIPTION);
    ProtoMessage description =
        ProtoText.read(new String(bytes, StandardCharsets.UTF_8), prototxt.toString());
    if (layers(description).isEmpty()) {
      throw new IOException(prototxt + " describes no layers.");
    }
    return description;
  }

  private static List<ProtoMessage> layers(ProtoMessage net) {
    return Stream.concat(net.messages("layer").stream(), net.messages("layers").stream()).toList();
  }

  private static String type(ProtoMessage layer) {
    String type = layer.text("type", "");
    return TYPES.getOrDefault(type, type);
  }

  /** The side of a square input, where the description tells. */
  private static List<Double> inputSize(ProtoMessage description) {
    List<Double> lengths = new ArrayList<>(description.numbers("input_dim"));
    description.messages("input_shape").forEach(shape -> lengths.addAll(shape.numbers("dim")));
    layers(description).stream()
        .flatMap(layer -> layer.message("input_param").messages("shape").stream())
        .forEach(shape -> lengths.addAll(shape.numbers("dim")));
    return lengths.size() == 4 ? List.of(lengths.get(3)) : List.of();
  }

  private static Map<String, String> preprocessing(ProtoMessage description, ProtoMessage model)
      throws IOException {
    Map<String, String> notes = new LinkedHashMap<>(Preprocessing.caffe().notes());
    List<ProtoMessage> transforms =
        Stream.of(description, model)
            .flatMap(net -> layers(net).stream())
            .flatMap(layer -> layer.messages("transform_param").stream())
            .toList();
    for (ProtoMessage transform : transforms) {
      List<Double> mean = transform.numbers("mean_value");
      if (mean.size() == 1 || mean.size() == 3) {
        notes.put("mean", mean.stream().map(String::valueOf).collect(Collectors.joining(",")));
      }
      if (transform.has("scale")) {
        notes.put("scale", Double.toString(transform.number("scale", 1)));
      }
      if (!mean.isEmpty() || transform.has("scale")) {
        break;
      }
    }
    return notes;
  }

  /** A layer in this project's terms. */
  private static SourceLayer layer(ProtoMessage layer) {
    String name = layer.text("name", "");
    Map<String, Double> facts = new LinkedHashMap<>();
    switch (type(layer)) {
      case "Convolution" -> {
        ProtoMessage settings = layer.message("convolution_param");
        facts.put("number of outputs", settings.number("num_output", Double.NaN));
        windows(settings, facts);
        facts.put("number of groups", settings.number("group", 1));
        facts.put("dilation", settings.number("dilation", 1));
        return new SourceLayer(name, "Convolution", facts);
      }
      case "InnerProduct" -> {
        ProtoMessage settings = layer.message("inner_product_param");
        facts.put("number of outputs", settings.number("num_output", Double.NaN));
        return new SourceLayer(name, "Linear", facts);
      }
      case "Pooling" -> {
        ProtoMessage settings = layer.message("pooling_param");
        String pool = settings.text("pool", "MAX");
        boolean largest = pool.equals("MAX") || pool.equals("0");
        if (isTrue(settings, "global_pooling")) {
          return new SourceLayer(name, largest ? "GlobalMax" : "GlobalAverage", facts);
        }
        windows(settings, facts);
        return new SourceLayer(name, largest ? "MaxPool" : "AveragePool", facts);
      }
      case "LRN" -> {
        ProtoMessage settings = layer.message("lrn_param");
        facts.put("size", settings.number("local_size", 5));
        facts.put("alpha", settings.number("alpha", 1));
        facts.put("beta", settings.number("beta", 0.75));
        facts.put("k", settings.number("k", 1));
        String region = settings.text("norm_region", "0");
        boolean within = region.equals("WITHIN_CHANNEL") || region.equals("1");
        return new SourceLayer(
            name, within ? "LocalResponseNorm within channels" : "LocalResponseNorm", facts);
      }
      case "ReLU" -> {
        return new SourceLayer(name, "Relu", facts);
      }
      default -> {
        return new SourceLayer(name, type(layer), facts);
      }
    }
  }

  private static boolean isTrue(ProtoMessage settings, String field) {
    String value = settings.text(field, "false");
    return value.equals("true") || value.equals("1");
  }

  private static void windows(ProtoMessage settings, Map<String, Double> facts) {
    facts.put("kernel", side(settings, "kernel_size", "kernel", Double.NaN));
    facts.put("stride", side(settings, "stride", "stride", 1));
    facts.put("padding", side(settings, "pad", "pad", 0));
  }

  /** A length in both directions; NaN if they differ, which no layer here supports. */
  private static double side(ProtoMessage settings, String both, String each, double otherwise) {
    double high = settings.number(each + "_h", settings.number(both, otherwise));
    double wide = settings.number(each + "_w", settings.number(both, otherwise));
    return high == wide ? high : Double.NaN;
  }

  @Override
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (ProtoMessage layer : stored) {
      List<CaffeBlob> blobs = layer.all("blobs", CaffeBlob.class);
      for (int i = 0; i < blobs.size(); i++) {
        entries.add(
            new Entry(name(layer, i), blobs.get(i).type().name(), shape(layer, blobs.get(i), i)));
      }
    }
    return entries;
  }

  private static String name(ProtoMessage layer, int blob) {
    String suffix = blob == 0 ? "weight" : blob == 1 ? "bias" : "blob" + blob;
    return layer.text("name", "") + "." + suffix;
  }

  private static int[] shape(ProtoMessage layer, CaffeBlob blob, int index) {
    int[] shape = blob.shape();
    int wanted = index == 1 ? 1 : type(layer).equals("InnerProduct") ? 2 : shape.length;
    int first = 0;
    while (shape.length - first > wanted && shape[first] == 1) {
      first++;
    }
    return Arrays.copyOfRange(shape, first, shape.length);
  }

  @Override
  public Map<String, String> notes() {
    return notes;
  }

  @Override
  public List<SourceLayer> layers() {
    return layers;
  }

  @Override
  public Weights read() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (ProtoMessage layer : stored) {
      List<CaffeBlob> blobs = layer.all("blobs", CaffeBlob.class);
      for (int i = 0; i < blobs.size(); i++) {
        int[] shape = shape(layer, blobs.get(i), i);
        tensors.put(name(layer, i), new Tensor(shape, blobs.get(i).values()));
      }
      boolean withoutBias =
          blobs.size() == 1
              && blobs.get(0).shape().length > 1
              && (type(layer).equals("Convolution") || type(layer).equals("InnerProduct"));
      if (withoutBias) {
        int outputs = shape(layer, blobs.get(0), 0)[0];
        tensors.put(name(layer, 1), new Tensor(new int[] {outputs}, new float[outputs]));
      }
    }
    return new Weights(tensors);
  }
}
