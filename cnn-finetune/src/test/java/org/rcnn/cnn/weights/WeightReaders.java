package org.rcnn.cnn.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Layer.Convolution;
import org.rcnn.cnn.network.Layer.Linear;
import org.rcnn.cnn.network.Layer.LocalResponseNorm;
import org.rcnn.cnn.network.Layer.MaxPool;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Tap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.onnx.OnnxGraph;
import org.rcnn.cnn.onnx.OnnxNetwork;
import org.rcnn.cnn.weights.WeightFile.Precision;
import org.rcnn.data.fuzz.FuzzedReader;
import org.rcnn.data.fuzz.FuzzedReaders;
import org.rcnn.data.fuzz.Repairs;

/** Weight files of every format, each part of the zips by itself and the zips as they are. */
public final class WeightReaders implements FuzzedReaders {

  private static final NetworkDefinition NETWORK =
      ToyNetworks.of(
          8,
          2,
          new Convolution("conv1", 3, 4, 3, 1, 1, 1),
          new MaxPool("pool1", 2, 2, 0, true),
          new LocalResponseNorm("norm1", 4, 5, 1e-4f, 0.75f, 1),
          new Linear("fc8", 64, 2));

  private static final String[] IN_PICKLES = {
    "\u0080\2",
    "c",
    "ctorch\nFloatStorage\n",
    "cposix\nsystem\n",
    "(",
    ")",
    "t",
    "R",
    "}",
    "]",
    "u",
    "s",
    "a",
    "e",
    "Q",
    ".",
    "q\0",
    "h\0",
    "r\0\0\0\0",
    "j\0\0\0\0",
    "X\1\0\0\0a",
    "J\u00ff\u00ff\u00ff\u00ff",
    "M\u00ff\u00ff",
    "K\1",
    "\u008a\1\u00ff",
    "\u008b\u00ff\u00ff\u00ff\u007f",
    "b",
    "0",
    "2",
    "1",
    "\u0085",
    "\u0086",
    "\u0087",
    "N",
    "\u0088",
    "\u0089",
    "G\177\u00f0\0\0\0\0\0\0"
  };

  /** Made by the name of the class. */
  public WeightReaders() {}

  @Override
  public List<FuzzedReader> in(Path folder) throws IOException {
    List<FuzzedReader> all = new ArrayList<>();
    all.add(safetensors(folder));
    all.addAll(numpy(folder));
    all.addAll(torch(folder));
    all.addAll(caffe(folder));
    all.add(onnx(folder));
    return all;
  }

  private static void read(Path file) throws IOException {
    WeightSource source = WeightSource.open(file);
    source.entries();
    source.layers();
    source.preprocessing(Preprocessing.torchvision());
    source.read();
  }

