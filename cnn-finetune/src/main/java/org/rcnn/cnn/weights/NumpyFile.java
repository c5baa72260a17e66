package org.rcnn.cnn.weights;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightSource.Entry;

/**
 * NumPy's {@code .npz}: a zip of arrays, one {@code NAME.npy} each, named as a state dict names
 * them: {@code <layer>.weight}, {@code <layer>.bias}.
 *
 * <p>An {@code .npy} is a mark, a version, the length of a header, the header (a Python dictionary
 * of type, order and shape) and the numbers. Arrays of Python objects are pickles; they are
 * refused.
 */
final class NumpyFile implements TensorFile {

  private static final int LONGEST_HEADER = 1 << 16;
  private static final int MOST_AXES = 8;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']{1,16})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9L, ]*)\\)");
  private static final Map<String, ElementType> TYPES =
      Map.of(
          "<f8", ElementType.F64,
          "<f4", ElementType.F32,
          "<f2", ElementType.F16,
          "<i8", ElementType.I64,
          "<i4", ElementType.I32,
          "<i2", ElementType.I16,
          "|i1", ElementType.I8,
          "|u1", ElementType.U8,
          "|b1", ElementType.BOOL);

  /** What an array's header says. */
  private record Header(ElementType type, boolean columnsFirst, int[] shape) {
    long count() {
      return Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
    }
  }

  private final Path file;
  private final Map<String, Header> headers;

  private NumpyFile(Path file, Map<String, Header> headers) {
    this.file = file;
    this.headers = headers;
  }

  static NumpyFile open(Path file) throws IOException {
    Map<String, Header> headers = new LinkedHashMap<>();
    try (ZipContents zip = ZipContents.open(file)) {
      for (String part : zip.names()) {
        if (part.endsWith(".npy")) {
          long size = zip.size(part);
          try (DataInputStream in = new DataInputStream(zip.open(part))) {
            Header header = header(in, "%s, array %s".formatted(file, part));
            if (header.count() > size / header.type().bytes()) {
              throw new EOFException();
            }
            headers.put(part.substring(0, part.length() - ".npy".length()), header);
          }
        }
      }
    }
    return new NumpyFile(file, headers);
  }

  private static Header header(DataInputStream in, String name) throws IOException {
    byte[] start = in.readNBytes(8);
    boolean marked =
        start.length == 8
            && new String(start, 0, 6, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY");
    if (!marked || start[6] < 1 || start[6] > 3) {
      throw new IOException(name + ", does not begin as NumPy's arrays do.");
    }
    long length =
        start[6] == 1
            ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
            : Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
    if (length > LONGEST_HEADER) {
      throw new IOException(name + ", has a header of impossible length.");
    }
    byte[] text = in.readNBytes((int) length);
    if (text.length < length) {
      throw new EOFException();
    }
    return parse(new String(text, StandardCharsets.ISO_8859_1), name);
  }

  private static Header parse(String text, String name) throws IOException {
    Matcher type = TYPE.matcher(text);
    Matcher order = ORDER.matcher(text);
    Matcher shape = SHAPE.matcher(text);
    if (!type.find() || !order.find() || !shape.find()) {
      throw new IOException(name + ", has a header that describes no plain array.");
    }
    if (!TYPES.containsKey(type.group(1))) {
      throw new IOException(
          "%s, has numbers of type %s; f2, f4, f8 and integers, little end first, can be read."
              .formatted(name, type.group(1).replaceAll("[^ -~]", "?")));
    }
    String[] lengths =
        Arrays.stream(shape.group(1).split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .toArray(String[]::new);
    int[] axes = new int[lengths.length];
    long count = 1;
    for (int i = 0; i < axes.length; i++) {
      String digits = lengths[i].replace("L", "");
      boolean sensible = axes.length <= MOST_AXES && digits.matches("[0-9]{1,9}");
      axes[i] = sensible ? Integer.parseInt(digits) : -1;
      // Both are below 2^31, so their product fits a long.
      count = sensible && count <= Integer.MAX_VALUE - 8 ? count * axes[i] : Long.MAX_VALUE;
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw new IOException(name + ", has a shape of impossible size.");
    }
    return new Header(TYPES.get(type.group(1)), order.group(1).equals("True"), axes);
  }

  @Override
  public List<Entry> entries() {
    return headers.entrySet().stream()
        .map(e -> new Entry(e.getKey(), e.getValue().type().name(), e.getValue().shape()))
        .toList();
  }

  @Override
  public Weights read() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (ZipContents zip = ZipContents.open(file)) {
      for (Map.Entry<String, Header> array : headers.entrySet()) {
        Header header = array.getValue();
        if (header.type().real()) {
          String part = array.getKey() + ".npy";
          zip.size(part);
          try (DataInputStream in = new DataInputStream(zip.open(part))) {
            header(in, "%s, array %s".formatted(file, part));
            float[] values = header.type().read(in, (int) header.count());
            tensors.put(array.getKey(), tensor(header, values));
          }
        }
      }
    }
    return new Weights(tensors);
  }

  private static Tensor tensor(Header header, float[] values) {
    int[] shape = header.shape();
    if (!header.columnsFirst()) {
      return new Tensor(shape, values);
    }
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return new Tensor(shape, Strided.gather(values, 0, shape, strides));
  }
}
