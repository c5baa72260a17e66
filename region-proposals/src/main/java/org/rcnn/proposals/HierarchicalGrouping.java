package org.rcnn.proposals;

import java.util.Arrays;
import java.util.Set;

/**
 * Greedy grouping of neighbouring regions, most similar pair first, until one region is left
 * (Uijlings et al., algorithm 1).
 *
 * <p>Regions {@code 0 .. n-1} are the initial ones, each merge makes the next number, and region
 * {@code 2n-2} is the whole image. Nothing is allocated per merge:
 *
 * <ul>
 *   <li>Touching pairs keep their number throughout. A merge moves the pairs of both regions to the
 *       new one by linking two lists, and removes the duplicates.
 *   <li>The most similar pair is at the root of a tournament tree over all pairs: a changed leaf is
 *       replayed up to the root in log n steps, and no stale entry ever exists.
 *   <li>Histograms stay exact pixel counts, which merging adds; beside them stand the counts
 *       normalised to a sum of 2^24, so that an intersection is an integer sum of minima. A merged
 *       region takes over the row of one of its parts.
 * </ul>
 *
 * <p>Equal similarities go to the pair that was found first.
 */
final class HierarchicalGrouping {

  /** Sum of a normalised histogram. */
  private static final int ONE = 1 << 24;

  /** Fractional bits of a similarity in the tournament's keys; the sum of four is at most 4. */
  private static final double KEY_SCALE = 1 << 28;

  private int initial;
  private double imageSize;
  private boolean colour;
  private boolean texture;
  private boolean size;
  private boolean fill;

  private int stride;
  private int colourLength;
  private int channels;
  private int[] counts = new int[0];
  private int[] normalised = new int[0];

  // Per region.
  private int[] row = new int[0];
  private int[] sizes = new int[0];
  private int[] xMin = new int[0];
  private int[] yMin = new int[0];
  private int[] xMax = new int[0];
  private int[] yMax = new int[0];
  private int[] head = new int[0];
  private int[] tail = new int[0];
  private int[] seenBy = new int[0];

  // Per pair end: end 2e and 2e + 1 belong to pair e.
  private int[] region = new int[0];
  private int[] next = new int[0];

  private long[] tree = new long[0];
  private int leaves;

  /**
   * Groups the regions of a graph. The results are read from {@link #xMin} and the like.
   *
   * @param histograms {@code regions * stride} counts
   * @return the number of regions made in all, twice the initial ones minus one
   */
  int group(RegionGraph graph, int[] histograms, int channels, Set<Similarity> similarities) {
    initial = graph.regions();
    colour = similarities.contains(Similarity.COLOUR);
    texture = similarities.contains(Similarity.TEXTURE);
    size = similarities.contains(Similarity.SIZE);
    fill = similarities.contains(Similarity.FILL);
    this.channels = channels;
    stride = RegionHistograms.stride(channels);
    colourLength = RegionHistograms.colourLength(channels);
    takeRegions(graph, histograms);
    takePairs(graph);
    int made = initial;
    while (tree[1] > 0) {
      merge((int) ~tree[1], made++);
    }
    return made;
  }

  private void takeRegions(RegionGraph graph, int[] histograms) {
    int all = 2 * initial;
    if (sizes.length < all) {
      int length = all + all / 4;
      row = new int[length];
      sizes = new int[length];
      xMin = new int[length];
      yMin = new int[length];
      xMax = new int[length];
      yMax = new int[length];
      head = new int[length];
      tail = new int[length];
      seenBy = new int[length];
    }
    System.arraycopy(graph.sizes(), 0, sizes, 0, initial);
    System.arraycopy(graph.xMin(), 0, xMin, 0, initial);
    System.arraycopy(graph.yMin(), 0, yMin, 0, initial);
    System.arraycopy(graph.xMax(), 0, xMax, 0, initial);
    System.arraycopy(graph.yMax(), 0, yMax, 0, initial);
    Arrays.fill(head, 0, all, -1);
    Arrays.fill(tail, 0, all, -1);
    Arrays.fill(seenBy, 0, all, -1);
    imageSize = 0;
    for (int r = 0; r < initial; r++) {
      imageSize += sizes[r];
      row[r] = r * stride;
    }
    if (colour || texture) {
      if (counts.length < initial * stride) {
        counts = new int[initial * stride + initial * stride / 4];
        normalised = new int[counts.length];
      }
      System.arraycopy(histograms, 0, counts, 0, initial * stride);
      for (int r = 0; r < initial; r++) {
        normalise(r);
      }
    }
  }

