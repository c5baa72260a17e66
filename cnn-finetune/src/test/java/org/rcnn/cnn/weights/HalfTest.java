package org.rcnn.cnn.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfTest {

  private static int half(float value) {
    return Half.fromFloat(value) & 0xffff;
  }

  @Test
  void knownNumbers() {
    assertEquals(0x0000, half(0f));
    assertEquals(0x8000, half(-0f));
    assertEquals(0x3c00, half(1f));
    assertEquals(0xc000, half(-2f));
    assertEquals(0x3555, half(1 / 3f));
    assertEquals(0x7bff, half(65_504f));
    assertEquals(65_504f, Half.toFloat((short) 0x7bff));
    assertEquals(0x1p-14f, Half.toFloat((short) 0x0400));
  }

  @Test
  void everyHalfSurvivesTheWayThroughFloat() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = Half.toFloat((short) bits);
      if ((bits & 0x7fff) > 0x7c00) {
        assertTrue(Float.isNaN(value));
        assertTrue(Float.isNaN(Half.toFloat(Half.fromFloat(value))));
      } else {
        assertEquals(bits, half(value));
      }
    }
  }

  @Test
  void halvesGrowWithTheirBits() {
    for (int bits = 1; bits <= 0x7c00; bits++) {
      assertTrue(Half.toFloat((short) bits) > Half.toFloat((short) (bits - 1)));
    }
  }

  @Test
  void halfwayCasesGoToTheEvenNeighbour() {
    // Between 1 and 1 + 2^-10; between 1 + 2^-10 and 1 + 2^-9.
    assertEquals(0x3c00, half(1 + 0x1p-11f));
    assertEquals(0x3c02, half(1 + 3 * 0x1p-11f));
    assertEquals(0x3c01, half(Math.nextUp(1 + 0x1p-11f)));
    assertEquals(0x3c01, half(Math.nextDown(1 + 3 * 0x1p-11f)));
    // Rounding up may carry into the exponent.
    assertEquals(0x4000, half(2 - 0x1p-11f));
  }

  @Test
  void whatIsTooLargeBecomesInfinite() {
    // 65,520 lies halfway between the largest half and the next, which there is not.
    assertEquals(0x7bff, half(Math.nextDown(65_520f)));
    assertEquals(0x7c00, half(65_520f));
    assertEquals(0xfc00, half(-1e30f));
    assertEquals(0x7c00, half(Float.POSITIVE_INFINITY));
    assertEquals(Float.NEGATIVE_INFINITY, Half.toFloat((short) 0xfc00));
  }

  @Test
  void subnormalsRoundToMultiplesOfTheSmallest() {
    assertEquals(0x0001, half(0x1p-24f));
    assertEquals(0x03ff, half(1023 * 0x1p-24f));
    // Halfway between 0 and 1, 1 and 2, the largest subnormal and the smallest normal half.
    assertEquals(0x0000, half(0x1p-25f));
    assertEquals(0x0001, half(Math.nextUp(0x1p-25f)));
    assertEquals(0x8002, half(-3 * 0x1p-25f));
    assertEquals(0x0400, half(1023.5f * 0x1p-24f));
    assertEquals(0x0000, half(Float.MIN_VALUE));
  }

  @Test
  void resultIsTheNearestHalf() {
    Random random = new Random(11);
    for (int i = 0; i < 200_000; i++) {
      float value = (float) (random.nextDouble() * Math.pow(2, random.nextInt(42) - 26));
      int bits = half(value);
      if (bits == 0x7c00) {
        continue;
      }
      double error = Math.abs((double) Half.toFloat((short) bits) - value);
      for (int neighbour = Math.max(0, bits - 1); neighbour <= bits + 1; neighbour++) {
        double other = Math.abs((double) Half.toFloat((short) neighbour) - value);
        assertTrue(error <= other, "seed 11, value " + value);
      }
    }
  }
}
