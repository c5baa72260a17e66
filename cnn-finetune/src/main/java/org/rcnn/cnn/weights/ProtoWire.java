package org.rcnn.cnn.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads protocol buffers' binary format by a description of the fields that matter; others are
 * skipped. Bytes are read in place, so a message is not copied.
 */
final class ProtoWire {

  /**
   * Most fields accepted: two bytes of a file may become a field of several hundred bytes in
   * memory, and the largest published models have about ten thousand.
   */
  private static final int MOST_FIELDS = 100_000;

  /** What a field holds. */
  private enum Kind {
    TEXT,
    WHOLE,
    FLOAT,
    MESSAGE,
    BLOB
  }

  /**
   * A field that matters.
   *
   * @param name its name in the text format
   * @param kind what it holds
   * @param message the fields of a message in it
   */
  record Field(String name, Kind kind, Map<Integer, Field> message) {
    static Field text(String name) {
      return new Field(name, Kind.TEXT, Map.of());
    }

    static Field whole(String name) {
      return new Field(name, Kind.WHOLE, Map.of());
    }

    static Field real(String name) {
      return new Field(name, Kind.FLOAT, Map.of());
    }

    static Field message(String name, Map<Integer, Field> fields) {
      return new Field(name, Kind.MESSAGE, fields);
    }

    static Field blob(String name) {
      return new Field(name, Kind.BLOB, Map.of());
    }
  }

  /** Receives every field of a message. */
  interface Listener {
    /**
     * A field.
     *
     * @param number its number
     * @param value the value of a scalar; 0 for bytes
     * @param bytes the bytes of a text or message; null for a scalar
     */
    void field(int number, long value, ByteBuffer bytes) throws IOException;
  }

  private int fieldsLeft = MOST_FIELDS;

  private ProtoWire() {}

  /**
   * Reads a message by a description of its fields.
   *
   * @throws IOException if it is cut off or invalid, or has more fields than any model
   */
  static ProtoMessage read(ByteBuffer from, Map<Integer, Field> fields) throws IOException {
    return new ProtoWire().message(from, fields);
  }

  private ProtoMessage message(ByteBuffer from, Map<Integer, Field> fields) throws IOException {
    ProtoMessage message = new ProtoMessage();
    each(
        from,
        (number, value, bytes) -> {
          Field field = fields.get(number);
          if (field != null) {
            add(message, field, value, bytes);
          }
        });
    return message;
  }

  private void add(ProtoMessage message, Field field, long value, ByteBuffer bytes)
      throws IOException {
    count();
    switch (field.kind()) {
      case TEXT -> message.add(field.name(), text(required(bytes)));
      case MESSAGE -> message.add(field.name(), message(required(bytes), field.message()));
      case BLOB -> message.add(field.name(), CaffeBlob.read(required(bytes)));
      case FLOAT -> message.add(field.name(), Float.toString(Float.intBitsToFloat((int) value)));
      case WHOLE -> {
        if (bytes == null) {
          message.add(field.name(), Long.toString(value));
        } else {
          while (bytes.hasRemaining()) {
            count();
            message.add(field.name(), Long.toString(varint(bytes)));
          }
        }
      }
    }
  }

  private void count() throws IOException {
    if (fieldsLeft-- == 0) {
      throw new IOException("it has more fields than any model");
    }
  }

  private static ByteBuffer required(ByteBuffer bytes) throws IOException {
    if (bytes == null) {
      throw new EOFException();
    }
    return bytes;
  }

  /** A text; of one that is longer than any name, its beginning. */
  static String text(ByteBuffer bytes) {
    int length = Math.min(bytes.remaining(), 1 << 16);
    byte[] copy = new byte[length];
    bytes.get(copy);
    return new String(copy, StandardCharsets.UTF_8);
  }

  /**
   * Visits the fields of a message.
   *
   * @throws EOFException if a field reaches beyond the message, or is of no known kind
   */
  static void each(ByteBuffer message, Listener listener) throws IOException {
    ByteBuffer from = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      long tag = varint(from);
      int number = (int) (tag >>> 3);
      switch ((int) tag & 7) {
        case 0 -> listener.field(number, varint(from), null);
        case 1 -> listener.field(number, available(from, 8).getLong(), null);
        case 2 -> {
          long length = varint(from);
          if (length < 0 || length > from.remaining()) {
            throw new EOFException();
          }
          ByteBuffer bytes = from.slice(from.position(), (int) length);
          from.position(from.position() + (int) length);
          listener.field(number, 0, bytes.order(ByteOrder.LITTLE_ENDIAN));
        }
        case 5 -> listener.field(number, available(from, 4).getInt(), null);
        default -> throw new EOFException();
      }
    }
  }

  private static ByteBuffer available(ByteBuffer from, int bytes) throws IOException {
    if (from.remaining() < bytes) {
      throw new EOFException();
    }
    return from;
  }

  static long varint(ByteBuffer from) throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = available(from, 1).get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new EOFException();
  }
}
