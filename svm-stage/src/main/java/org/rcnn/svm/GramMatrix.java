package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;

/**
 * The dot products of a class's samples with each other: only the lower triangle, row by row. New
 * samples add rows at the end and do not change the old ones, so no product is computed twice.
 *
 * <p>Row i is always an array of i + 1 values. Arrays of removed samples are reused for new ones,
 * so that a class that evicts and adds thousands of samples makes no garbage.
 */
final class GramMatrix {

  private final List<float[]> rows = new ArrayList<>();
  private int size;

  int size() {
    return size;
  }

  /** The products of a sample with all samples before it and, last, with itself. */
  float[] row(int sample) {
    return rows.get(sample);
  }

  /** Makes rows for new samples, which the caller fills. */
  void extend(int samples) {
    for (int i = rows.size(); i < samples; i++) {
      rows.add(new float[i + 1]);
    }
    size = samples;
  }

  /**
   * Adds samples.
   *
   * @param products for each new sample its products with all samples, old and new, row-major
   * @param samples the number of samples afterwards
   */
  void grow(float[] products, int samples) {
    int from = size;
    extend(samples);
    for (int i = from; i < samples; i++) {
      System.arraycopy(products, (i - from) * samples, rows.get(i), 0, i + 1);
    }
  }

  /** Keeps only the given samples, in ascending order. */
  void retain(int[] ascending) {
    for (int to = 0; to < ascending.length; to++) {
      // Overwrites row `to`, which is this sample's own or was moved or dropped before.
      float[] from = rows.get(ascending[to]);
      float[] into = rows.get(to);
      for (int j = 0; j <= to; j++) {
        into[j] = from[ascending[j]];
      }
    }
    size = ascending.length;
  }
}
