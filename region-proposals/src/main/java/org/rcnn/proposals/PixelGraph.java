package org.rcnn.proposals;

import java.util.Arrays;

/**
 * The pixels of a smoothed image as a graph: each pixel is joined to its neighbours, and the edges
 * are ordered by colour distance. One graph serves every scale k of a colour space.
 *
 * <p>Each edge exists once. It is named {@code pixel << 2 | direction}; {@link #step} leads to its
 * other end. The order is made in one counting pass and one scattering pass: the bucket of an edge
 * is the leading bits of its squared distance written as a float, exponent and {@value
 * #MANTISSA_BITS} bits of mantissa, so that distances in one bucket agree to 0.1 % and no square
 * root is taken per edge. All edges of a bucket have its weight; among them, the order is row by
 * row.
 */
final class PixelGraph {

  private static final int MANTISSA_BITS = 9;
  private static final int SHIFT = 23 - MANTISSA_BITS;

  /** Bucket of distance 0; the squared distance 1 has bucket 1. */
  private static final int FIRST = (Float.floatToRawIntBits(1f) >>> SHIFT) - 1;

  /** Three channels differ by at most 3 (255 * 64)², which is below 2^30. */
  private static final int BUCKETS = (Float.floatToRawIntBits(1 << 30) >>> SHIFT) - FIRST + 1;

  /** {@code WEIGHT[b]} is the distance, in grey levels, of the edges of bucket {@code b}. */
  private static final float[] WEIGHT = weights();

  private int pixels;
  private int edges;
  private final int[] step = new int[4];
  private int[] ordered = new int[0];
  private char[] bucketOf = new char[0];
  private int[] distance = new int[0];
  private final int[] bucketEnd = new int[BUCKETS];
  private int usedBuckets;

  private static float[] weights() {
    float[] weights = new float[BUCKETS];
    for (int b = 1; b < BUCKETS; b++) {
      double squared = Float.intBitsToFloat((b + FIRST) << SHIFT);
      weights[b] = (float) (Math.sqrt(squared) / GaussianSmoothing.SCALE);
    }
    return weights;
  }

  /**
   * Builds the ordered graph.
   *
   * @param planes smoothed channels, 64 units to a grey level
   * @param channels how many of them to use
   * @param diagonals whether diagonal neighbours are joined too
   */
  void build(int[][] planes, int channels, int width, int height, boolean diagonals) {
    pixels = width * height;
    int directions = diagonals ? 4 : 2;
    if (ordered.length < directions * pixels) {
      ordered = new int[directions * pixels];
      bucketOf = new char[directions * pixels];
    }
    if (distance.length < width) {
      distance = new int[width];
    }
    step[0] = 1;
    step[1] = width;
    step[2] = width + 1;
    step[3] = width - 1;
    count(planes, channels, width, height, directions);
    turnCountsIntoStarts();
    scatter(width, height, directions);
  }

  /** First x with an edge in a direction, and one past the last. */
  private static int firstX(int direction) {
    return direction == 3 ? 1 : 0;
  }

  private static int endX(int direction, int width) {
    return direction == 0 || direction == 2 ? width - 1 : width;
  }

  private static int endY(int direction, int height) {
    return direction == 0 ? height : height - 1;
  }

  private void count(int[][] planes, int channels, int width, int height, int directions) {
    Arrays.fill(bucketEnd, 0);
    for (int y = 0; y < height; y++) {
      for (int d = 0; d < directions; d++) {
        if (y < endY(d, height)) {
          int from = firstX(d);
          int length = endX(d, width) - from;
          int start = y * width + from;
          measure(planes, channels, start, start + step[d], length);
          countRow(d * pixels + start, length);
        }
      }
    }
  }

  /** Squared distances of a row's edges in one direction: vector code. */
  private void measure(int[][] planes, int channels, int a, int b, int length) {
    int[] out = distance;
    int[] first = planes[0];
    if (channels == 3) {
      int[] second = planes[1];
      int[] third = planes[2];
      for (int x = 0; x < length; x++) {
        int d0 = first[a + x] - first[b + x];
        int d1 = second[a + x] - second[b + x];
        int d2 = third[a + x] - third[b + x];
        out[x] = d0 * d0 + d1 * d1 + d2 * d2;
      }
    } else {
      for (int x = 0; x < length; x++) {
        int d0 = first[a + x] - first[b + x];
        out[x] = d0 * d0;
      }
    }
  }

  private void countRow(int at, int length) {
    for (int x = 0; x < length; x++) {
      int squared = distance[x];
      int bucket = squared == 0 ? 0 : (Float.floatToRawIntBits(squared) >>> SHIFT) - FIRST;
      bucketOf[at + x] = (char) bucket;
      bucketEnd[bucket]++;
    }
  }

  private void turnCountsIntoStarts() {
    int sum = 0;
    usedBuckets = 0;
    for (int b = 0; b < BUCKETS; b++) {
      int count = bucketEnd[b];
      bucketEnd[b] = sum;
      sum += count;
      if (count > 0) {
        usedBuckets = b + 1;
      }
    }
    edges = sum;
  }

  /** Puts each edge into its bucket; afterwards {@code bucketEnd[b]} is where bucket b ends. */
  private void scatter(int width, int height, int directions) {
    for (int y = 0; y < height; y++) {
      for (int d = 0; d < directions; d++) {
        if (y < endY(d, height)) {
          int pixel = y * width + firstX(d);
          int end = y * width + endX(d, width);
          for (int at = d * pixels + pixel; pixel < end; pixel++, at++) {
            ordered[bucketEnd[bucketOf[at]]++] = pixel << 2 | d;
          }
        }
      }
    }
  }

  int pixels() {
    return pixels;
  }

  int edges() {
    return edges;
  }

  /** The edges in order of weight; the first {@link #edges} entries are valid. */
  int[] ordered() {
    return ordered;
  }

  /** What to add to an edge's pixel to get the pixel at its other end, by direction. */
  int[] step() {
    return step;
  }

  /** Number of buckets up to the last one in use. */
  int usedBuckets() {
    return usedBuckets;
  }

  /** One past the last edge of a bucket, as an index into {@link #ordered}. */
  int bucketEnd(int bucket) {
    return bucketEnd[bucket];
  }

  /** The weight of a bucket's edges, in grey levels. */
  static float weight(int bucket) {
    return WEIGHT[bucket];
  }
}
