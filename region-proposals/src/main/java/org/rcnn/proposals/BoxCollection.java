package org.rcnn.proposals;

import java.util.Arrays;

/**
 * The distinct boxes found in one image, in the pixels of the searched image, in order of first
 * appearance. A box found again keeps its place and the smaller of its ranks.
 */
final class BoxCollection {

  private int size;
  private int[] xMin = new int[1024];
  private int[] yMin = new int[1024];
  private int[] xMax = new int[1024];
  private int[] yMax = new int[1024];
  private double[] rank = new double[1024];
  private int[] table = new int[4096];

  void clear() {
    size = 0;
    Arrays.fill(table, -1);
  }

  /** Adds a box or lowers its rank. */
  void add(int x0, int y0, int x1, int y1, double newRank) {
    int slot = slotOf(x0, y0, x1, y1);
    int i = table[slot];
    if (i >= 0) {
      rank[i] = Math.min(rank[i], newRank);
      return;
    }
    if (size == xMin.length) {
      grow();
      slot = slotOf(x0, y0, x1, y1);
    }
    table[slot] = size;
    xMin[size] = x0;
    yMin[size] = y0;
    xMax[size] = x1;
    yMax[size] = y1;
    rank[size++] = newRank;
  }

  private int slotOf(int x0, int y0, int x1, int y1) {
    long hash = ((x0 * 31L + y0) * 1_000_003 + x1) * 1_000_003 + y1;
    int mask = table.length - 1;
    int slot = (int) (hash * 0x9E3779B97F4A7C15L >>> 32) & mask;
    while (true) {
      int i = table[slot];
      if (i < 0 || xMin[i] == x0 && yMin[i] == y0 && xMax[i] == x1 && yMax[i] == y1) {
        return slot;
      }
      slot = slot + 1 & mask;
    }
  }

  private void grow() {
    int length = 2 * size;
    xMin = Arrays.copyOf(xMin, length);
    yMin = Arrays.copyOf(yMin, length);
    xMax = Arrays.copyOf(xMax, length);
    yMax = Arrays.copyOf(yMax, length);
    rank = Arrays.copyOf(rank, length);
    table = new int[4 * length];
    Arrays.fill(table, -1);
    for (int i = 0; i < size; i++) {
      table[slotOf(xMin[i], yMin[i], xMax[i], yMax[i])] = i;
    }
  }

  /**
   * The numbers of the boxes with the smallest ranks, in order; earlier ones first among equals.
   */
  int[] byRank(int most) {
    long[] keys = new long[size];
    for (int i = 0; i < size; i++) {
      keys[i] = (long) Float.floatToRawIntBits((float) rank[i]) << 32 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[most];
    for (int i = 0; i < most; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  int size() {
    return size;
  }

  int[] xMin() {
    return xMin;
  }

  int[] yMin() {
    return yMin;
  }

  /** Exclusive. */
  int[] xMax() {
    return xMax;
  }

  /** Exclusive. */
  int[] yMax() {
    return yMax;
  }
}
