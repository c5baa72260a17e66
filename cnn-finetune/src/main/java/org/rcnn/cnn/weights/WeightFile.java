package org.rcnn.cnn.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.CharConversionException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;

/**
 * Weights and a few lines about them, in the safetensors format: eight bytes of header length, a
 * JSON header with each tensor's type, shape and place, then the values.
 *
 * <p>Reads F32 and F16; writes either. Metadata are the header's {@code __metadata__}: text by key.
 *
 * @param weights the tensors by name
 * @param metadata what the writer noted beside them
 */
public record WeightFile(Weights weights, Map<String, String> metadata) {

  /** How values are stored. */
  public enum Precision {
    /** Four bytes a value, exact. */
    F32(4),
    /** Two bytes a value, rounded to 11 significant bits. */
    F16(2);

    private final int bytes;

    Precision(int bytes) {
      this.bytes = bytes;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METADATA = "__metadata__";

  /** A header longer than this is no header: refused before memory is asked for. */
  private static final long LONGEST_HEADER = 100L << 20;

  /** Keeps its own copy of the metadata. */
  public WeightFile {
    metadata = Map.copyOf(metadata);
  }

  /**
   * Reads a file.
   *
   * @throws IOException if the file cannot be read, or is not a complete safetensors file
   */
  public static WeightFile read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    }
  }

  /**
   * Reads a stream to its end of tensors.
   *
   * @param name what error messages call the stream
   * @throws IOException if it is not a complete safetensors file
   */
  public static WeightFile read(InputStream in, String name) throws IOException {
    try {
      DataInputStream data = new DataInputStream(new BufferedInputStream(in, 1 << 16));
      long length = Long.reverseBytes(data.readLong());
      if (length < 2 || length > LONGEST_HEADER) {
        throw new IOException(
            name + " is not a safetensors file: its header length makes no sense.");
      }
      byte[] header = data.readNBytes((int) length);
      if (header.length < length) {
        throw new EOFException();
      }
      return readTensors(JSON.readTree(header), data, name);
    } catch (EOFException e) {
      throw new IOException(name + " ends before its last tensor; copy or download it again.", e);
    } catch (JsonProcessingException | CharConversionException e) {
      throw new IOException(name + " is not a safetensors file: its header is not JSON.", e);
    }
  }

  private static WeightFile readTensors(JsonNode header, DataInputStream data, String name)
      throws IOException {
    if (!header.isObject()) {
      throw new IOException(name + " is not a safetensors file: its header is not an object.");
    }
    Map<String, String> metadata = new TreeMap<>();
    List<Map.Entry<String, JsonNode>> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().equals(METADATA)) {
        entry.getValue().properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
      } else {
        entries.add(entry);
      }
    }
    entries.sort(Comparator.comparingLong(e -> e.getValue().path("data_offsets").path(0).asLong()));
    Map<String, Tensor> inFileOrder = new LinkedHashMap<>();
    long position = 0;
    for (Map.Entry<String, JsonNode> entry : entries) {
      long begin = entry.getValue().path("data_offsets").path(0).asLong(-1);
      long end = entry.getValue().path("data_offsets").path(1).asLong(-1);
      if (begin < position || end < begin) {
        throw new IOException(
            name + ": the place of tensor " + entry.getKey() + " makes no sense.");
      }
      data.skipNBytes(begin - position);
      inFileOrder.put(entry.getKey(), readTensor(entry, end - begin, data, name));
      position = end;
    }
    return new WeightFile(new Weights(inFileOrder), metadata);
  }

  private static Tensor readTensor(
      Map.Entry<String, JsonNode> entry, long bytes, DataInputStream data, String name)
      throws IOException {
    String dtype = entry.getValue().path("dtype").asText();
    Precision precision =
        switch (dtype) {
          case "F32" -> Precision.F32;
          case "F16" -> Precision.F16;
          default ->
              throw new IOException(
                  "%s: tensor %s has type %s; F32 and F16 can be read."
                      .formatted(name, entry.getKey(), dtype));
        };
    JsonNode lengths = entry.getValue().path("shape");
    int[] shape = new int[lengths.size()];
    long size = lengths.isArray() ? 1 : -1;
    for (int i = 0; i < shape.length; i++) {
      JsonNode length = lengths.get(i);
      shape[i] = length.isIntegralNumber() && length.canConvertToInt() ? length.intValue() : -1;
      // Once negative or beyond an int it stays refused, whatever comes after.
      boolean sensible = shape[i] >= 0 && size >= 0 && size <= Integer.MAX_VALUE;
      size = sensible ? size * shape[i] : -1;
    }
    boolean explained = size >= 0 && size <= bytes && size * precision.bytes == bytes;
    if (!explained || bytes > Integer.MAX_VALUE - 8) {
      throw new IOException(
          "%s: tensor %s has %d bytes, which its shape and type do not explain."
              .formatted(name, entry.getKey(), bytes));
    }
    byte[] raw = data.readNBytes((int) bytes);
    if (raw.length < bytes) {
      throw new EOFException();
    }
    return new Tensor(shape, decode(raw, precision));
  }

  private static float[] decode(byte[] raw, Precision precision) {
    ByteBuffer buffer = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[raw.length / precision.bytes];
    if (precision == Precision.F32) {
      buffer.asFloatBuffer().get(values);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = Half.toFloat(buffer.getShort());
      }
    }
    return values;
  }

  /**
   * Writes the file aside and renames it into place, so that a reader never sees half of it.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Path file, Precision precision) throws IOException {
    Path absolute = file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path partial = absolute.resolveSibling(absolute.getFileName() + ".partial");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), 1 << 16)) {
      byte[] header = header(precision).getBytes(StandardCharsets.UTF_8);
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      out.write(length.putLong(header.length).array());
      out.write(header);
      for (Tensor tensor : weights.tensors().values()) {
        out.write(encode(tensor.values(), precision));
      }
    }
    Files.move(
        partial, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private String header(Precision precision) {
    ObjectNode header = JSON.createObjectNode();
    ObjectNode notes = header.putObject(METADATA);
    new TreeMap<>(metadata).forEach(notes::put);
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : weights.tensors().entrySet()) {
      ObjectNode tensor = header.putObject(entry.getKey());
      tensor.put("dtype", precision.name());
      ArrayNode shape = tensor.putArray("shape");
      for (int length : entry.getValue().shape()) {
        shape.add(length);
      }
      long end = offset + (long) entry.getValue().values().length * precision.bytes;
      tensor.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    // The format asks that values start on a multiple of eight bytes; spaces fill up.
    String text = header.toString();
    int padding = (8 - text.getBytes(StandardCharsets.UTF_8).length % 8) % 8;
    return text + " ".repeat(padding);
  }

  private static byte[] encode(float[] values, Precision precision) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * precision.bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (precision == Precision.F32) {
      buffer.asFloatBuffer().put(values);
    } else {
      for (float value : values) {
        buffer.putShort(Half.fromFloat(value));
      }
    }
    return buffer.array();
  }
}