  private static FuzzedReader safetensors(Path folder) throws IOException {
    Path file = folder.resolve("net.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("fc.weight", new Tensor(new int[] {2, 2}, new float[] {1, 2, 3, 4}));
    tensors.put("fc.bias", new Tensor(new int[] {2}, new float[] {5, 6}));
    new WeightFile(new Weights(tensors), Preprocessing.caffe().notes()).write(file, Precision.F16);
    byte[] half = Files.readAllBytes(file);
    new WeightFile(new Weights(tensors), Map.of()).write(file, Precision.F32);
    return FuzzedReader.of(
            "safetensors",
            file,
            each -> {
              read(each);
              WeightFile.read(each);
            },
            half,
            Files.readAllBytes(file))
        .withWords(
            "{",
            "}",
            "[",
            "]",
            "\"shape\"",
            "\"dtype\"",
            "\"data_offsets\"",
            "\"F64\"",
            "\"BF16\"",
            "\"F32\"",
            "__metadata__",
            ",",
            ":",
            "null",
            "1e9",
            "\"mean\"",
            "\"scale\"");
  }

  private static FuzzedReader onnx(Path folder) throws IOException {
    Path file = folder.resolve("net.onnx");
    OnnxGraph graph = new OnnxGraph("net", "");
    String images = graph.input("images", "", 3, 8, 8);
    OnnxNetwork.add(graph, NETWORK, ToyNetworks.random(NETWORK, 1), images, Set.of(Tap.SCORES));
    Preprocessing.caffe().notes().forEach(graph::note);
    graph.write(file);
    return FuzzedReader.of("onnx", file, WeightReaders::read, Files.readAllBytes(file))
        .withWords(
            "*",
            "\"",
            "J",
            "r",
            "\b",
            "\20\1",
            "\20\u000b",
            "p\1",
            "\u00ff\u00ff\u00ff\u00ff\17",
            "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\1",
            "conv1.weight");
  }

  private static byte[] array(String type, String order, String shape, byte[] values) {
    byte[] text =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
            .formatted(type, order, shape)
            .getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    out.write(text.length);
    out.write(0);
    out.writeBytes(text);
    out.writeBytes(values);
    return out.toByteArray();
  }

  private static List<FuzzedReader> numpy(Path folder) {
    byte[] rows =
        array("<f4", "False", "(2, 3)", CaffeModel.floats(new float[] {1, 2, 3, 4, 5, 6}));
    byte[] columns = array("<f4", "True", "(3, 1, 2)", CaffeModel.floats(new float[6]));
    byte[] counter = array("<i8", "False", "()", new byte[8]);
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("fc.weight.npy", rows);
    parts.put("steps.npy", counter);
    return List.of(
        FuzzedReader.of(
                "npy", folder.resolve("net.npz"), WeightReaders::read, rows, columns, counter)
            .withRepair(Repairs.inZip(parts, "fc.weight.npy"))
            .withWords(
                "<f8", "<f2", "|b1", "|O", ">f4", "True", "(", ")", ",", "L", "'", "\2", "\3"),
        FuzzedReader.of("npz", folder.resolve("whole.npz"), WeightReaders::read, Repairs.zip(parts))
            .withWords("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "PK\6\7", "PK\7\u0008", ".npy"));
  }

  private static Pickle stateDict() {
    return new Pickle().global("collections", "OrderedDict").op(')').op('R').op('(');
  }

  private static List<FuzzedReader> torch(Path folder) {
    byte[] description =
        stateDict()
            .text("fc.weight")
            .floats("0", 2, 3)
            .text("fc.bias")
            .floats("1", 2)
            .op('u')
            .end();
    byte[] view =
        stateDict()
            .text("a")
            .tensor("Half", "0", 12, 1, new int[] {2, 2}, new int[] {1, 3})
            .text("steps")
            .tensor("Long", "1", 1, 0, new int[] {}, new int[] {})
            .op('u')
            .end();
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("net/data.pkl", description);
    parts.put("net/data/0", CaffeModel.floats(new float[] {1, 2, 3, 4, 5, 6}));
    parts.put("net/data/1", CaffeModel.floats(new float[] {7, 8}));
    byte[] old =
        old(stateDict().text("fc.bias").floats("a", 2).op('u').end(), "a", new float[] {7, 8});
    return List.of(
        FuzzedReader.of(
                "torch-pickle", folder.resolve("net.pth"), WeightReaders::read, description, view)
            .withRepair(Repairs.inZip(parts, "net/data.pkl"))
            .withWords(IN_PICKLES),
        FuzzedReader.of(
                "torch-zip", folder.resolve("whole.pth"), WeightReaders::read, Repairs.zip(parts))
            .withWords("PK\1\2", "PK\3\4", "PK\5\6", "PK\6\6", "net/data/0", "net/data/1"),
        FuzzedReader.of("torch-old", folder.resolve("old.pth"), WeightReaders::read, old)
            .withWords(IN_PICKLES));
  }

  /** A file of the time before zips. */
  private static byte[] old(byte[] description, String key, float[] values) {
    byte[] magic = {
      0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
    };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Pickle first = new Pickle().op(0x8a).op(magic.length);
    for (byte each : magic) {
      first.op(each);
    }
    out.writeBytes(first.end());
    out.writeBytes(new Pickle().op('M').op(0xe9).op(3).end());
    out.writeBytes(new Pickle().op('}').end());
    out.writeBytes(description);
    out.writeBytes(new Pickle().op(']').text(key).op('a').end());
    out.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(values.length).array());
    out.writeBytes(CaffeModel.floats(values));
    return out.toByteArray();
  }

  private static List<FuzzedReader> caffe(Path folder) throws IOException {
    Weights weights = ToyNetworks.random(NETWORK, 1);
    List<byte[]> models = new ArrayList<>();
    for (boolean old : new boolean[] {false, true}) {
      models.add(Files.readAllBytes(CaffeModel.write(folder, NETWORK, weights, old)));
    }
    // The last one written is described beside it.
    Path described = Files.createDirectories(folder.resolve("described"));
    Files.write(described.resolve("net.caffemodel"), models.get(0));
    Path alone = Files.createDirectories(folder.resolve("alone"));
    return List.of(
        FuzzedReader.of(
                "caffemodel",
                alone.resolve("net.caffemodel"),
                WeightReaders::read,
                models.toArray(byte[][]::new))
            .withWords(
                "\u00a2\6",
                "\22",
                "\n",
                "\u00ff\u00ff\u00ff\u00ff\17",
                "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\1",
                "\b",
                "\r",
                "Convolution"),
        FuzzedReader.ofText(
                "prototxt",
                described.resolve("net.prototxt"),
                file -> read(described.resolve("net.caffemodel")),
                CaffeModel.prototxt(NETWORK, false),
                CaffeModel.prototxt(NETWORK, true))
            .withWords("{", "}", ":", "[", "]", "<", ">", "#", "\"", "\\", "layer", "pad", "1e9"));
  }
}
