package org.rcnn.svm;

/**
 * A feature row without its zeros. About three quarters of the features after a rectifier are
 * zeros, so the rows kept for training need about a quarter of the memory, without loss.
 */
final class SparseRow {

  private final long[] occupied;
  private final float[] values;

  private SparseRow(long[] occupied, float[] values) {
    this.occupied = occupied;
    this.values = values;
  }

  /**
   * Packs {@code dimension} features from an offset on; features that are not finite are refused.
   */
  static SparseRow pack(float[] features, int offset, int dimension) {
    long[] occupied = new long[(dimension + 63) >>> 6];
    int count = 0;
    for (int i = 0; i < dimension; i++) {
      float value = features[offset + i];
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "Feature %d is %s; features must be finite numbers.".formatted(i, value));
      }
      if (value != 0) {
        occupied[i >>> 6] |= 1L << i;
        count++;
      }
    }
    float[] values = new float[count];
    int next = 0;
    for (int i = 0; next < count; i++) {
      if (features[offset + i] != 0) {
        values[next++] = features[offset + i];
      }
    }
    return new SparseRow(occupied, values);
  }

  /** Writes the features times a factor into an array of zeros. */
  void unpack(float[] into, int offset, float factor) {
    int next = 0;
    for (int word = 0; word < occupied.length; word++) {
      for (long left = occupied[word]; left != 0; left &= left - 1) {
        into[offset + (word << 6) + Long.numberOfTrailingZeros(left)] = values[next++] * factor;
      }
    }
  }

  /** Writes the positions and values that are not zero; returns how many. */
  int list(int[] positions, float[] into) {
    int next = 0;
    for (int word = 0; word < occupied.length; word++) {
      for (long left = occupied[word]; left != 0; left &= left - 1) {
        positions[next] = (word << 6) + Long.numberOfTrailingZeros(left);
        into[next] = values[next];
        next++;
      }
    }
    return next;
  }
}
