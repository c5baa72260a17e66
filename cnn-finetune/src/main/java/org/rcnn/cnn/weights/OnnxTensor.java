package org.rcnn.cnn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * An initialiser of an ONNX model, its numbers where they lie in the file.
 *
 * @param name its name
 * @param type how its numbers are stored, in the spelling of safetensors
 * @param shape the length of every axis
 * @param bytes the numbers, little end first; null if they are no weights
 */
record OnnxTensor(String name, String type, int[] shape, ByteBuffer bytes) {

  private static final int MOST_AXES = 32;

  /** ONNX's types of numbers in the order in which it counts them, from 1. */
  private static final List<String> TYPES =
      List.of(
          "F32",
          "U8",
          "I8",
          "U16",
          "I16",
          "I32",
          "I64",
          "STRING",
          "BOOL",
          "F16",
          "F64",
          "U32",
          "U64",
          "C64",
          "C128",
          "BF16",
          "F8_E4M3",
          "F8_E4M3FNUZ",
          "F8_E5M2",
          "F8_E5M2FNUZ",
          "U4",
          "I4");

  private static final Map<String, ElementType> REAL =
      Map.of(
          "F32", ElementType.F32,
          "F64", ElementType.F64,
          "F16", ElementType.F16,
          "BF16", ElementType.BF16);

  /** Numbers in another file, as {@code data_location} says it. */
  private static final int EXTERNAL = 1;

  /** The fields of a tensor as they come. */
  private static final class Fields {
    private final int[] shape = new int[MOST_AXES];
    private int axes;
    private long values = 1;
    private int type;
    private String name = "";
    private ByteBuffer raw;
    private ByteBuffer singles;
    private ByteBuffer doubles;
    private boolean halves;
    private boolean external;

    void field(int number, long value, ByteBuffer bytes) throws IOException {
      switch (number) {
        case 1 -> axes(value, bytes);
        case 2 -> type = (int) value;
        case 4 -> singles = only(singles, bytes);
        case 5 -> halves = true;
        case 8 -> name = bytes == null ? "" : ProtoWire.text(bytes);
        case 9 -> raw = only(raw, bytes);
        case 10 -> doubles = only(doubles, bytes);
        case 14 -> external = value == EXTERNAL;
        default -> {
          // Whole numbers, texts and descriptions, of which no weights are made.
        }
      }
    }

    private void axes(long value, ByteBuffer packed) throws IOException {
      if (packed == null) {
        axis(value);
      } else {
        while (packed.hasRemaining()) {
          axis(ProtoWire.varint(packed));
        }
      }
    }

    private void axis(long length) throws IOException {
      boolean sensible =
          axes < MOST_AXES && length >= 0 && length <= Integer.MAX_VALUE && values >= 0;
      // Both are below 2^31, so their product fits a long.
      values = sensible && values <= Integer.MAX_VALUE ? values * length : -1;
      if (values < 0 || values > Integer.MAX_VALUE) {
        throw new IOException("an initialiser has a shape of impossible size");
      }
      shape[axes++] = (int) length;
    }

    private static ByteBuffer only(ByteBuffer before, ByteBuffer bytes) throws IOException {
      if (before != null || bytes == null) {
        throw new IOException("the numbers of an initialiser are not in one piece");
      }
      return bytes;
    }

    OnnxTensor tensor() throws IOException {
      String stored = type >= 1 && type <= TYPES.size() ? TYPES.get(type - 1) : "TYPE" + type;
      ElementType real = REAL.get(stored);
      return new OnnxTensor(
          name, stored, Arrays.copyOf(shape, axes), real == null ? null : numbers(real));
    }

    private ByteBuffer numbers(ElementType real) throws IOException {
      if (external) {
        throw new IOException(
            "its numbers are in another file, which is not read; save it as one file");
      }
      if (halves) {
        throw new IOException(
            "it keeps numbers of half precision as whole numbers; save them as raw data");
      }
      ByteBuffer other =
          real == ElementType.F32 ? singles : real == ElementType.F64 ? doubles : null;
      ByteBuffer found = raw != null ? raw : other;
      int bytes = found == null ? 0 : found.remaining();
      if (values * real.bytes() != bytes) {
        throw new IOException(
            "an initialiser has %d bytes, which its shape does not explain".formatted(bytes));
      }
      return found == null ? ByteBuffer.allocate(0) : found;
    }
  }

  /**
   * Reads a tensor's description.
   *
   * @throws IOException if its shape and its numbers do not match, or they are not in the file
   */
  static OnnxTensor read(ByteBuffer message) throws IOException {
    Fields fields = new Fields();
    ProtoWire.each(message, fields::field);
    return fields.tensor();
  }

  /** Whether it is made of real numbers, as weights are. */
  boolean isReal() {
    return bytes != null;
  }

  /** The numbers, if they are real. */
  float[] values() {
    ElementType real = REAL.get(type);
    float[] values = new float[bytes.remaining() / real.bytes()];
    real.decode(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN), values, 0, values.length);
    return values;
  }
}
