package org.rcnn.data.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {

  @Test
  void knownNumbers() {
    assertEquals(0x3c00, half(1));
    assertEquals(0xc000, half(-2));
    assertEquals(0x7bff, half(65_504));
    assertEquals(0x0400, half(0x1p-14f));
    assertEquals(0x0001, half(0x1p-24f));
    assertEquals(0x3555, half(1 / 3f));
  }

  @Test
  void tiesGoToTheEvenNeighbour() {
    assertEquals(half(1), half(1 + 0x1p-11f));
    assertEquals(half(1 + 0x1p-9f), half(1 + 3 * 0x1p-11f));
    assertEquals(0x0000, half(0x1p-25f));
    assertEquals(0x0002, half(3 * 0x1p-25f));
  }

  @Test
  void whatIsTooLargeSaturatesAndNanIsRefused() {
    assertEquals(0x7bff, half(65_519));
    assertEquals(0x7bff, half(65_520));
    assertEquals(0xfbff, half(-1e30f));
    assertEquals(0x7bff, half(Float.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> half(Float.NaN));
  }

  @Test
  void everyFiniteHalfSurvivesTheRoundTrip() {
    for (int half = 0; half < 0x7c00; half++) {
      assertEquals(half, half(HalfPrecision.toFloat((short) half)));
      assertEquals(half | 0x8000, half(HalfPrecision.toFloat((short) (half | 0x8000))));
    }
  }

  @Test
  void resultIsTheNearestHalf() {
    Random random = new Random(11);
    for (int i = 0; i < 200_000; i++) {
      float value = (float) (random.nextDouble() * Math.pow(2, random.nextInt(42) - 26));
      int half = half(value);
      double error = Math.abs(HalfPrecision.toFloat((short) half) - (double) value);
      for (int neighbour : new int[] {half - 1, half + 1}) {
        if (neighbour >= 0 && neighbour < 0x7c00) {
          double other = Math.abs(HalfPrecision.toFloat((short) neighbour) - (double) value);
          assertEquals(Math.min(error, other), error, "seed 11, value " + value);
        }
      }
    }
  }

  private static int half(float value) {
    return Short.toUnsignedInt(HalfPrecision.ofFloatBits(Float.floatToRawIntBits(value)));
  }
}
