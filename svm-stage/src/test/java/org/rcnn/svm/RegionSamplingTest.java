package org.rcnn.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RegionSamplingTest {

  @Test
  void keepsAboutTheShareAskedForAndAllAtOne() {
    RegionSampling sampling = new RegionSampling(3);
    // 100,000 draws at 0.25: the standard deviation is 137, so 1,000 is beyond seven of them.
    assertEquals(25_000, count(sampling.share("a", 100_000, 0.25)), 1000);
    assertEquals(1000, count(sampling.share("a", 1000, 1)));
  }

  @Test
  void dependsOnSeedImageAndRowAlone() {
    boolean[] choice = new RegionSampling(3).share("a", 500, 0.5);
    assertArrayEquals(choice, new RegionSampling(3).share("a", 500, 0.5));
    // A longer image begins with the same choices.
    assertArrayEquals(choice, Arrays.copyOf(new RegionSampling(3).share("a", 900, 0.5), 500));
    assertFalse(Arrays.equals(choice, new RegionSampling(4).share("a", 500, 0.5)));
    assertFalse(Arrays.equals(choice, new RegionSampling(3).share("b", 500, 0.5)));
  }

  @Test
  void aSmallerShareIsPartOfALargerOne() {
    boolean[] small = new RegionSampling(3).share("a", 500, 0.2);
    boolean[] large = new RegionSampling(3).share("a", 500, 0.6);
    IntStream.range(0, 500)
        .filter(row -> small[row])
        .forEach(row -> assertEquals(true, large[row]));
  }

  @Test
  void subsetsAreAscendingDistinctAndOfTheSizeAskedFor() {
    int[] candidates = IntStream.range(0, 300).map(i -> 2 * i).toArray();
    int[] subset = new RegionSampling(9).subset("a", candidates, 100);
    assertEquals(100, subset.length);
    assertArrayEquals(Arrays.stream(subset).distinct().sorted().toArray(), subset);
    assertEquals(100, Arrays.stream(subset).filter(row -> row % 2 == 0).count());
    // Not simply the first ones.
    assertFalse(subset[99] < 2 * 100);
    assertArrayEquals(candidates, new RegionSampling(9).subset("a", candidates, 300));
  }

  private static int count(boolean[] kept) {
    return (int) IntStream.range(0, kept.length).filter(i -> kept[i]).count();
  }
}
