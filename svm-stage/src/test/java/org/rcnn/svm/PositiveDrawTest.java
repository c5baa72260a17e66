package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PositiveDrawTest {

  private static final int IMAGES = 50;

  @Test
  void everyProposalHasTheSameChanceWhereverItsImageComes() {
    // Of 50 images with 1 object and 4 proposals each, 50 objects and 60 of 200 proposals stay.
    int draws = 400;
    int[] kept = new int[IMAGES];
    for (long seed = 0; seed < draws; seed++) {
      for (long region : draw(110, seed)) {
        kept[(int) (region >>> 32)] += (int) region > 0 ? 1 : 0;
      }
    }
    // Each image has 4 · 400 trials at 0.3: the standard deviation is below 18.4.
    for (int image = 0; image < IMAGES; image++) {
      assertEquals(480, kept[image], 92, "image " + image);
    }
  }

  @Test
  void objectsAlwaysStay() {
    for (int most : new int[] {1, 49, 50, 51, 200, 1000}) {
      long[] regions = draw(most, 3);
      assertEquals(IMAGES, Arrays.stream(regions).filter(region -> (int) region == 0).count());
      assertEquals(Math.max(IMAGES, Math.min(most, 5 * IMAGES)), regions.length, "most " + most);
    }
  }

  @Test
  void objectsBeyondTheirOwnMaximumAreDrawnToo() {
    int draws = 400;
    int[] kept = new int[IMAGES];
    for (long seed = 0; seed < draws; seed++) {
      long[] regions = draw(most(30, 20), seed);
      // Twenty objects, and ten proposals in the places that they leave.
      assertEquals(20, Arrays.stream(regions).filter(region -> (int) region == 0).count());
      assertEquals(30, regions.length);
      Arrays.stream(regions)
          .filter(region -> (int) region == 0)
          .forEach(region -> kept[(int) (region >>> 32)]++);
    }
    // 400 trials at 0.4: the standard deviation is below 9.8.
    for (int image = 0; image < IMAGES; image++) {
      assertEquals(160, kept[image], 49, "image " + image);
    }
    assertEquals(20, draw(most(1, 20), 3).length);
  }

  @Test
  void aSmallerMaximumKeepsPartOfWhatALargerOneDoes() {
    Set<Long> many = new HashSet<>();
    Arrays.stream(draw(150, 3)).forEach(many::add);
    assertTrue(Arrays.stream(draw(90, 3)).allMatch(many::contains));
  }

  @Test
  void theSeedDecides() {
    assertArrayEquals(draw(90, 3), draw(90, 3));
    assertFalse(Arrays.equals(draw(90, 3), draw(90, 4)));
  }

  @Test
  void whatIsDroppedAndWhatStaysAddUp() {
    // The caller's view: rows returned come in, keys dropped go out.
    PositiveDraw draw = new PositiveDraw(most(80, 30), new RegionSampling(9));
    Set<Long> held = new HashSet<>();
    for (int image = 0; image < IMAGES; image++) {
      for (int row : draw.offer(image, new int[] {0, 1, 2, 5, 7}, 1, held::remove)) {
        assertTrue(held.add(FeaturePool.key(image, row)));
      }
      assertTrue(held.size() <= 80);
    }
    assertArrayEquals(draw.regions(), held.stream().mapToLong(Long::longValue).sorted().toArray());
  }

  /** Fifty images of one object, row 0, and four proposals. */
  private static long[] draw(int most, long seed) {
    return draw(most(most, Integer.MAX_VALUE), seed);
  }

  private static SampleSettings most(int positives, int objects) {
    return new SampleSettings(0.7, 0.7, true, 1, 1, positives, objects);
  }

  private static long[] draw(SampleSettings most, long seed) {
    PositiveDraw draw = new PositiveDraw(most, new RegionSampling(seed));
    IntStream.range(0, IMAGES)
        .forEach(image -> draw.offer(image, new int[] {0, 1, 2, 3, 4}, 1, region -> {}));
    return draw.regions();
  }
}
