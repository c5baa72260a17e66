package org.rcnn.svm;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.rcnn.data.SeedMix;

/**
 * Random choices among regions that depend only on the seed, the image's name and the row. They do
 * not depend on the order of images or on threads; nor on the class, so that classes choose the
 * same regions and share their storage.
 */
final class RegionSampling {

  private final long seed;

  RegionSampling(long seed) {
    this.seed = seed;
  }

  /** Which of an image's regions belong to a share of all regions. */
  boolean[] share(String imageId, int regions, double share) {
    boolean[] kept = new boolean[regions];
    long image = imageSeed(imageId, 1);
    for (int row = 0; row < regions; row++) {
      kept[row] = share == 1 || (SeedMix.mix(image + row) >>> 11) * 0x1p-53 < share;
    }
    return kept;
  }

  /** At most {@code count} of the candidate rows, in ascending order. */
  int[] subset(String imageId, int[] candidates, int count) {
    if (candidates.length <= count) {
      return candidates;
    }
    long image = imageSeed(imageId, 2);
    long[] ranks = new long[candidates.length];
    for (int i = 0; i < ranks.length; i++) {
      // The 32 random bits of the rank decide; the low bits are the position.
      ranks[i] = (SeedMix.mix(image + candidates[i]) & 0xFFFFFFFF00000000L) | i;
    }
    Arrays.sort(ranks);
    return IntStream.range(0, count).map(i -> candidates[(int) ranks[i]]).sorted().toArray();
  }

  /** A region's position in a random order of all regions; its key is {@link FeaturePool#key}. */
  long rank(long regionKey) {
    return SeedMix.mix(SeedMix.mix(seed + 3) ^ regionKey);
  }

  private long imageSeed(String imageId, int purpose) {
    long hash = SeedMix.mix(seed + purpose);
    for (int i = 0; i < imageId.length(); i++) {
      hash = SeedMix.mix(hash ^ imageId.charAt(i));
    }
    return hash;
  }
}
