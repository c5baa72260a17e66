package org.rcnn.cnn.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.HalfPrecision;
import org.rcnn.data.RegularFile;

/**
 * Weights and their metadata, in the safetensors format: eight bytes of header length, a JSON
 * header with each tensor's type, shape and position, then the values.
 *
 * <p>Reads F64, F32, F16 and BF16; writes F32 or F16. The metadata are the header's {@code
 * __metadata__}: text by key.
 *
 * @param weights the tensors by name
 * @param metadata the writer's notes on them
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
  static final String METADATA = "__metadata__";

  /** Copies the metadata. */
  public WeightFile {
    metadata = Map.copyOf(metadata);
  }

  /**
   * Reads a file.
   *
   * @throws IOException if the file cannot be read, or is not a complete safetensors file
   */
  public static WeightFile read(Path file) throws IOException {
    RegularFile.require(file);
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), Files.size(file));
    }
  }

  /**
   * Reads a stream up to its last tensor. The header is trusted, so read files from strangers by
   * path.
   *
   * @param name the stream's name in error messages
   * @throws IOException if it is not a complete safetensors file
   */
  public static WeightFile read(InputStream in, String name) throws IOException {
    return read(in, name, Long.MAX_VALUE);
  }

  /**
   * Reads a stream of a known size; what its header states must fit that size.
   *
   * @param name the stream's name in error messages
   * @param size the bytes that it has
   * @throws IOException if it is not a complete safetensors file
   */
  public static WeightFile read(InputStream in, String name, long size) throws IOException {
    try {
      return SafetensorsFile.read(in, name, size, false);
    } catch (EOFException e) {
      throw new IOException(name + " ends before its last tensor; copy or download it again.", e);
    }
  }

  /**
   * Writes the file. It appears complete or not at all.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Path file, Precision precision) throws IOException {
    try (AtomicFile aside = AtomicFile.create(file)) {
      write(aside.out(), precision);
      aside.commit();
    }
  }

  /**
   * Writes the bytes of the file to a stream, which stays open.
   *
   * @throws IOException if the stream throws it
   */
  public void write(OutputStream out, Precision precision) throws IOException {
    byte[] header = header(precision).getBytes(StandardCharsets.UTF_8);
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    out.write(length.putLong(header.length).array());
    out.write(header);
    for (Tensor tensor : weights.tensors().values()) {
      out.write(encode(tensor.values(), precision));
    }
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
    // The format requires that values start at a multiple of eight bytes; spaces pad the header.
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
        buffer.putShort(HalfPrecision.nearest(value));
      }
    }
    return buffer.array();
  }
}