  private void normalise(int r) {
    int at = row[r];
    if (colour) {
      double scale = (double) ONE / ((double) sizes[r] * channels);
      scale(at, at + colourLength, scale);
    }
    if (texture) {
      double scale = (double) ONE / ((double) sizes[r] * channels * 2 * TextureCodes.DERIVATIVES);
      scale(at + colourLength, at + stride, scale);
    }
  }

  private void scale(int from, int to, double scale) {
    for (int i = from; i < to; i++) {
      normalised[i] = (int) (counts[i] * scale + 0.5);
    }
  }

  private void takePairs(RegionGraph graph) {
    int pairs = graph.pairs();
    if (region.length < 2 * pairs) {
      region = new int[2 * pairs + pairs / 2];
      next = new int[region.length];
    }
    leaves = Integer.highestOneBit(Math.max(1, pairs - 1)) << 1;
    if (tree.length < 2 * leaves) {
      tree = new long[2 * leaves];
    }
    for (int e = 0; e < pairs; e++) {
      int a = graph.first()[e];
      int b = graph.second()[e];
      region[2 * e] = a;
      region[2 * e + 1] = b;
      append(a, 2 * e);
      append(b, 2 * e + 1);
      tree[leaves + e] = key(e);
    }
    Arrays.fill(tree, leaves + pairs, 2 * leaves, 0);
    for (int i = leaves - 1; i > 0; i--) {
      tree[i] = Math.max(tree[2 * i], tree[2 * i + 1]);
    }
  }

  private void append(int r, int end) {
    next[end] = -1;
    if (head[r] < 0) {
      head[r] = end;
    } else {
      next[tail[r]] = end;
    }
    tail[r] = end;
  }

  private void merge(int pair, int merged) {
    int a = region[2 * pair];
    int b = region[2 * pair + 1];
    update(pair, 0);
    sizes[merged] = sizes[a] + sizes[b];
    xMin[merged] = Math.min(xMin[a], xMin[b]);
    yMin[merged] = Math.min(yMin[a], yMin[b]);
    xMax[merged] = Math.max(xMax[a], xMax[b]);
    yMax[merged] = Math.max(yMax[a], yMax[b]);
    if (colour || texture) {
      mergeHistograms(a, b, merged);
    }
    takeOver(a, merged);
    takeOver(b, merged);
    for (int end = head[merged]; end >= 0; end = next[end]) {
      update(end >> 1, key(end >> 1));
    }
  }

  private void mergeHistograms(int a, int b, int merged) {
    int to = row[a];
    int from = row[b];
    for (int i = 0; i < stride; i++) {
      counts[to + i] += counts[from + i];
    }
    row[merged] = to;
    normalise(merged);
  }

  /**
   * Moves a region's live pairs to the merged one; a second pair with the same region is removed.
   */
  private void takeOver(int old, int merged) {
    int end = head[old];
    while (end >= 0) {
      int following = next[end];
      int pair = end >> 1;
      if (tree[leaves + pair] != 0) {
        int other = region[end ^ 1];
        if (seenBy[other] == merged) {
          update(pair, 0);
        } else {
          seenBy[other] = merged;
          region[end] = merged;
          append(merged, end);
        }
      }
      end = following;
    }
  }

  /** Sets a pair's key and plays it up until a match's outcome stays the same. */
  private void update(int pair, long key) {
    int i = leaves + pair;
    tree[i] = key;
    while (i > 1) {
      i >>= 1;
      long winner = Math.max(tree[2 * i], tree[2 * i + 1]);
      if (tree[i] == winner) {
        return;
      }
      tree[i] = winner;
    }
  }

  /** Similarity in the upper half, the inverted pair number in the lower; never 0. */
  private long key(int pair) {
    double similarity = similarity(region[2 * pair], region[2 * pair + 1]);
    return (long) (similarity * KEY_SCALE) << 32 | ~pair & 0xffffffffL;
  }

  private double similarity(int a, int b) {
    double sum = 0;
    if (colour) {
      sum += intersection(row[a], row[b], colourLength);
    }
    if (texture) {
      sum += intersection(row[a] + colourLength, row[b] + colourLength, stride - colourLength);
    }
    sum *= 1.0 / ONE;
    int both = sizes[a] + sizes[b];
    if (size) {
      sum += 1 - both / imageSize;
    }
    if (fill) {
      double width = Math.max(xMax[a], xMax[b]) - Math.min(xMin[a], xMin[b]);
      double height = Math.max(yMax[a], yMax[b]) - Math.min(yMin[a], yMin[b]);
      sum += 1 - (width * height - both) / imageSize;
    }
    return sum;
  }

  private int intersection(int a, int b, int length) {
    int[] histogram = normalised;
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.min(histogram[a + i], histogram[b + i]);
    }
    return sum;
  }

  /** Pixels of each region made. */
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
}
