package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HierarchicalGroupingTest {

  private static final int CHANNELS = 1;
  private static final int STRIDE = RegionHistograms.stride(CHANNELS);

  @Test
  void bySizeTheTwoSmallestNeighboursMergeFirst() {
    // Widths 5, 1, 2, 4: the merge of 1 and 2 makes 3, which joins 4, then 5.
    int[] labels = {0, 0, 0, 0, 0, 1, 2, 2, 3, 3, 3, 3};
    HierarchicalGrouping grouping = new HierarchicalGrouping();
    int made =
        grouping.group(
            graph(labels, 12, 1, 4), new int[4 * STRIDE], CHANNELS, EnumSet.of(Similarity.SIZE));
    assertEquals(7, made);
    assertRegion(grouping, 4, 5, 8, 3);
    assertRegion(grouping, 5, 5, 12, 7);
    assertRegion(grouping, 6, 0, 12, 12);
  }

  @Test
  void byFillAHoleIsFilledFirst() {
    int[] labels = {
      0, 0, 0, 2,
      0, 1, 0, 2,
      0, 0, 0, 2
    };
    HierarchicalGrouping grouping = new HierarchicalGrouping();
    grouping.group(
        graph(labels, 4, 3, 3), new int[3 * STRIDE], CHANNELS, EnumSet.of(Similarity.FILL));
    assertRegion(grouping, 3, 0, 3, 9);
  }

  @Test
  void byColourTheAlikeMergeFirst() {
    int[] histograms = new int[3 * STRIDE];
    histograms[3] = 2;
    histograms[STRIDE + 3] = 1;
    histograms[STRIDE + 9] = 1;
    histograms[2 * STRIDE + 3] = 1;
    histograms[2 * STRIDE + 9] = 1;
    HierarchicalGrouping grouping = new HierarchicalGrouping();
    int[] labels = {0, 0, 1, 1, 2, 2};
    grouping.group(graph(labels, 6, 1, 3), histograms, CHANNELS, EnumSet.of(Similarity.COLOUR));
    assertRegion(grouping, 3, 2, 6, 4);
  }

  @Test
  void aSingleRegionHasNothingToGroup() {
    HierarchicalGrouping grouping = new HierarchicalGrouping();
    RegionGraph one = graph(new int[6], 3, 2, 1);
    Set<Similarity> all = EnumSet.allOf(Similarity.class);
    assertEquals(1, grouping.group(one, new int[STRIDE], CHANNELS, all));
  }

  private static RegionGraph graph(int[] labels, int width, int height, int regions) {
    RegionGraph graph = new RegionGraph();
    graph.build(labels, width, height, regions);
    return graph;
  }

  private static void assertRegion(HierarchicalGrouping g, int region, int x0, int x1, int size) {
    assertEquals(x0, g.xMin()[region], "left of region " + region);
    assertEquals(x1, g.xMax()[region], "right of region " + region);
    assertEquals(size, g.sizes()[region], "size of region " + region);
  }

  /** One grouping for all rounds, so that the reuse of its arrays is tested too. */
  @Test
  void everyMergeIsOfTheMostSimilarTouchingPair() {
    HierarchicalGrouping grouping = new HierarchicalGrouping();
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Segmentation segmentation =
          new GraphSegmentation(ColourSpace.INTENSITY, 0, 20, 1, Variant.AUTHORS)
              .segment(TestImages.scene(1 + random.nextInt(14), 1 + random.nextInt(14), random));
      int[] histograms = randomHistograms(segmentation, random);
      Set<Similarity> set = randomSet(random);
      RegionGraph graph =
          graph(
              segmentation.labels(),
              segmentation.width(),
              segmentation.height(),
              segmentation.regions());
      int made = grouping.group(graph, histograms, CHANNELS, set);
      assertEquals(2 * segmentation.regions() - 1, made, "seed " + seed);
      replay(segmentation, histograms, set, grouping, "seed " + seed);
    }
  }

  private static Set<Similarity> randomSet(Random random) {
    Set<Similarity> set = EnumSet.noneOf(Similarity.class);
    for (Similarity similarity : Similarity.values()) {
      if (random.nextBoolean()) {
        set.add(similarity);
      }
    }
    return set.isEmpty() ? EnumSet.allOf(Similarity.class) : set;
  }

  /** Each pixel counts once per colour channel and once in each of the eight directions. */
  private static int[] randomHistograms(Segmentation segmentation, Random random) {
    int[] histograms = new int[segmentation.regions() * STRIDE];
    for (int label : segmentation.labels()) {
      histograms[label * STRIDE + random.nextInt(25)]++;
      for (int d = 0; d < 8; d++) {
        histograms[label * STRIDE + 25 + 10 * d + random.nextInt(10)]++;
      }
    }
    return histograms;
  }

  private static final class Region {
    final List<Integer> pixels = new ArrayList<>();
    final int[] histogram = new int[STRIDE];
  }

  private record Pair(Region a, Region b, double similarity) {}

  /**
   * Follows the merges with sets of pixels. The pair that explains a merge's size and box best must
   * have the largest similarity, by the definition and in double precision, up to rounding.
   */
  private static void replay(
      Segmentation s,
      int[] histograms,
      Set<Similarity> set,
      HierarchicalGrouping grouping,
      String message) {
    List<Region> alive = new ArrayList<>();
    for (int r = 0; r < s.regions(); r++) {
      alive.add(new Region());
      System.arraycopy(histograms, r * STRIDE, alive.get(r).histogram, 0, STRIDE);
    }
    for (int p = 0; p < s.labels().length; p++) {
      alive.get(s.labels()[p]).pixels.add(p);
    }
    for (int made = s.regions(); alive.size() > 1; made++) {
      double best = 0;
      Pair merged = null;
      for (Pair pair : touchingPairs(alive, s, set)) {
        best = Math.max(best, pair.similarity());
        if (explains(pair, grouping, made, s.width())
            && (merged == null || pair.similarity() > merged.similarity())) {
          merged = pair;
        }
      }
      assertNotNull(merged, message + ": merge " + made + " is of no touching pair");
      assertEquals(best, merged.similarity(), 1e-5, message + ": merge " + made);
      alive.remove(merged.b());
      merged.a().pixels.addAll(merged.b().pixels);
      for (int i = 0; i < STRIDE; i++) {
        merged.a().histogram[i] += merged.b().histogram[i];
      }
    }
  }

  private static List<Pair> touchingPairs(List<Region> alive, Segmentation s, Set<Similarity> set) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < alive.size(); i++) {
      for (int j = i + 1; j < alive.size(); j++) {
        if (touch(alive.get(i), alive.get(j), s.width())) {
          double similarity = similarity(alive.get(i), alive.get(j), s, set);
          pairs.add(new Pair(alive.get(i), alive.get(j), similarity));
        }
      }
    }
    return pairs;
  }

  private static boolean explains(Pair pair, HierarchicalGrouping g, int made, int width) {
    int[] box = box(pair.a(), pair.b(), width);
    return g.sizes()[made] == pair.a().pixels.size() + pair.b().pixels.size()
        && g.xMin()[made] == box[0]
        && g.yMin()[made] == box[1]
        && g.xMax()[made] == box[2]
        && g.yMax()[made] == box[3];
  }

  private static int[] box(Region a, Region b, int width) {
    int[] box = {Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 0};
    for (Region region : List.of(a, b)) {
      for (int p : region.pixels) {
        box[0] = Math.min(box[0], p % width);
        box[1] = Math.min(box[1], p / width);
        box[2] = Math.max(box[2], p % width + 1);
        box[3] = Math.max(box[3], p / width + 1);
      }
    }
    return box;
  }

  private static boolean touch(Region a, Region b, int width) {
    for (int p : a.pixels) {
      for (int q : b.pixels) {
        if (Math.abs(p % width - q % width) <= 1 && Math.abs(p / width - q / width) <= 1) {
          return true;
        }
      }
    }
    return false;
  }

  private static double similarity(Region a, Region b, Segmentation s, Set<Similarity> set) {
    double image = s.width() * s.height();
    double both = a.pixels.size() + b.pixels.size();
    int[] box = box(a, b, s.width());
    double boxSize = (double) (box[2] - box[0]) * (box[3] - box[1]);
    double sum = 0;
    sum += set.contains(Similarity.COLOUR) ? intersection(a, b, 0, 25, 1) : 0;
    sum += set.contains(Similarity.TEXTURE) ? intersection(a, b, 25, STRIDE, 8) : 0;
    sum += set.contains(Similarity.SIZE) ? 1 - both / image : 0;
    sum += set.contains(Similarity.FILL) ? 1 - (boxSize - both) / image : 0;
    return sum;
  }

  private static double intersection(Region a, Region b, int from, int to, int perPixel) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      double shareOfA = a.histogram[i] / (double) (perPixel * a.pixels.size());
      double shareOfB = b.histogram[i] / (double) (perPixel * b.pixels.size());
      sum += Math.min(shareOfA, shareOfB);
    }
    return sum;
  }
}
