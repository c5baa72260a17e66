package org.rcnn.data.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Changes inputs at random: bits and bytes, numbers at the edges of their types, pieces cut,
 * doubled, moved, taken from another input or repeated thousands of times, and the words of a
 * format. One to eight such changes make an input, so that most keep much of their structure.
 */
final class Mutation {

  /** The most bytes of an input; repeated pieces fill at most a quarter of it. */
  private static final int LONGEST = 1 << 18;

  private static final int MOST_CHANGES = 8;

  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32767,
    -32768,
    65535,
    65536,
    1 << 20,
    1 << 24,
    1 << 30,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    0xffffffffL,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "-1",
          "1e308",
          "1e999",
          "-1e999",
          "NaN",
          "Infinity",
          "1e-320",
          "2147483647",
          "2147483648",
          "-2147483649",
          "9223372036854775808",
          "99999999999999999999999999",
          "0.1",
          "1000000001",
          "1e400000000",
          "0x7fffffff",
          "1d",
          "");

  private static final List<String> CHARACTERS =
      List.of("\u001b[2J", "\0", "\n", "\r", "\t", " ", "\u202e", "\ufeff", "\u00e9", "\"", "'");

  private final List<byte[]> seeds;
  private final List<byte[]> words;
  private final Random random;

  private Mutation(List<byte[]> seeds, List<byte[]> words, Random random) {
    this.seeds = seeds;
    this.words = words;
    this.random = random;
  }

  /** An input made of one of the seeds; the same for the same state of the generator. */
  static byte[] of(List<byte[]> seeds, List<byte[]> words, Random random) {
    Mutation mutation = new Mutation(seeds, words, random);
    byte[] bytes = seeds.get(random.nextInt(seeds.size()));
    // A single change as often as several.
    int changes = random.nextBoolean() ? 1 : 1 + random.nextInt(MOST_CHANGES);
    for (int i = 0; i < changes; i++) {
      bytes = mutation.changed(bytes);
    }
    return bytes;
  }

  private byte[] changed(byte[] bytes) {
    int at = random.nextInt(bytes.length + 1);
    int length = bytes.length - at;
    // Short pieces are more often whole parts of a format.
    int piece =
        length == 0 ? 0 : random.nextInt(random.nextBoolean() ? Math.min(length, 32) : length);
    byte[] cut = Arrays.copyOfRange(bytes, at, at + piece);
    return switch (random.nextInt(16)) {
      case 0 ->
          over(
              bytes,
              at,
              new byte[] {(byte) (at < bytes.length ? bytes[at] ^ 1 << random.nextInt(8) : 0)});
      case 1 -> over(bytes, at, new byte[] {(byte) random.nextInt()});
      case 2 -> over(bytes, at, edge());
      case 3 -> replaced(bytes, at, 0, random(1 + random.nextInt(8)));
      case 4 -> replaced(bytes, at, piece, new byte[0]);
      case 5 -> replaced(bytes, at, 0, cut);
      case 6 -> replaced(bytes, random.nextInt(bytes.length + 1), 0, cut);
      case 7 -> Arrays.copyOf(bytes, at);
      case 8 -> spliced(bytes, at);
      case 9, 10, 11, 12 -> number(bytes, at);
      case 13 -> replaced(bytes, at, 0, repeated(cut));
      case 14 -> replaced(bytes, at, 0, text(CHARACTERS.get(random.nextInt(CHARACTERS.size()))));
      default -> word(bytes, at);
    };
  }

  private static byte[] over(byte[] bytes, int at, byte[] values) {
    byte[] copy = bytes.clone();
    int count = Math.min(values.length, bytes.length - at);
    System.arraycopy(values, 0, copy, at, count);
    return copy;
  }

  private static byte[] replaced(byte[] bytes, int at, int count, byte[] by) {
    int end = Math.min(bytes.length, at + count);
    byte[] whole = new byte[at + by.length + bytes.length - end];
    System.arraycopy(bytes, 0, whole, 0, at);
    System.arraycopy(by, 0, whole, at, by.length);
    System.arraycopy(bytes, end, whole, at + by.length, bytes.length - end);
    return whole.length <= LONGEST ? whole : Arrays.copyOf(whole, LONGEST);
  }

  private byte[] random(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A number at the edge of a type, in one to eight bytes of either order. */
  private byte[] edge() {
    ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    long value = EDGES[random.nextInt(EDGES.length)] + random.nextInt(3) - 1;
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(order);
    return switch (random.nextInt(4)) {
      case 0 -> new byte[] {(byte) value};
      case 1 -> Arrays.copyOf(bytes.putShort((short) value).array(), Short.BYTES);
      case 2 -> Arrays.copyOf(bytes.putInt((int) value).array(), Integer.BYTES);
      default -> bytes.putLong(value).array();
    };
  }

  /** The beginning of the input and the end of another. */
  private byte[] spliced(byte[] bytes, int at) {
    byte[] other = seeds.get(random.nextInt(seeds.size()));
    int from = random.nextInt(other.length + 1);
    return replaced(Arrays.copyOf(bytes, at), at, 0, Arrays.copyOfRange(other, from, other.length));
  }

  /** Another number in place of the next one that stands in the text. */
  private byte[] number(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && (bytes[at] < '0' || bytes[at] > '9')) {
      at++;
    }
    int end = at;
    while (end < bytes.length && bytes[end] >= '0' && bytes[end] <= '9') {
      end++;
    }
    return replaced(bytes, at, end - at, text(NUMBERS.get(random.nextInt(NUMBERS.size()))));
  }

  /** A piece, or a word, thousands of times. */
  private byte[] repeated(byte[] piece) {
    byte[] once = piece.length == 0 || random.nextInt(3) == 0 ? word() : piece;
    int times = 1 << random.nextInt(15);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < times && all.size() + once.length <= LONGEST / 4; i++) {
      all.writeBytes(once);
    }
    return all.toByteArray();
  }

  private byte[] word(byte[] bytes, int at) {
    byte[] word = word();
    return random.nextBoolean() ? replaced(bytes, at, 0, word) : over(bytes, at, word);
  }

  private byte[] word() {
    return words.isEmpty()
        ? random(1 + random.nextInt(4))
        : words.get(random.nextInt(words.size()));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
