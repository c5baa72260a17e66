package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearModelTest {

  private static final LinearModel MODEL =
      new LinearModel(
          List.of("cat", "tv monitor"),
          3,
          new float[] {1, 0, 2, 0, -1, 0.5f},
          new float[] {-1, 0.25f},
          2);

  @TempDir Path folder;

  @Test
  void scoresAsByHand() {
    // cat: 2·(1·1 + 2·3) − 1 = 13; tv monitor: 2·(−2 + 1.5) + 0.25 = −0.75. A zero region: the
    // bias.
    float[] features = {1, 2, 3, 0, 0, 0};
    float[] expected = {13, -0.75f, -1, 0.25f};
    assertArrayEquals(expected, MODEL.score(features, 2));
  }

  @Test
  void comesBackFromItsFileAsItWas() throws IOException {
    Path file = folder.resolve("svm.model");
    MODEL.write(file);
    MODEL.write(file); // replaces
    assertEquals(MODEL, LinearModel.read(file));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "nothing else is left behind");
    }
  }

  @Test
  void aFileCutOffAnywhereIsRefusedByName() throws IOException {
    Path file = folder.resolve("svm.model");
    MODEL.write(file);
    byte[] whole = Files.readAllBytes(file);
    Path cut = folder.resolve("cut.model");
    for (int length = 0; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      String message = assertThrows(IOException.class, () -> LinearModel.read(cut)).getMessage();
      assertTrue(message.contains("cut.model") && message.endsWith("."), message);
    }
  }

  @Test
  void aSingleChangedByteIsNoticed() throws IOException {
    Path file = folder.resolve("svm.model");
    MODEL.write(file);
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x10;
      Files.write(file, changed);
      String message = assertThrows(IOException.class, () -> LinearModel.read(file)).getMessage();
      assertTrue(
          message.contains(at < 8 ? "is not an SVM model" : at < 12 ? "version" : "damaged"),
          message);
    }
  }

  @Test
  void refusesShapesThatDoNotFit() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new LinearModel(List.of("cat"), 3, new float[2], new float[1], 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LinearModel(List.of("cat"), 2, new float[2], new float[1], 0));
    assertThrows(IllegalArgumentException.class, () -> MODEL.score(new float[5], 2));
  }
}
