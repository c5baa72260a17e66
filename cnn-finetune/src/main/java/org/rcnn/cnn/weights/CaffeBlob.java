package org.rcnn.cnn.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The numbers of one parameter in a Caffe model, where they lie in the file.
 *
 * @param shape the length of every axis; old files always have four
 * @param type F32 or F64
 * @param parts the bytes, in one or several stretches
 */
record CaffeBlob(int[] shape, ElementType type, List<ByteBuffer> parts) {

  private static final int MOST_AXES = 32;

  /** Caffe writes the numbers of a parameter in one piece; every piece takes memory of its own. */
  private static final int MOST_PARTS = 1000;

  /**
   * Reads a blob's description.
   *
   * @throws IOException if its shape and its numbers do not match
   */
  static CaffeBlob read(ByteBuffer message) throws IOException {
    long[] legacy = {1, 1, 1, 1};
    boolean[] isLegacy = {false};
    List<Long> lengths = new ArrayList<>();
    List<ByteBuffer> singles = new ArrayList<>();
    List<ByteBuffer> doubles = new ArrayList<>();
    ProtoWire.each(
        message,
        (number, value, bytes) -> {
          switch (number) {
            case 1, 2, 3, 4 -> {
              legacy[number - 1] = value;
              isLegacy[0] = true;
            }
            case 5 -> add(bytes, singles);
            case 7 -> shape(packed(bytes), lengths);
            case 8 -> add(bytes, doubles);
            default -> {
              // Gradients left from training; not needed.
            }
          }
        });
    if (isLegacy[0] && lengths.isEmpty()) {
      Arrays.stream(legacy).forEach(lengths::add);
    }
    ElementType type = doubles.isEmpty() ? ElementType.F32 : ElementType.F64;
    List<ByteBuffer> parts = doubles.isEmpty() ? singles : doubles;
    int[] shape = new int[lengths.size()];
    long count = shape.length > MOST_AXES ? -1 : 1;
    long bytes = parts.stream().mapToLong(ByteBuffer::remaining).sum();
    for (int axis = 0; axis < shape.length && count >= 0; axis++) {
      long length = lengths.get(axis);
      boolean sensible = length >= 0 && length <= Integer.MAX_VALUE && count <= bytes;
      count = sensible ? count * length : -1;
      shape[axis] = (int) length;
    }
    boolean whole = parts.stream().allMatch(part -> part.remaining() % type.bytes() == 0);
    if (!whole || count < 0 || count * type.bytes() != bytes) {
      throw new IOException(
          "a parameter has %d bytes, which its shape does not explain".formatted(bytes));
    }
    return new CaffeBlob(shape, type, parts);
  }

  private static void add(ByteBuffer bytes, List<ByteBuffer> parts) throws IOException {
    if (packed(bytes).hasRemaining()) {
      if (parts.size() == MOST_PARTS) {
        throw new IOException("the numbers of a parameter are in more pieces than Caffe writes");
      }
      parts.add(bytes);
    }
  }

  private static ByteBuffer packed(ByteBuffer bytes) throws IOException {
    if (bytes == null) {
      throw new IOException("its numbers are stored one by one, which Caffe never does");
    }
    return bytes;
  }

  private static void shape(ByteBuffer message, List<Long> lengths) throws IOException {
    ProtoWire.each(
        message,
        (number, value, bytes) -> {
          if (number == 1 && bytes == null && lengths.size() <= MOST_AXES) {
            lengths.add(value);
          } else if (number == 1 && bytes != null) {
            while (bytes.hasRemaining() && lengths.size() <= MOST_AXES) {
              lengths.add(ProtoWire.varint(bytes));
            }
          }
        });
  }

  /** The numbers. */
  float[] values() {
    float[] values = new float[parts.stream().mapToInt(ByteBuffer::remaining).sum() / type.bytes()];
    int done = 0;
    for (ByteBuffer part : parts) {
      int count = part.remaining() / type.bytes();
      type.decode(part.duplicate().order(ByteOrder.LITTLE_ENDIAN), values, done, count);
      done += count;
    }
    return values;
  }
}
