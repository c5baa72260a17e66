package org.rcnn.data.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.rcnn.data.HalfPrecision;

/**
 * One image's features, encoded for a {@link FeatureStore}. Encoding does not need the store, so
 * worker threads encode, and the thread that writes only copies bytes.
 *
 * <p>Sparse form, little-endian: first a table with the end of every row's data, as a 32-bit offset
 * from the end of the table; then the rows, each a bitmap of {@code ceil(dimension / 64)} 64-bit
 * words (bit {@code i % 64} of word {@code i / 64} marks value i) and the marked values as halves,
 * in order. Dense form: the floats, row by row.
 */
public final class EncodedRows {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private final Encoding encoding;
  private final int rows;
  private final int dimension;
  private final byte[] bytes;
  private final int length;

  private EncodedRows(Encoding encoding, int rows, int dimension, byte[] bytes, int length) {
    this.encoding = encoding;
    this.rows = rows;
    this.dimension = dimension;
    this.bytes = bytes;
    this.length = length;
  }

  /**
   * Encodes a row-major matrix.
   *
   * @param values at least {@code rows · dimension} floats; more are ignored
   * @throws IllegalArgumentException if there are fewer, a value is NaN, or the result is larger
   *     than one record can be (1 GiB)
   */
  public static EncodedRows encode(Encoding encoding, float[] values, int rows, int dimension) {
    if (rows < 0 || dimension < 1 || (long) rows * dimension > values.length) {
      throw new IllegalArgumentException(
          "%d rows of %d values cannot be taken from an array of %d."
              .formatted(rows, dimension, values.length));
    }
    return switch (encoding) {
      case SPARSE_FP16 -> sparse(values, rows, dimension);
      case DENSE_FP32 -> dense(values, rows, dimension);
    };
  }

  private static EncodedRows dense(float[] values, int rows, int dimension) {
    int count = rows * dimension;
    byte[] bytes = new byte[byteCount(4L * count)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values, 0, count);
    return new EncodedRows(Encoding.DENSE_FP32, rows, dimension, bytes, bytes.length);
  }

  private static EncodedRows sparse(float[] values, int rows, int dimension) {
    int table = byteCount(4L * rows);
    int longestRow = longestRow(dimension);
    // Usually a quarter of the values are not zero; the array grows if there are more.
    byte[] bytes = new byte[byteCount(table + rows * (longestRow / 3L) + longestRow)];
    int at = table;
    for (int row = 0; row < rows; row++) {
      if (bytes.length - at < longestRow) {
        bytes = Arrays.copyOf(bytes, byteCount(bytes.length + bytes.length / 2L + longestRow));
      }
      at = encodeRow(values, row * dimension, dimension, bytes, at);
      INT.set(bytes, 4 * row, at - table);
    }
    return new EncodedRows(Encoding.SPARSE_FP16, rows, dimension, bytes, at);
  }

  private static int byteCount(long count) {
    if (count > 1 << 30) {
      throw new IllegalArgumentException(
          "The features of one image need %d bytes; at most 1 GiB can be stored.".formatted(count));
    }
    return (int) count;
  }

  /** An upper bound of a sparse row's bytes. */
  static int longestRow(int dimension) {
    return 8 * words(dimension) + 2 * dimension;
  }

  private static int words(int dimension) {
    return (dimension + 63) >>> 6;
  }

  /**
   * Two passes over 64 values at a time: the first gathers the bitmap without a branch, the second
   * visits the marked values only. One pass with a branch per value is slower, because whether a
   * feature is zero cannot be predicted.
   *
   * @return where the row's bytes end
   */
  private static int encodeRow(float[] values, int from, int dimension, byte[] into, int at) {
    int bitmap = at;
    int halves = at + 8 * words(dimension);
    for (int start = 0; start < dimension; start += 64) {
      int count = Math.min(64, dimension - start);
      int base = from + start;
      long marks = 0;
      for (int i = 0; i < count; i++) {
        // Shifting out the sign leaves 0 for both zeros; the negation of anything else has its top
        // bit set.
        int magnitude = Float.floatToRawIntBits(values[base + i]) << 1;
        marks |= (long) ((magnitude | -magnitude) >>> 31) << i;
      }
      LONG.set(into, bitmap, marks);
      bitmap += 8;
      while (marks != 0) {
        float value = values[base + Long.numberOfTrailingZeros(marks)];
        SHORT.set(into, halves, HalfPrecision.saturated(value));
        halves += 2;
        marks &= marks - 1;
      }
    }
    return halves;
  }

