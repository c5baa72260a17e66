package org.rcnn.proposals;

import java.util.Arrays;

/**
 * The regions of a segmentation: their sizes, bounding boxes and which of them touch, at a side or
 * a corner. Neighbouring pairs are listed once, in row order of the place where they first touch.
 */
final class RegionGraph {

  private int regions;
  private int[] sizes = new int[0];
  private int[] xMin = new int[0];
  private int[] yMin = new int[0];
  private int[] xMax = new int[0];
  private int[] yMax = new int[0];

  private int pairs;
  private int[] first = new int[64];
  private int[] second = new int[64];
  private long[] table = new long[0];
  private int mask;

  /** Measures a label array that numbers its regions from 0 without gaps. */
  void build(int[] labels, int width, int height, int regions) {
    this.regions = regions;
    reserve(regions);
    int y0 = 0;
    for (int y = 0; y < height; y++, y0 += width) {
      measureRow(labels, y0, width, y);
      if (y > 0) {
        touchRows(labels, y0 - width, y0, width);
      }
    }
  }

  private void reserve(int regions) {
    if (sizes.length < regions) {
      int length = regions + regions / 4;
      sizes = new int[length];
      xMin = new int[length];
      yMin = new int[length];
      xMax = new int[length];
      yMax = new int[length];
    }
    Arrays.fill(sizes, 0, regions, 0);
    Arrays.fill(xMin, 0, regions, Integer.MAX_VALUE);
    Arrays.fill(yMin, 0, regions, Integer.MAX_VALUE);
    Arrays.fill(xMax, 0, regions, 0);
    Arrays.fill(yMax, 0, regions, 0);
    pairs = 0;
    // A planar graph has under 3 pairs per region; corners that cross add few.
    int size = Integer.highestOneBit(Math.max(64, 12 * regions)) << 1;
    if (table.length < size) {
      table = new long[size];
    }
    mask = table.length - 1;
    Arrays.fill(table, -1);
  }

  /** Measures a row's runs, each of one region, and pairs the regions of adjacent runs. */
  private void measureRow(int[] labels, int start, int width, int y) {
    int from = 0;
    while (from < width) {
      int label = labels[start + from];
      int to = from + 1;
      while (to < width && labels[start + to] == label) {
        to++;
      }
      sizes[label] += to - from;
      xMin[label] = Math.min(xMin[label], from);
      xMax[label] = Math.max(xMax[label], to);
      yMin[label] = Math.min(yMin[label], y);
      yMax[label] = y + 1;
      if (to < width) {
        touch(label, labels[start + to]);
      }
      from = to;
    }
  }

  private void touchRows(int[] labels, int above, int below, int width) {
    int lastA = -1;
    int lastB = -1;
    for (int x = 0; x < width; x++) {
      int b = labels[below + x];
      for (int nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        int a = labels[above + nx];
        if (a != b && (a != lastA || b != lastB)) {
          lastA = a;
          lastB = b;
          touch(a, b);
        }
      }
    }
  }

  private void touch(int a, int b) {
    int low = Math.min(a, b);
    int high = Math.max(a, b);
    long key = (long) low << 32 | high;
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 36) & mask;
    while (table[slot] >= 0) {
      if (table[slot] == key) {
        return;
      }
      slot = slot + 1 & mask;
    }
    table[slot] = key;
    if (pairs == first.length) {
      first = Arrays.copyOf(first, 2 * pairs);
      second = Arrays.copyOf(second, 2 * pairs);
    }
    first[pairs] = low;
    second[pairs++] = high;
    if (2 * pairs > table.length) {
      growTable();
    }
  }

  private void growTable() {
    table = new long[2 * table.length];
    mask = table.length - 1;
    Arrays.fill(table, -1);
    for (int i = 0; i < pairs; i++) {
      long key = (long) first[i] << 32 | second[i];
      int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 36) & mask;
      while (table[slot] >= 0) {
        slot = slot + 1 & mask;
      }
      table[slot] = key;
    }
  }

  int regions() {
    return regions;
  }

  /** Pixels of each region. */
  int[] sizes() {
    return sizes;
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

  int pairs() {
    return pairs;
  }

  /** The lower region of each touching pair. */
  int[] first() {
    return first;
  }

  /** The higher region of each touching pair. */
  int[] second() {
    return second;
  }
}
