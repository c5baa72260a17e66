package org.rcnn.svm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The positives of one class: all objects, and as many proposals as the maximum leaves room for.
 *
 * <p>The proposals with the lowest random ranks stay. A region's rank never changes, so they are a
 * uniform sample without replacement of all proposals offered, whatever their order: with the first
 * ones kept instead, a class would know the objects of some images from all sides and those of the
 * others not at all. As objects come, they take the place of proposals; objects are never dropped,
 * even if there are more than the maximum.
 */
final class PositiveDraw {

  private final int most;
  private final RegionSampling sampling;
  private final List<Long> objects = new ArrayList<>();

  /** By rank, the highest first: the next to be dropped. */
  private final PriorityQueue<Ranked> proposals =
      new PriorityQueue<>(
          Comparator.comparingLong(Ranked::rank).thenComparingLong(Ranked::region).reversed());

  private record Ranked(long rank, long region) {}

  /**
   * A draw without regions.
   *
   * @param most objects and proposals together, unless there are more objects
   */
  PositiveDraw(int most, RegionSampling sampling) {
    this.most = most;
    this.sampling = sampling;
  }

  /**
   * Offers one image's positives.
   *
   * @param rows of the image's regions, ascending
   * @param objectCount how many of them are objects, which come first
   * @param dropped takes the {@link FeaturePool#key} of each region of an earlier image that makes
   *     room
   * @return those of the rows that stay for now, ascending
   */
  int[] offer(int imageIndex, int[] rows, int objectCount, LongConsumer dropped) {
    for (int i = 0; i < objectCount; i++) {
      objects.add(FeaturePool.key(imageIndex, rows[i]));
    }
    trim(imageIndex, dropped);
    for (int i = objectCount; i < rows.length; i++) {
      long region = FeaturePool.key(imageIndex, rows[i]);
      proposals.add(new Ranked(sampling.rank(region), region));
      trim(imageIndex, dropped);
    }
    if (rows.length == objectCount) {
      return rows;
    }
    IntStream drawn =
        proposals.stream()
            .mapToLong(Ranked::region)
            .filter(region -> imageOf(region) == imageIndex)
            .mapToInt(region -> (int) region)
            .sorted();
    return IntStream.concat(Arrays.stream(rows, 0, objectCount), drawn).toArray();
  }

  private void trim(int imageIndex, LongConsumer dropped) {
    while (!proposals.isEmpty() && (long) objects.size() + proposals.size() > most) {
      long region = proposals.remove().region();
      if (imageOf(region) != imageIndex) {
        dropped.accept(region);
      }
    }
  }

  private static int imageOf(long region) {
    return (int) (region >>> 32);
  }

  /** The regions drawn, by image and then by row. */
  long[] regions() {
    return LongStream.concat(
            objects.stream().mapToLong(Long::longValue),
            proposals.stream().mapToLong(Ranked::region))
        .sorted()
        .toArray();
  }
}