  /** Whether a record can hold so many rows. */
  static boolean fit(Encoding encoding, int rows, int dimension, int bytes) {
    if (rows < 0) {
      return false;
    }
    return switch (encoding) {
      case DENSE_FP32 -> 4L * rows * dimension == bytes;
      case SPARSE_FP16 -> rows * (4L + 8L * words(dimension)) <= bytes;
    };
  }

  /**
   * Decodes some rows of a record.
   *
   * @param rows how many rows the record holds
   * @param chosen which of them, or null for all in order
   * @param into receives one row after the other
   * @throws IndexOutOfBoundsException or {@link java.nio.BufferUnderflowException} if the record is
   *     not what {@link #encode} gives
   */
  static void decode(
      Encoding encoding, ByteBuffer record, int rows, int dimension, int[] chosen, float[] into) {
    int count = chosen == null ? rows : chosen.length;
    if (encoding == Encoding.DENSE_FP32) {
      for (int k = 0; k < count; k++) {
        int row = chosen == null ? k : chosen[k];
        record
            .slice(4 * row * dimension, 4 * dimension)
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer()
            .get(into, k * dimension, dimension);
      }
      return;
    }
    // One row's bytes fit the first-level cache; a plain array is faster to index than the mapping.
    byte[] scratch = new byte[longestRow(dimension)];
    int table = 4 * rows;
    for (int k = 0; k < count; k++) {
      int row = chosen == null ? k : chosen[k];
      int start = row == 0 ? 0 : record.getInt(4 * (row - 1));
      record.get(table + start, scratch, 0, record.getInt(4 * row) - start);
      decodeRow(scratch, dimension, into, k * dimension);
    }
  }

  private static void decodeRow(byte[] row, int dimension, float[] into, int at) {
    Arrays.fill(into, at, at + dimension, 0);
    int words = words(dimension);
    int halves = 8 * words;
    for (int word = 0; word < words; word++) {
      long marks = (long) LONG.get(row, 8 * word);
      int base = at + 64 * word;
      if (word == words - 1 && dimension % 64 != 0 && marks >>> dimension % 64 != 0) {
        throw new IndexOutOfBoundsException("a mark beyond the last value");
      }
      while (marks != 0) {
        into[base + Long.numberOfTrailingZeros(marks)] =
            HalfPrecision.toFloat((short) SHORT.get(row, halves));
        halves += 2;
        marks &= marks - 1;
      }
    }
  }

  /** The encoding. */
  public Encoding encoding() {
    return encoding;
  }

  /** How many rows there are. */
  public int rows() {
    return rows;
  }

  /** How many values a row has. */
  public int dimension() {
    return dimension;
  }

  /** The size in bytes. */
  public int length() {
    return length;
  }

  /** The rows as a store has them. */
  public StoredRecord stored() {
    return new StoredRecord(rows, bytes());
  }

  /**
   * The values of a store's record.
   *
   * @param encoding the store's
   * @param dimension the store's
   * @return {@code rows x dimension} values, row by row
   * @throws IllegalArgumentException if the record is not of such rows
   */
  public static float[] values(Encoding encoding, int dimension, StoredRecord record) {
    ByteBuffer bytes = record.bytes();
    int rows = record.tag();
    if (!fit(encoding, rows, dimension, bytes.remaining())) {
      throw new IllegalArgumentException(
          "The record is not %d rows of %d values encoded as %s."
              .formatted(rows, dimension, encoding));
    }
    float[] values = new float[Math.multiplyExact(rows, dimension)];
    decode(encoding, bytes, rows, dimension, null, values);
    return values;
  }

  ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes, 0, length);
  }
}
