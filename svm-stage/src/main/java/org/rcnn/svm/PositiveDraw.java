package org.rcnn.svm;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The positives of one class: its objects, and as many proposals as the maximum leaves room for.
 *
 * <p>The regions with the lowest random ranks stay. A region's rank never changes, so they are a
 * uniform sample without replacement of all regions offered, whatever their order: with the first
 * ones kept instead, a class would know the objects of some images from all sides and those of the
 * others not at all. As objects come, they take the place of proposals; they are only dropped for
 * other objects, if there are more than their own maximum.
 */
final class PositiveDraw {

  private final int most;
  private final int mostObjects;
  private final RegionSampling sampling;

  /** By rank, the highest first: the next to be dropped. */
  private final PriorityQueue<Ranked> objects = new PriorityQueue<>(HIGHEST_FIRST);

  private final PriorityQueue<Ranked> proposals = new PriorityQueue<>(HIGHEST_FIRST);

  private static final Comparator<Ranked> HIGHEST_FIRST =
      Comparator.comparingLong(Ranked::rank).thenComparingLong(Ranked::region).reversed();

  private record Ranked(long rank, long region) {}

  /**
   * A draw without regions.
   *
   * @param settings have the maxima
   */
  PositiveDraw(SampleSettings settings, RegionSampling sampling) {
    this.most = settings.maxPositives();
    this.mostObjects = settings.maxObjects();
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
    // The caller does not hold this image's regions yet, so that it is not told of those.
    Set<Long> staying = new TreeSet<>();
    LongConsumer drop =
        region -> {
          if (!staying.remove(region)) {
            dropped.accept(region);
          }
        };
    for (int i = 0; i < rows.length; i++) {
      long region = FeaturePool.key(imageIndex, rows[i]);
      staying.add(region);
      (i < objectCount ? objects : proposals).add(new Ranked(sampling.rank(region), region));
      while (objects.size() > mostObjects) {
        drop.accept(objects.remove().region());
      }
      while (!proposals.isEmpty() && (long) objects.size() + proposals.size() > most) {
        drop.accept(proposals.remove().region());
      }
    }
    return staying.stream().mapToInt(Long::intValue).toArray();
  }

  /** The regions drawn, by image and then by row. */
  long[] regions() {
    return Stream.concat(objects.stream(), proposals.stream())
        .mapToLong(Ranked::region)
        .sorted()
        .toArray();
  }
}
