package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeedMixTest {

  private static final int ITERATIONS = 1_000;

  /** What callers did before: consecutive iterations take consecutive seeds. */
  private static final LongUnaryOperator CONSECUTIVE = iteration -> 3 * 1_000_003L + iteration;

  private static final LongUnaryOperator MIXED = iteration -> SeedMix.mix(3, iteration);

  @Test
  void theFirstValuesAreThoseOfSplitMix64() {
    // The first output of SplitMix64 seeded with 0 and with 1234567, as published with it.
    assertEquals(0xe220a8397b1dcdafL, SeedMix.mix(0));
    assertEquals(6457827717110365317L, SeedMix.mix(1234567));
  }

  @Test
  void mirrorBitsOfConsecutiveIterationsHaveNoPeriod() {
    // The 129th draw is the mirror bit of the first image after 128 regions were drawn.
    for (int draw : new int[] {1, 33, 129}) {
      int[] bits = draws(MIXED, draw, 2);
      for (int lag = 1; lag <= 64; lag++) {
        int pairs = ITERATIONS - lag;
        // Within five standard deviations of a fair coin's.
        assertEquals(
            pairs / 2.0,
            equalAtLag(bits, lag),
            2.5 * Math.sqrt(pairs),
            "draw %d, lag %d".formatted(draw, lag));
      }
    }
  }

  @Test
  void drawsBelowAPowerOfTwoDoNotRepeatInTheNextIteration() {
    for (int bound : new int[] {8, 256, 1024}) {
      int[] places = draws(MIXED, 1, bound);
      Set<Integer> steps = new HashSet<>();
      for (int i = 1; i < ITERATIONS; i++) {
        steps.add(Math.floorMod(places[i] - places[i - 1], bound));
      }
      // Steps between independent draws take nearly all values: 1 − e^(−1000 / 1024) of 1024.
      assertTrue(steps.size() > 0.57 * bound, bound + ": " + steps.size());
      assertTrue(equalAtLag(places, 1) < 3 * ITERATIONS / bound + 5);
    }
  }

  @Test
  void consecutiveSeedsFailTheSameTests() {
    // So that the tests above can fail: plain sums give few steps and nearly constant bits.
    int[] places = draws(CONSECUTIVE, 1, 256);
    assertTrue(
        IntStream.range(1, ITERATIONS)
                .map(i -> Math.floorMod(places[i] - places[i - 1], 256))
                .distinct()
                .count()
            < 16);
    assertTrue(equalAtLag(draws(CONSECUTIVE, 1, 2), 1) > 0.9 * ITERATIONS);
  }

  @Test
  void everyBitOfASeedOrPartChangesHalfOfTheBits() {
    long plain = SeedMix.mix(5, 7, 9);
    int[] changed = new int[3];
    for (int bit = 0; bit < 64; bit++) {
      long flip = 1L << bit;
      changed[0] += Long.bitCount(plain ^ SeedMix.mix(5 ^ flip, 7, 9));
      changed[1] += Long.bitCount(plain ^ SeedMix.mix(5, 7 ^ flip, 9));
      changed[2] += Long.bitCount(plain ^ SeedMix.mix(5, 7, 9 ^ flip));
    }
    for (int bits : changed) {
      assertEquals(32, bits / 64.0, 1.5);
    }
  }

  @Test
  void orderAndNumberOfPartsMatter() {
    assertNotEquals(SeedMix.mix(1, 2, 3), SeedMix.mix(1, 3, 2));
    assertNotEquals(SeedMix.mix(1, 2), SeedMix.mix(2, 1));
    assertNotEquals(SeedMix.mix(1), SeedMix.mix(1, 0));
    assertEquals(SeedMix.mix(1, 2, 3), SeedMix.mix(1, 2, 3));
  }

  /** The n-th draw below a bound, of a generator per iteration. */
  private static int[] draws(LongUnaryOperator seedOf, int nth, int bound) {
    return IntStream.range(0, ITERATIONS)
        .map(
            iteration -> {
              Random random = new Random(seedOf.applyAsLong(iteration));
              for (int i = 1; i < nth; i++) {
                random.nextInt(bound);
              }
              return random.nextInt(bound);
            })
        .toArray();
  }

  private static int equalAtLag(int[] values, int lag) {
    return (int)
        IntStream.range(lag, values.length).filter(i -> values[i] == values[i - lag]).count();
  }
}
