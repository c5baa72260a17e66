package org.rcnn.cnn.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.rcnn.data.HalfPrecision;

/** How a file stores numbers, in the spelling of safetensors. */
enum ElementType {
  F64(8, true),
  F32(4, true),
  F16(2, true),
  BF16(2, true),
  I64(8, false),
  I32(4, false),
  I16(2, false),
  I8(1, false),
  U8(1, false),
  BOOL(1, false);

  private static final int CHUNK = 1 << 16;

  private final int bytes;
  private final boolean real;

  ElementType(int bytes, boolean real) {
    this.bytes = bytes;
    this.real = real;
  }

  /** Bytes of one number. */
  int bytes() {
    return bytes;
  }

  /** Whether weights can be of this type; counters and masks are not. */
  boolean real() {
    return real;
  }

  /**
   * Reads little-endian numbers through a small buffer.
   *
   * @param count how many; the caller has checked that the file can hold as many, because all
   *     memory is allocated at once
   * @throws EOFException if the stream ends before
   */
  float[] read(InputStream in, int count) throws IOException {
    float[] values = new float[count];
    int perChunk = CHUNK / bytes;
    // No larger than needed: a file may have hundreds of thousands of tensors without numbers.
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.min(perChunk, count) * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < count; done += perChunk) {
      int now = Math.min(perChunk, count - done);
      if (in.readNBytes(buffer.array(), 0, now * bytes) < now * bytes) {
        throw new EOFException();
      }
      decode(buffer.clear(), values, done, now);
    }
    return values;
  }

  /** Decodes numbers from a buffer in little-endian order. */
  void decode(ByteBuffer from, float[] into, int offset, int count) {
    switch (this) {
      case F32 -> from.asFloatBuffer().get(into, offset, count);
      case F64 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = (float) from.getDouble();
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = HalfPrecision.toFloat(from.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = Float.intBitsToFloat(from.getShort() << 16);
        }
      }
      default -> throw new IllegalStateException("Numbers of type " + this + " are no weights.");
    }
  }
}
