package org.rcnn.cnn.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A message in protocol buffers' binary format, field after field.
 *
 * <p>A message states its length before its bytes. So numbers are kept as they are, by reference,
 * until everything is written: a network's weights are never copied as a whole.
 */
final class ProtoWriter {

  private static final int VARINT = 0;
  private static final int LENGTH = 2;
  private static final int FOUR_BYTES = 5;

  private static final int FLOATS_AT_ONCE = 1 << 14;

  /** Some bytes of the message. */
  private interface Part {
    void writeTo(OutputStream out) throws IOException;
  }

  private final List<Part> parts = new ArrayList<>();

  /** Small fields since the last part. */
  private ByteArrayOutputStream small = new ByteArrayOutputStream();

  private long size;

  ProtoWriter whole(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  ProtoWriter real(int field, float value) {
    tag(field, FOUR_BYTES);
    byte[] bytes =
        ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
    small.writeBytes(bytes);
    size += bytes.length;
    return this;
  }

  ProtoWriter text(int field, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    tag(field, LENGTH);
    varint(bytes.length);
    small.writeBytes(bytes);
    size += bytes.length;
    return this;
  }

  /** Numbers as little-endian bytes; they must not change until the message is written. */
  ProtoWriter raw(int field, float[] values) {
    return large(field, (long) values.length * Float.BYTES, out -> write(values, out));
  }

  /** Numbers as little-endian bytes. */
  ProtoWriter raw(int field, long[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return large(field, bytes.capacity(), out -> out.write(bytes.array()));
  }

  /** A message inside this one; it must be complete. */
  ProtoWriter message(int field, ProtoWriter value) {
    return large(field, value.size, value::writeTo);
  }

  private ProtoWriter large(int field, long length, Part part) {
    tag(field, LENGTH);
    varint(length);
    ByteArrayOutputStream before = small;
    parts.add(before::writeTo);
    parts.add(part);
    small = new ByteArrayOutputStream();
    size += length;
    return this;
  }

  private void tag(int field, int kind) {
    varint((long) field << 3 | kind);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      small.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
      size++;
    }
    small.write((int) rest);
    size++;
  }

  private static void write(float[] values, OutputStream out) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.min(values.length, FLOATS_AT_ONCE) * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < values.length; done += FLOATS_AT_ONCE) {
      int now = Math.min(FLOATS_AT_ONCE, values.length - done);
      bytes.asFloatBuffer().put(values, done, now);
      out.write(bytes.array(), 0, now * Float.BYTES);
    }
  }

  /** The number of bytes so far. */
  long size() {
    return size;
  }

  /** Writes the message. */
  void writeTo(OutputStream out) throws IOException {
    for (Part part : parts) {
      part.writeTo(out);
    }
    small.writeTo(out);
  }
}
