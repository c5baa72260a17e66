package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.network.Weights;
import org.rcnn.cnn.weights.WeightFile.Precision;

class WeightFileTest {

  @TempDir Path folder;

  private static Weights weights() {
    return ToyNetworks.random(ToyNetworks.tiny(3), 1);
  }

  @Test
  void singlePrecisionComesBackBitForBit() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>(weights().tensors());
    tensors.put(
        "corners",
        new Tensor(
            new int[] {2, 3},
            new float[] {
              0f, -0f, Float.MIN_VALUE, -Float.MAX_VALUE, Float.NaN, Float.NEGATIVE_INFINITY
            }));
    Path file = folder.resolve("deep/down/net.safetensors");
    new WeightFile(new Weights(tensors), Map.of("classes", "cat\n\"dog\" ü"))
        .write(file, Precision.F32);

    WeightFile read = WeightFile.read(file);
    assertEquals(tensors, read.weights().tensors());
    assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.weights().tensors().keySet()));
    assertEquals(Map.of("classes", "cat\n\"dog\" ü"), read.metadata());
  }

  @Test
  void halfPrecisionComesBackRoundedToElevenBits() throws IOException {
    Path file = folder.resolve("half.safetensors");
    new WeightFile(weights(), Map.of()).write(file, Precision.F16);

    Weights read = WeightFile.read(file).weights();
    weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              float[] rounded = read.tensors().get(name).values();
              assertArrayEquals(tensor.shape(), read.tensors().get(name).shape());
              for (int i = 0; i < rounded.length; i++) {
                float value = tensor.values()[i];
                // Half a unit in the last of 11 bits; below 2^-14 steps are 2^-24.
                assertEquals(value, rounded[i], Math.max(Math.abs(value) * 0x1p-11, 0x1p-25));
              }
            });
  }

  @Test
  void writingTwiceGivesTheSameBytesAndLeavesNoPartialFile() throws IOException {
    WeightFile written = new WeightFile(weights(), Map.of("b", "2", "a", "1", "c", "3"));
    Path first = folder.resolve("first.safetensors");
    written.write(first, Precision.F32);
    written.write(first, Precision.F32);
    Path second = folder.resolve("second.safetensors");
    new WeightFile(weights(), Map.of("c", "3", "b", "2", "a", "1")).write(second, Precision.F32);

    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    try (var files = Files.list(folder)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void valuesBeginOnAMultipleOfEightBytes() throws IOException {
    Path file = folder.resolve("aligned.safetensors");
    for (String note : List.of("", "1", "12", "123", "1234", "12345", "123456", "1234567")) {
      new WeightFile(weights(), Map.of("note", note)).write(file, Precision.F32);
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      assertEquals(0, bytes.getLong() % 8);
    }
  }

  @Test
  void aFileWrittenByHandIsRead() throws IOException {
    // Two tensors stored in the other order than listed, with a gap between them.
    String header =
        "{\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[8,12]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]}}";
    ByteBuffer values = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    values.putFloat(1.5f).putInt(-1).putShort((short) 0x3c00).putShort((short) 0xc000);

    Weights read = WeightFile.read(file(header, values.array())).weights();
    assertEquals(List.of("a", "b"), List.copyOf(read.tensors().keySet()));
    assertEquals(new Tensor(new int[] {1, 1}, new float[] {1.5f}), read.tensors().get("a"));
    assertEquals(new Tensor(new int[] {2}, new float[] {1, -2}), read.tensors().get("b"));
  }

  @Test
  void aTensorWithoutValuesAndAFileWithoutTensorsAreRead() throws IOException {
    Weights none = WeightFile.read(file("{}", new byte[0])).weights();
    assertTrue(none.tensors().isEmpty());
    Weights empty = WeightFile.read(file(tensor("F32", "[0,3]", 0, 0), new byte[0])).weights();
    assertArrayEquals(new int[] {0, 3}, empty.tensors().get("t").shape());
  }

  @Test
  void aSingleNumberHasAnEmptyShape() throws IOException {
    // The format asks for the shape of every tensor, also of one without axes.
    Tensor number = new Tensor(new int[0], new float[] {3});
    Path file = folder.resolve("number.safetensors");
    new WeightFile(new Weights(Map.of("t", number)), Map.of()).write(file, Precision.F32);
    assertEquals(number, WeightFile.read(file).weights().tensors().get("t"));
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("\"shape\":[]"), text);
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    assertThrows(
        NoSuchFileException.class, () -> WeightFile.read(folder.resolve("none.safetensors")));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    Path whole = folder.resolve("whole.safetensors");
    new WeightFile(new Weights(Map.of("t", new Tensor(new int[] {3}, new float[3]))), Map.of())
        .write(whole, Precision.F32);
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = 0; length < bytes.length; length++) {
      Path cut = folder.resolve("cut.safetensors");
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertRefused(cut);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 0, 1, 1000, 50_000_000, 1L << 31, Long.MAX_VALUE})
  void aHeaderLengthThatMakesNoSenseIsRefused(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put("{}      ".getBytes(StandardCharsets.UTF_8));
    Path file = folder.resolve("length.safetensors");
    Files.write(file, bytes.array());
    assertRefused(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "          ",
        "[1, 2, 3]",
        "null",
        "\"text\"",
        "{\"t\":",
        "PK\u0003\u0004 a zip archive",
        "{\"t\": 5}",
        "{\"t\": {}}",
        "{\"t\": {\"dtype\":\"F32\",\"shape\":[1]}}",
        "{\"t\": {\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[\"a\",\"b\"]}}",
        "{\"t\": {\"shape\":[1],\"data_offsets\":[0,4]}}",
      })
  void aHeaderThatDescribesNoTensorsIsRefused(String header) throws IOException {
    assertRefused(file(header, new byte[16]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"F8_E4M3", "I32", "f32", ""})
  void otherTypesAreRefusedByName(String type) throws IOException {
    IOException e = assertRefused(file(tensor(type, "[1]", 0, 4), new byte[4]));
    assertTrue(e.getMessage().contains("tensor t has type " + type), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Not the 16 bytes there are.
        "[3]",
        "[5]",
        "[2,3]",
        "[]",
        "[0]",
        // Negative lengths, also where two of them give 4 values.
        "[-4]",
        "[-2,-2]",
        "[-1,-4]",
        // Products beyond an int, and beyond a long.
        "[65536,65537]",
        "[2147483647,2147483647]",
        "[2147483647,2147483647,2147483647]",
        // 2^32 + 4: no int, though its lower half is 4.
        "[4294967300]",
        // No whole numbers, and no list.
        "[\"x\"]",
        "[null]",
        "[4.7]",
        "[\"4\"]",
        "4",
      })
  void aShapeThatTheBytesDoNotFillIsRefused(String shape) throws IOException {
    assertRefused(file(tensor("F32", shape, 0, 16), new byte[16]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[-1,0]", "[1073741824,1073741824,4]", "[]"})
  void anImpossibleShapeWithoutBytesIsRefused(String shape) throws IOException {
    // 2^62 values of four bytes are 2^64, which a long counts as 0.
    assertRefused(file(tensor("F32", shape, 0, 0), new byte[0]));
  }

  @Test
  void aHeaderThatLooksLikeAnotherEncodingIsRefused() throws IOException {
    // JSON readers take three zeros and a brace for UTF-32; what follows is no character.
    assertRefused(file(new byte[] {0, 0, 0, '{', 9, 9, 9, 9, 9, 9, 9, 9}, new byte[16]));
  }

  @Test
  void placesOutsideTheFileOrOverlappingAreRefused() throws IOException {
    byte[] values = new byte[16];
    assertRefused(file(tensor("F32", "[4]", 4, 20), values));
    assertRefused(file(tensor("F32", "[4]", 16, 0), values));
    assertRefused(file(tensor("F32", "[4]", -16, 0), values));
    assertRefused(file(tensor("F32", "[4]", 1L << 60, (1L << 60) + 16), values));
    // Two gigabytes announced, 16 bytes there: refused without asking for the memory.
    assertRefused(file(tensor("F32", "[500000000]", 0, 2_000_000_000), values));
    assertRefused(file(tensor("F32", "[1000000000]", 0, 4_000_000_000L), values));
    String twice = "{\"a\":%s,\"b\":%s}";
    String place = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}";
    assertRefused(file(twice.formatted(place.formatted(0, 8), place.formatted(4, 12)), values));
  }

  @Test
  void randomBytesAfterASensibleLengthAreRefused() throws IOException {
    Random random = new Random(17);
    for (int i = 0; i < 300; i++) {
      byte[] header = new byte[8 + random.nextInt(40)];
      random.nextBytes(header);
      // A first byte that no text encoding's mark begins with.
      header[0] = (byte) (1 + random.nextInt(31));
      header[1] = (byte) (1 + random.nextInt(31));
      assertRefused(file(header, new byte[16]));
    }
  }

  private static String tensor(String type, String shape, long begin, long end) {
    return "{\"t\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}}"
        .formatted(type, shape, begin, end);
  }

  private Path file(String header, byte[] values) throws IOException {
    return file(header.getBytes(StandardCharsets.UTF_8), values);
  }

  private Path file(byte[] header, byte[] values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header).put(values);
    Path file = folder.resolve("made-by-hand.safetensors");
    Files.write(file, bytes.array());
    return file;
  }

  /** An IOException whose message is a sentence that names the file. */
  private static IOException assertRefused(Path file) {
    IOException e = assertThrows(IOException.class, () -> WeightFile.read(file));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertTrue(e.getMessage().endsWith("."), e.getMessage());
    assertFalse(e.getMessage().contains("Exception"), e.getMessage());
    return e;
  }
}
