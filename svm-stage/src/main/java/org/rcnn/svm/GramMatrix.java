package org.rcnn.svm;

import java.util.ArrayList;
import java.util.List;

/**
 * The dot products of a class's samples with each other, the lower triangle alone, row by row: new
 * samples add rows at the end and leave the old ones as they are, so a Gram matrix is never
 * computed twice.
 */
final class GramMatrix {

  private final List<float[]> rows = new ArrayList<>();

  int size() {
    return rows.size();
  }

  /** The products of a sample with itself (last) and all before it. */
  float[] row(int sample) {
    return rows.get(sample);
  }

  /** Adds one sample: its products with all samples before it and, last, itself. */
  void add(float[] row) {
    if (row.length != rows.size() + 1) {
      throw new IllegalArgumentException(
          "Sample %d has %d products with those before it and itself, not %d."
              .formatted(rows.size(), rows.size() + 1, row.length));
    }
    rows.add(row);
  }

  /**
   * Adds samples.
   *
   * @param products for each new sample its products with all samples, old and new, row-major
   * @param samples how many samples there are then
   */
  void grow(float[] products, int samples) {
    int from = rows.size();
    for (int i = from; i < samples; i++) {
      float[] row = new float[i + 1];
      System.arraycopy(products, (i - from) * samples, row, 0, i + 1);
      add(row);
    }
  }

  /** Keeps only the given samples, in ascending order. */
  void retain(int[] ascending) {
    for (int to = 0; to < ascending.length; to++) {
      float[] old = rows.get(ascending[to]);
      float[] row = new float[to + 1];
      for (int j = 0; j <= to; j++) {
        row[j] = old[ascending[j]];
      }
      rows.set(to, row);
    }
    rows.subList(ascending.length, rows.size()).clear();
  }
}
