package org.rcnn.proposals;

import java.util.Arrays;

/**
 * The merging half of Felzenszwalb and Huttenlocher's segmentation: walks the ordered edges of a
 * {@link PixelGraph} and unites the components at both ends when the edge is no heavier than what
 * each tolerates, its heaviest inner edge plus k over its size. Then components below a least size
 * are united with a neighbour, lightest edge first.
 *
 * <p>Components are trees of pixels in one array; a root holds its negated size, and tolerances are
 * looked up at roots only. The second pass walks the edges that the first one refused, a small part
 * of all.
 */
final class GraphMerging {

  private int[] parent = new int[0];
  private float[] tolerance = new float[0];
  private int[] refused = new int[0];

  /**
   * Segments the graph at one scale.
   *
   * @param labels receives each pixel's region, numbered from 0 in row order of their first pixels
   * @return the number of regions
   */
  int segment(PixelGraph graph, float k, int leastSize, int[] labels) {
    prepare(graph, k);
    int refusedEdges = mergeTolerated(graph, k);
    mergeSmall(graph, refusedEdges, leastSize);
    return number(graph.pixels(), labels);
  }

  private void prepare(PixelGraph graph, float k) {
    int pixels = graph.pixels();
    if (parent.length < pixels) {
      parent = new int[pixels];
      tolerance = new float[pixels];
    }
    if (refused.length < graph.edges()) {
      refused = new int[graph.edges()];
    }
    Arrays.fill(parent, 0, pixels, -1);
    Arrays.fill(tolerance, 0, pixels, k);
  }

  /** One long loop on purpose: it runs once per edge and scale, a third of the whole search. */
  private int mergeTolerated(PixelGraph graph, float k) {
    int[] parent = this.parent;
    float[] tolerance = this.tolerance;
    int[] ordered = graph.ordered();
    int[] step = graph.step();
    int refusedEdges = 0;
    int i = 0;
    for (int bucket = 0; bucket < graph.usedBuckets(); bucket++) {
      float weight = PixelGraph.weight(bucket);
      for (int end = graph.bucketEnd(bucket); i < end; i++) {
        int edge = ordered[i];
        int p = edge >>> 2;
        int q = p + step[edge & 3];
        int a = root(parent, p);
        int b = root(parent, q);
        if (a == b) {
          continue;
        }
        if (weight <= tolerance[a] && weight <= tolerance[b]) {
          int larger = unite(parent, a, b);
          tolerance[larger] = weight - k / parent[larger];
        } else {
          refused[refusedEdges++] = edge;
        }
      }
    }
    return refusedEdges;
  }

  private void mergeSmall(PixelGraph graph, int refusedEdges, int leastSize) {
    int[] step = graph.step();
    for (int i = 0; i < refusedEdges; i++) {
      int p = refused[i] >>> 2;
      int a = root(parent, p);
      int b = root(parent, p + step[refused[i] & 3]);
      if (a != b && (-parent[a] < leastSize || -parent[b] < leastSize)) {
        unite(parent, a, b);
      }
    }
  }

  /** The root of a pixel's tree; halves the path on the way. */
  private static int root(int[] parent, int pixel) {
    int above = parent[pixel];
    while (above >= 0) {
      int next = parent[above];
      if (next < 0) {
        return above;
      }
      parent[pixel] = next;
      pixel = next;
      above = parent[pixel];
    }
    return pixel;
  }

  /** Attaches the smaller of two trees to the root of the larger and returns that root. */
  private static int unite(int[] parent, int a, int b) {
    int larger = parent[a] <= parent[b] ? a : b;
    int smaller = larger == a ? b : a;
    parent[larger] += parent[smaller];
    parent[smaller] = larger;
    return larger;
  }

  private int number(int pixels, int[] labels) {
    Arrays.fill(labels, 0, pixels, -1);
    int regions = 0;
    for (int p = 0; p < pixels; p++) {
      int root = root(parent, p);
      if (labels[root] < 0) {
        labels[root] = regions++;
      }
      labels[p] = labels[root];
    }
    return regions;
  }
}
