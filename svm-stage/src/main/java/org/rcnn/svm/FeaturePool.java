package org.rcnn.svm;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.rcnn.data.matrix.FeatureMatrix;
import org.rcnn.data.matrix.MatrixEngine;

/**
 * The features of all regions that any class trains on. Each is stored once, however many classes
 * hold it: a hard negative for cats is often one for cows, too, and a positive for dogs.
 *
 * <p>A row is dead when the last class that held it has released it. {@link #compact} removes dead
 * rows once they are a fifth of all, so that memory stays within 1.25 times what is needed and a
 * row is moved a bounded number of times.
 */
final class FeaturePool implements AutoCloseable {

  private final FeatureMatrix matrix;
  private final Map<Long, Integer> rowOfRegion = new HashMap<>();
  private long[] regions = new long[1024];
  private int[] holders = new int[1024];
  private int dead;

  FeaturePool(MatrixEngine engine, int dimension) {
    this.matrix = engine.matrix(dimension, 1024);
  }

  FeatureMatrix matrix() {
    return matrix;
  }

  /** The key of the region that a row holds. */
  long region(int row) {
    return regions[row];
  }

  /** The row of a region that at least one class holds, by its key. */
  int row(long region) {
    return rowOfRegion.get(region);
  }

  /** The key of one region of one image. */
  static long key(int image, int row) {
    return (long) image << 32 | row;
  }

  /** Copies the features of some regions of an image, one after the other. */
  @FunctionalInterface
  interface Features {
    void copy(int[] rows, float[] into) throws IOException;
  }

  /** Holds some regions of an image whose features are in memory. */
  int[] hold(int imageIndex, TrainingImage image, int[] rows) throws IOException {
    return hold(imageIndex, image.id(), rows, image::copyFeatures);
  }

  /**
   * Holds some regions of an image for one more class.
   *
   * @param rows distinct places of regions
   * @param features gives the features of those that no class has held yet
   * @return their rows in the pool
   */
  int[] hold(int imageIndex, String imageId, int[] rows, Features features) throws IOException {
    int[] held = new int[rows.length];
    int[] fresh =
        Arrays.stream(rows).filter(row -> !rowOfRegion.containsKey(key(imageIndex, row))).toArray();
    int known = matrix.rows();
    append(imageId, fresh, features);
    for (int i = 0; i < fresh.length; i++) {
      int row = known + i;
      ensureCapacity(row + 1);
      regions[row] = key(imageIndex, fresh[i]);
      rowOfRegion.put(regions[row], row);
      holders[row] = 0;
      dead++;
    }
    for (int i = 0; i < rows.length; i++) {
      held[i] = rowOfRegion.get(key(imageIndex, rows[i]));
      if (holders[held[i]]++ == 0) {
        dead--;
      }
    }
    return held;
  }

  private void append(String imageId, int[] fresh, Features features) throws IOException {
    if (fresh.length > 0) {
      int dimension = matrix.columns();
      float[] values = new float[Math.multiplyExact(fresh.length, dimension)];
      features.copy(fresh, values);
      for (int i = 0; i < fresh.length; i++) {
        requireFinite(values, i * dimension, dimension, imageId, fresh[i]);
      }
      matrix.append(values, fresh.length);
    }
  }

  private static void requireFinite(
      float[] values, int from, int count, String imageId, int region) {
    float check = 0;
    for (int k = from; k < from + count; k++) {
      check += values[k] * 0; // NaN as soon as one value is not finite
    }
    if (Float.isNaN(check)) {
      throw new IllegalArgumentException(
          "Region %d of image %s has a feature that is not a finite number; compute its features again."
              .formatted(region, imageId));
    }
  }

  void release(int row) {
    if (--holders[row] == 0) {
      dead++;
    }
  }

  /**
   * Removes dead rows if they are at least a fifth of all.
   *
   * @return the new number of each old row, −1 for removed ones; null if nothing moved
   */
  int[] compact() {
    int rows = matrix.rows();
    if (dead == 0 || dead * 5L < rows) {
      return null;
    }
    int[] moved = new int[rows];
    int[] living = new int[rows - dead];
    int to = 0;
    for (int row = 0; row < rows; row++) {
      if (holders[row] == 0) {
        moved[row] = -1;
        rowOfRegion.remove(regions[row]);
      } else {
        living[to] = row;
        moved[row] = to;
        regions[to] = regions[row];
        holders[to] = holders[row];
        rowOfRegion.put(regions[to], to);
        to++;
      }
    }
    matrix.retain(living);
    dead = 0;
    return moved;
  }

  private void ensureCapacity(int rows) {
    if (rows > regions.length) {
      regions = Arrays.copyOf(regions, Math.max(rows, regions.length * 2));
      holders = Arrays.copyOf(holders, regions.length);
    }
  }

  @Override
  public void close() {
    matrix.close();
  }
}
