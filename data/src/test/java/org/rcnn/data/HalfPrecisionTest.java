package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {

  private static int nearest(float value) {
    return Short.toUnsignedInt(HalfPrecision.nearest(value));
  }

  private static int saturated(float value) {
    return Short.toUnsignedInt(HalfPrecision.saturated(value));
  }

  @Test
  void knownNumbers() {
    assertEquals(0x0000, nearest(0f));
    assertEquals(0x8000, nearest(-0f));
    assertEquals(0x3c00, nearest(1f));
    assertEquals(0xc000, nearest(-2f));
    assertEquals(0x3555, nearest(1 / 3f));
    assertEquals(0x7bff, nearest(65_504f));
    assertEquals(65_504f, HalfPrecision.toFloat((short) 0x7bff));
    assertEquals(0x1p-14f, HalfPrecision.toFloat((short) 0x0400));
  }

  @Test
  void everyHalfSurvivesTheWayThroughFloat() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = HalfPrecision.toFloat((short) bits);
      if ((bits & 0x7fff) > 0x7c00) {
        assertTrue(Float.isNaN(value));
        assertEquals(bits & 0x8000 | 0x7e00, nearest(value));
      } else {
        assertEquals(bits, nearest(value));
      }
    }
  }

  @Test
  void halvesGrowWithTheirBits() {
    for (int bits = 1; bits <= 0x7c00; bits++) {
      assertTrue(HalfPrecision.toFloat((short) bits) > HalfPrecision.toFloat((short) (bits - 1)));
    }
  }

  @Test
  void halfwayCasesGoToTheEvenNeighbour() {
    // Between 1 and 1 + 2^-10; between 1 + 2^-10 and 1 + 2^-9.
    assertEquals(0x3c00, nearest(1 + 0x1p-11f));
    assertEquals(0x3c02, nearest(1 + 3 * 0x1p-11f));
    assertEquals(0x3c01, nearest(Math.nextUp(1 + 0x1p-11f)));
    assertEquals(0x3c01, nearest(Math.nextDown(1 + 3 * 0x1p-11f)));
    // Rounding up may carry into the exponent.
    assertEquals(0x4000, nearest(2 - 0x1p-11f));
  }

  @Test
  void subnormalsRoundToMultiplesOfTheSmallest() {
    assertEquals(0x0001, nearest(0x1p-24f));
    assertEquals(0x03ff, nearest(1023 * 0x1p-24f));
    // Halfway between 0 and 1, 1 and 2, the largest subnormal and the smallest normal half.
    assertEquals(0x0000, nearest(0x1p-25f));
    assertEquals(0x0001, nearest(Math.nextUp(0x1p-25f)));
    assertEquals(0x8002, nearest(-3 * 0x1p-25f));
    assertEquals(0x0400, nearest(1023.5f * 0x1p-24f));
    assertEquals(0x0000, nearest(Float.MIN_VALUE));
  }

  @Test
  void whatIsTooLargeBecomesInfinite() {
    // 65,520 lies halfway between the largest half and the next, which there is not.
    assertEquals(0x7bff, nearest(Math.nextDown(65_520f)));
    assertEquals(0x7c00, nearest(65_520f));
    assertEquals(0xfc00, nearest(-1e30f));
    assertEquals(0x7c00, nearest(Float.POSITIVE_INFINITY));
    assertEquals(Float.NEGATIVE_INFINITY, HalfPrecision.toFloat((short) 0xfc00));
  }

  @Test
  void whatIsTooLargeSaturatesAndNanIsRefusedWhereAskedFor() {
    assertEquals(0x7bff, saturated(65_519));
    assertEquals(0x7bff, saturated(65_520));
    assertEquals(0xfbff, saturated(-1e30f));
    assertEquals(0x7bff, saturated(Float.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> saturated(Float.NaN));
  }

  @Test
  void bothRoundingsAgreeBelowTheLargestHalfAndGiveTheNearest() {
    Random random = new Random(11);
    for (int i = 0; i < 200_000; i++) {
      float value = (float) (random.nextDouble() * Math.pow(2, random.nextInt(42) - 26));
      int bits = nearest(value);
      if (bits == 0x7c00) {
        continue;
      }
      assertEquals(bits, saturated(value));
      double error = Math.abs((double) HalfPrecision.toFloat((short) bits) - value);
      for (int neighbour = Math.max(0, bits - 1); neighbour <= bits + 1; neighbour++) {
        double other = Math.abs((double) HalfPrecision.toFloat((short) neighbour) - value);
        assertTrue(error <= other, "seed 11, value " + value);
      }
    }
  }
}
