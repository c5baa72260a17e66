package org.rcnn.data.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rcnn.data.Box;
import org.rcnn.data.HalfPrecision;

class StoresTest {

  @TempDir Path folder;

  @Test
  void boxesComeBackExactlyWholeOrFractional() throws IOException {
    List<Box> pixels = List.of(new Box(0, 0, 500, 375), new Box(3, 65_535, 65_535, 4));
    List<Box> fractions = List.of(new Box(0.1, 0, 5, 5), new Box(-3, 1e9, 7, 1e-300));
    Path file = folder.resolve("boxes");
    try (ProposalStore.Writer writer = ProposalStore.create(file)) {
      writer.append("b", pixels);
      writer.append("a", fractions);
      writer.append("none", List.of());
      writer.commit();
    }
    try (ProposalStore store = ProposalStore.open(file)) {
      assertEquals(List.of("b", "a", "none"), store.imageIds());
      assertEquals(pixels, store.boxes("b"));
      assertEquals(fractions, store.boxes("a"));
      assertEquals(List.of(), store.boxes("none"));
      assertEquals(2, store.count("b"));
      assertEquals(0, store.count("none"));
      assertTrue(store.contains("none"));
      assertFalse(store.contains("c"));
      assertThrows(IllegalArgumentException.class, () -> store.boxes("c"));
    }
  }

