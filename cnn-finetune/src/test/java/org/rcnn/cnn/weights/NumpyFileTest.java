package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.rcnn.cnn.weights.Refusals.assertDamageIsSurvived;
import static org.rcnn.cnn.weights.Refusals.assertEveryTruncationIsRefused;
import static org.rcnn.cnn.weights.Refusals.assertRefused;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rcnn.cnn.ToyNetworks;
import org.rcnn.cnn.network.Tensor;
import org.rcnn.cnn.weights.Transfer.LayerTransfer;
import org.rcnn.cnn.weights.Transfer.Outcome;
import org.rcnn.cnn.weights.WeightSource.Format;

class NumpyFileTest {

  @TempDir Path folder;

  private static byte[] array(String header, byte[] values) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(
        ByteBuffer.allocate(2)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) text.length)
            .array());
    out.writeBytes(text);
    out.writeBytes(values);
    return out.toByteArray();
  }

  private static byte[] array(String type, String columnsFirst, String shape, byte[] values) {
    return array(
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
            .formatted(type, columnsFirst, shape),
        values);
  }

  private Path file(Map<String, byte[]> arrays) throws IOException {
    Path file = folder.resolve("net.npz");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
        out.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
        out.write(array.getValue());
        out.closeEntry();
      }
    }
    return file;
  }

  private Path one(String type, String columnsFirst, String shape, byte[] values)
      throws IOException {
    return file(Map.of("t", array(type, columnsFirst, shape, values)));
  }

  private static byte[] floats(float... values) {
    return CaffeModel.floats(values);
  }

  private static Map<String, Tensor> read(Path file) throws IOException {
    return WeightSource.open(file).read().tensors();
  }

  @Test
  void arraysAreReadUnderTheirNames() throws IOException {
    Path file =
        file(
            Map.of(
                "fc.weight", array("<f4", "False", "(2, 3)", floats(1, 2, 3, 4, 5, 6)),
                "fc.bias", array("<f4", "False", "(2,)", floats(7, 8))));
    assertEquals(Format.NUMPY, WeightSource.open(file).format());
    assertEquals(
        Map.of(
            "fc.weight", new Tensor(new int[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}),
            "fc.bias", new Tensor(new int[] {2}, new float[] {7, 8})),
        read(file));
  }

  @Test
  void aBitThatChangedIsNoticed() throws IOException {
    Path file = folder.resolve("net.npz");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      // Not compressed, so that the changed bytes can still be unpacked.
      out.setLevel(0);
      out.putNextEntry(new ZipEntry("t.npy"));
      out.write(array("<f4", "False", "(2,)", floats(7, 8)));
      out.closeEntry();
    }
    byte[] bytes = Files.readAllBytes(file);
    int eight = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\0\0\0\u0041");
    bytes[eight] ^= 1;
    assertRefused(Files.write(file, bytes), "its part t.npy does not match its checksum");
  }

  @Test
  void columnsFirstComesOutRowsFirst() throws IOException {
    // 1 2 3 / 4 5 6, stored column after column.
    Tensor read = read(one("<f4", "True", "(2, 3)", floats(1, 4, 2, 5, 3, 6))).get("t");
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, read.values());
    // One row, two columns, two deep: the first axis runs fastest.
    Tensor deep = read(one("<f4", "True", "(1, 2, 2)", floats(1, 3, 2, 4))).get("t");
    assertArrayEquals(new float[] {1, 2, 3, 4}, deep.values());
  }

  @Test
  void otherPrecisionsAndSingleNumbersAreRead() throws IOException {
    byte[] twice = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.5).array();
    assertEquals(
        new Tensor(new int[0], new float[] {0.5f}),
        read(one("<f8", "False", "()", twice)).get("t"));
    assertArrayEquals(
        new float[] {1}, read(one("<f2", "False", "(1,)", new byte[] {0, 0x3c})).get("t").values());
  }

  @Test
  void countersAreListedAndLeftOut() throws IOException {
    Path file = one("<i8", "False", "(1,)", new byte[8]);
    assertEquals("I64", WeightSource.open(file).entries().get(0).type());
    assertEquals(Map.of(), read(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {">f4", "|O", "<c8", "<U7", "<f16"})
  void otherTypesAreRefusedByName(String type) throws IOException {
    assertRefused(one(type, "False", "(1,)", new byte[16]), "numbers of type " + type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(2147483647, 2147483647, 2147483647, 2147483647);impossible size",
        "(99999999999,);impossible size",
        "(65536, 65536);impossible size",
        "(1, 1, 1, 1, 1, 1, 1, 1, 1);impossible size",
        "(-1,);describes no plain array",
        "(x,);describes no plain array",
        "[4];describes no plain array",
        "(500000000,);ends before its last tensor",
        "(5,);ends before its last tensor"
      })
  void shapesThatTheFileCannotHoldAreRefused(String shape, String reason) throws IOException {
    assertRefused(one("<f4", "False", shape, floats(1, 2, 3, 4)), reason);
  }

  @Test
  void whatIsNoArrayIsRefused() throws IOException {
    assertRefused(file(Map.of("t", new byte[0])), "does not begin as NumPy's arrays do");
    assertRefused(file(Map.of("t", floats(1, 2, 3))), "does not begin as NumPy's arrays do");
    assertRefused(file(Map.of("t", array("{}", new byte[4]))), "describes no plain array");
    Path single = Files.write(folder.resolve("t.npy"), array("<f4", "False", "()", floats(1)));
    assertRefused(single, "a single NumPy array without a name");
    assertRefused(Files.writeString(folder.resolve("no.npz"), "no zip"), "is not a zip");
  }

  @Test
  void aZipBombIsRefused() throws IOException {
    int count = 5_000_000;
    assertRefused(
        one("<f4", "False", "(%d,)".formatted(count), new byte[4 * count]), "which no weights do");
  }

  @Test
  void everyTruncationIsRefusedAndDamageEndsInASentence() throws IOException {
    Path file = one("<f4", "False", "(2, 2)", floats(1, 2, 3, 4));
    assertEveryTruncationIsRefused(file, folder.resolve("cut.npz"));
    assertDamageIsSurvived(file, folder.resolve("damaged.npz"), 3);
  }

  @Test
  void wrongShapesAreRefusedLayerByLayer() throws IOException {
    Path file =
        file(
            Map.of(
                "fc8.weight", array("<f4", "False", "(5, 16)", new byte[320]),
                "fc8.bias", array("<f4", "False", "(5,)", new byte[20])));
    Transfer transfer = Transfer.into(ToyNetworks.tiny(3), WeightSource.open(file), 1);
    assertEquals(
        List.of(
            new LayerTransfer("conv1", Outcome.NEW, "the source has no layer of this name"),
            new LayerTransfer("fc6", Outcome.NEW, "the source has no layer of this name"),
            new LayerTransfer(
                "fc8", Outcome.REFUSED, "fc8.weight is [5, 16] in the source and [3, 16] here")),
        transfer.rows());
  }
}
