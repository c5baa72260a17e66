package org.rcnn.svm;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Brings the Gram matrices of classes up to date with their samples: products of new samples alone.
 *
 * <p>Classes trained together often have the same new samples (the first negatives are the same
 * regions for nearly all of them), so the products of all distinct samples are computed once and
 * handed out where that is less work than one product for each class. For 20 classes starting from
 * 2,000 shared negatives and 125 positives each it is a third.
 */
final class GramGrowth {

  /** Values of a shared product, at most: 256 MiB. */
  private static final long SHARED_VALUES = 1L << 26;

  private GramGrowth() {}

  static void grow(List<MinedClass> classes, FeatureMatrix pool) {
    int[] fresh = distinct(classes, true);
    int[] all = distinct(classes, false);
    long shared = (long) fresh.length * all.length;
    long separate = classes.stream().mapToLong(GramGrowth::products).sum();
    if (classes.size() > 1 && shared <= SHARED_VALUES && shared < separate) {
      growTogether(classes, pool, fresh, all);
    } else {
      classes.forEach(mined -> growAlone(mined, pool));
    }
  }

  private static long products(MinedClass mined) {
    return (long) (mined.size() - mined.gram().size()) * mined.size();
  }

  private static int[] distinct(List<MinedClass> classes, boolean freshOnly) {
    return classes.stream()
        .flatMapToInt(
            mined ->
                IntStream.range(freshOnly ? mined.gram().size() : 0, mined.size())
                    .map(mined::sample))
        .sorted()
        .distinct()
        .toArray();
  }

  static void growAlone(MinedClass mined, FeatureMatrix pool) {
    int from = mined.gram().size();
    int size = mined.size();
    if (from < size) {
      try (FeatureMatrix samples =
          pool.gather(IntStream.range(0, size).map(mined::sample).toArray())) {
        mined.gram().grow(samples.timesTransposed(from, size, samples), size);
      }
    }
  }

  static void growTogether(List<MinedClass> classes, FeatureMatrix pool, int[] fresh, int[] all) {
    float[] products;
    try (FeatureMatrix rows = pool.gather(fresh);
        FeatureMatrix columns = pool.gather(all)) {
      products = rows.timesTransposed(columns);
    }
    for (MinedClass mined : classes) {
      int[] columns =
          IntStream.range(0, mined.size())
              .map(i -> Arrays.binarySearch(all, mined.sample(i)))
              .toArray();
      for (int i = mined.gram().size(); i < mined.size(); i++) {
        int at = Arrays.binarySearch(fresh, mined.sample(i)) * all.length;
        float[] row = new float[i + 1];
        for (int j = 0; j <= i; j++) {
          row[j] = products[at + columns[j]];
        }
        mined.gram().add(row);
      }
    }
  }
}
