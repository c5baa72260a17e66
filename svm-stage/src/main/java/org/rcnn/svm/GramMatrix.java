package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;

/**
 * The dot products of a class's samples with each other, the lower triangle alone, row by row: new
 * samples add rows at the end and leave the old ones as they are, so a Gram matrix is never
 * computed twice.
 *
 * <p>Row i always is an array of i + 1 values; arrays of samples that went serve those that come,
 * so that a class which evicts and adds thousands of samples makes no garbage.
 */
final class GramMatrix {

  private final List<float[]> rows = new ArrayList<>();
  private int size;

  int size() {
    return size;
  }

  /** The products of a sample with all before it and, last, itself. */
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
   * @param samples how many samples there are then
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
      // Written over row `to`, which either is this sample's or was moved or dropped before.
      float[] from = rows.get(ascending[to]);
      float[] into = rows.get(to);
      for (int j = 0; j <= to; j++) {
        into[j] = from[ascending[j]];
      }
    }
    size = ascending.length;
  }
}
