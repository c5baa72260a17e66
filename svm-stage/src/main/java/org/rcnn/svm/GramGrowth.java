package org.rcnn.svm;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.rcnn.data.matrix.FeatureMatrix;

/**
 * Extends the Gram matrices of classes by their new samples. It computes only products of new
 * samples, and of those only the lower triangle.
 *
 * <p>Classes trained together often have the same new samples (the first negatives are the same
 * regions for nearly all of them, and so are later ones while models are weak), so the products of
 * all distinct new samples with the whole pool are computed once and copied to the classes where
 * that is less work than one product for each class. For 20 classes that start from 2,000 shared
 * negatives and 125 positives each, it is a third of the work.
 */
final class GramGrowth {

  /** Values of one product: 32 MiB. */
  private static final int BLOCK_VALUES = 1 << 23;

  /**
   * New samples of one class in one product. It is small because values above the diagonal are
   * wasted.
   */
  private static final int BLOCK_ROWS = 512;

  /** Runs work for each class, possibly side by side; returns when all of it is done. */
  interface ForEachClass {
    void accept(List<MinedClass> classes, Consumer<MinedClass> work);
  }

  private GramGrowth() {}

  static void grow(List<MinedClass> classes, FeatureMatrix pool, ForEachClass forEach) {
    int[] fresh =
        classes.stream()
            .flatMapToInt(
                mined -> IntStream.range(mined.gram().size(), mined.size()).map(mined::sample))
            .sorted()
            .distinct()
            .toArray();
    long shared = (long) fresh.length * pool.rows();
    long separate = classes.stream().mapToLong(GramGrowth::products).sum();
    if (classes.size() > 1 && shared < separate) {
      growTogether(classes, pool, fresh, forEach);
    } else {
      classes.forEach(mined -> growAlone(mined, pool));
    }
  }

  private static long products(MinedClass mined) {
    long from = mined.gram().size();
    long to = mined.size();
    return (to - from) * (from + to + BLOCK_ROWS) / 2;
  }

  static void growAlone(MinedClass mined, FeatureMatrix pool) {
    int size = mined.size();
    if (mined.gram().size() == size) {
      return;
    }
    try (FeatureMatrix samples =
        pool.gather(IntStream.range(0, size).map(mined::sample).toArray())) {
      for (int from = mined.gram().size(); from < size; from = mined.gram().size()) {
        int to = Math.min(size, from + BLOCK_ROWS);
        mined.gram().grow(samples.timesTransposed(from, to, samples, to), to);
      }
    }
  }

  static void growTogether(
      List<MinedClass> classes, FeatureMatrix pool, int[] fresh, ForEachClass forEach) {
    int columns = pool.rows();
    Map<MinedClass, Integer> known = new IdentityHashMap<>();
    classes.forEach(mined -> known.put(mined, mined.gram().size()));
    forEach.accept(classes, mined -> mined.gram().extend(mined.size()));
    try (FeatureMatrix samples = pool.gather(fresh)) {
      int block = Math.max(1, BLOCK_VALUES / columns);
      for (int from = 0; from < fresh.length; from += block) {
        int to = Math.min(fresh.length, from + block);
        float[] products = samples.timesTransposed(from, to, pool);
        int first = from;
        forEach.accept(
            classes,
            mined -> handOut(products, fresh, first, to, columns, mined, known.get(mined)));
      }
    }
  }

  /** Copies a class's rows from a block of products of the pool's rows fresh[from..to). */
  private static void handOut(
      float[] products, int[] fresh, int from, int to, int columns, MinedClass mined, int known) {
    for (int i = known; i < mined.size(); i++) {
      int found = Arrays.binarySearch(fresh, from, to, mined.sample(i));
      if (found >= 0) {
        int at = (found - from) * columns;
        float[] row = mined.gram().row(i);
        for (int j = 0; j <= i; j++) {
          row[j] = products[at + mined.sample(j)];
        }
      }
    }
  }
}