  @Test
  void wholeBoxesTakeEightBytes() throws IOException {
    List<Box> boxes = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      boxes.add(new Box(i, i + 1, i + 2, i + 3));
    }
    Path file = folder.resolve("boxes");
    try (ProposalStore.Writer writer = ProposalStore.create(file)) {
      writer.append("a", boxes);
      writer.commit();
    }
    assertTrue(Files.size(file) < 8 * 2_000 + 100);
  }

  @Test
  void featuresOfEachEncodingComeBack() throws IOException {
    Random random = new Random(3);
    for (Encoding encoding : Encoding.values()) {
      for (int dimension : new int[] {1, 63, 64, 65, 200}) {
        for (double zeros : new double[] {0, 0.77, 1}) {
          float[] values = features(random, 7 * dimension, zeros);
          Path file = folder.resolve("features");
          try (FeatureStore.Writer writer = FeatureStore.create(file, dimension, encoding)) {
            writer.append("a", values, 7);
            writer.append("none", values, 0);
            writer.commit();
          }
          try (FeatureStore store = FeatureStore.open(file)) {
            String round = "seed 3, %s, %d, %s".formatted(encoding, dimension, zeros);
            float[] read = new float[7 * dimension];
            Arrays.fill(read, Float.NaN);
            assertEquals(7, store.read("a", read), round);
            assertArrayEquals(expected(values, encoding), read, round);
            assertEquals(0, store.read("none", new float[0]), round);
            assertEquals(dimension, store.dimension());
            assertEquals(encoding, store.encoding());
            assertEquals(7, store.rows("a"));
          }
        }
      }
    }
  }

  @Test
  void chosenRowsEqualThoseOfTheWholeImage() throws IOException {
    int dimension = 100;
    for (Encoding encoding : Encoding.values()) {
      Path file = folder.resolve("features");
      try (FeatureStore.Writer writer = FeatureStore.create(file, dimension, encoding)) {
        writer.append("a", features(new Random(4), 20 * dimension, 0.5), 20);
        writer.commit();
      }
      try (FeatureStore store = FeatureStore.open(file)) {
        float[] all = new float[20 * dimension];
        store.read("a", all);
        int[] chosen = {19, 0, 7, 7};
        float[] some = new float[4 * dimension];
        store.readRows("a", chosen, some);
        for (int k = 0; k < 4; k++) {
          float[] row = new float[dimension];
          store.readRows("a", new int[] {chosen[k]}, row);
          assertArrayEquals(row, Arrays.copyOfRange(some, k * dimension, (k + 1) * dimension));
          int from = chosen[k] * dimension;
          assertArrayEquals(row, Arrays.copyOfRange(all, from, from + dimension));
        }
        assertThrows(
            IllegalArgumentException.class,
            () -> store.readRows("a", new int[] {20}, new float[dimension]));
        assertThrows(IllegalArgumentException.class, () -> store.read("a", new float[5]));
      }
    }
  }

  @Test
  void rowsEncodedByManyThreadsMakeTheSameFile() throws IOException {
    float[] values = features(new Random(5), 50 * 64, 0.7);
    Path one = folder.resolve("one");
    Path many = folder.resolve("many");
    try (FeatureStore.Writer writer = FeatureStore.create(one, 64, Encoding.SPARSE_FP16)) {
      for (int i = 0; i < 20; i++) {
        writer.append("image" + i, values, 1 + i);
      }
      writer.commit();
    }
    List<EncodedRows> encoded =
        IntStream.range(0, 20)
            .parallel()
            .mapToObj(i -> EncodedRows.encode(Encoding.SPARSE_FP16, values, 1 + i, 64))
            .toList();
    try (FeatureStore.Writer writer = FeatureStore.create(many, 64, Encoding.SPARSE_FP16)) {
      for (int i = 0; i < 20; i++) {
        writer.append("image" + i, encoded.get(i));
      }
      writer.commit();
    }
    assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(many));
    try (FeatureStore store = FeatureStore.open(many)) {
      float[] expected = expected(values, Encoding.SPARSE_FP16);
      boolean same =
          IntStream.range(0, 200)
              .parallel()
              .allMatch(
                  i ->
                      Arrays.equals(
                          expected,
                          0,
                          (1 + i % 20) * 64,
                          read(store, i % 20),
                          0,
                          (1 + i % 20) * 64));
      assertTrue(same);
    }
  }

  @Test
  void sparseFeaturesTakeASeventhOfTheSpace() {
    float[] values = features(new Random(6), 100 * 4096, 0.77);
    int length = EncodedRows.encode(Encoding.SPARSE_FP16, values, 100, 4096).length();
    double share = length / (4.0 * values.length);
    assertTrue(share < 0.155, () -> "share " + share);
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void theBytesOfARowFollowFromItsLengthAndTheShareOfItsZeros(Encoding encoding) {
    float[] values = new float[3 * 130];
    for (int row = 0; row < 3; row++) {
      Arrays.fill(values, row * 130, row * 130 + 26, 1.5f);
    }
    EncodedRows rows = EncodedRows.encode(encoding, values, 3, 130);
    assertEquals(rows.length(), 3 * encoding.rowBytes(130, 0.2), 1e-9);
  }

  @Test
  void rowsOfAnotherShapeOrEncodingAreRefused() throws IOException {
    float[] values = new float[10];
    try (FeatureStore.Writer writer =
        FeatureStore.create(folder.resolve("x"), 5, Encoding.SPARSE_FP16)) {
      EncodedRows dense = EncodedRows.encode(Encoding.DENSE_FP32, values, 2, 5);
      EncodedRows narrow = EncodedRows.encode(Encoding.SPARSE_FP16, values, 2, 4);
      assertThrows(IllegalArgumentException.class, () -> writer.append("a", dense));
      assertThrows(IllegalArgumentException.class, () -> writer.append("a", narrow));
      assertThrows(IllegalArgumentException.class, () -> writer.append("a", values, 3));
    }
  }

  @Test
  void oneKindOfStoreIsNotTakenForTheOther() throws IOException {
    Path file = folder.resolve("boxes");
    try (ProposalStore.Writer writer = ProposalStore.create(file)) {
      writer.commit();
    }
    assertEquals(
        "The file " + file + " is not a feature store of this version.",
        assertThrows(IOException.class, () -> FeatureStore.open(file)).getMessage());
  }

  private static float[] read(FeatureStore store, int image) {
    try {
      float[] values = new float[20 * 64];
      store.read("image" + image, values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float[] features(Random random, int count, double zeros) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextDouble() < zeros ? 0 : (float) random.nextGaussian() * 20;
    }
    return values;
  }

  private static float[] expected(float[] values, Encoding encoding) {
    if (encoding == Encoding.DENSE_FP32) {
      return values;
    }
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = HalfPrecision.toFloat(HalfPrecision.saturated(values[i]));
    }
    return rounded;
  }
}
