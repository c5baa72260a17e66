package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.rcnn.proposals.TestImages.grey;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rcnn.data.RgbImage;

class GraphSegmentationTest {

  /** No smoothing and no least size, so that small images can be worked by hand. */
  private static GraphSegmentation bare(double k) {
    return new GraphSegmentation(ColourSpace.INTENSITY, 0, k, 1, Variant.AUTHORS);
  }

  @Test
  void aConstantImageIsOneRegion() {
    assertEquals(1, bare(1).segment(TestImages.constant(5, 4, 90, 20, 3)).regions());
  }

  @Test
  void aStepIsABoundaryWhenItExceedsKOverTheSizeOfASide() {
    // The flat sides tolerate k / 3 and k / 2; a step of 30 is tolerated by both from k = 90 on.
    RgbImage step = grey(5, 1, 0, 0, 0, 30, 30);
    assertArrayEquals(new int[] {0, 0, 0, 1, 1}, bare(89).segment(step).labels());
    assertArrayEquals(new int[] {0, 0, 0, 0, 0}, bare(90).segment(step).labels());
  }

  @Test
  void variationInsideARegionRaisesItsTolerance() {
    // The first step of 10 joins two single pixels if k >= 10; the pair then tolerates 10 + k / 2.
    RgbImage ramp = grey(4, 1, 0, 10, 20, 30);
    assertEquals(1, bare(10).segment(ramp).regions());
    assertEquals(4, bare(9).segment(ramp).regions());
  }

  @Test
  void diagonalNeighboursAreJoinedInTheAuthorsGraphOnly() {
    RgbImage diagonal = grey(2, 2, 0, 200, 200, 0);
    assertArrayEquals(new int[] {0, 1, 1, 0}, bare(10).segment(diagonal).labels());
    GraphSegmentation four = new GraphSegmentation(ColourSpace.INTENSITY, 0, 10, 1, Variant.OPENCV);
    assertArrayEquals(new int[] {0, 1, 2, 3}, four.segment(diagonal).labels());
  }

  @Test
  void aSmallRegionJoinsTheMostSimilarNeighbour() {
    // The lone 100 is 40 from its left and 60 from its right.
    RgbImage image = grey(7, 1, 60, 60, 60, 100, 160, 160, 160);
    GraphSegmentation two = new GraphSegmentation(ColourSpace.INTENSITY, 0, 3, 2, Variant.AUTHORS);
    assertArrayEquals(new int[] {0, 0, 0, 0, 1, 1, 1}, two.segment(image).labels());
  }

  @Test
  void meanColoursAreTheRegionsOwn() {
    RgbImage image = grey(4, 1, 10, 20, 200, 202);
    Segmentation halves = new Segmentation(4, 1, 2, new int[] {0, 0, 1, 1});
    assertEquals(grey(4, 1, 15, 15, 201, 201), halves.inMeanColours(image));
  }

  @Test
  void regionsAreConnectedAndNotTooSmallAndNumberedInRowOrder() {
    for (long seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      int width = 1 + random.nextInt(60);
      int height = 1 + random.nextInt(60);
      int k = 1 + random.nextInt(100);
      ColourSpace space = ColourSpace.values()[random.nextInt(ColourSpace.values().length)];
      RgbImage image = randomImage(width, height, random);
      checkPartition(GraphSegmentation.of(space, k).segment(image), k, "seed " + seed);
    }
  }

  private static RgbImage randomImage(int width, int height, Random random) {
    return random.nextInt(3) == 0
        ? TestImages.noise(width, height, random)
        : TestImages.scene(width, height, random);
  }

  private static void checkPartition(Segmentation segmentation, int least, String message) {
    int[] labels = segmentation.labels();
    int[] sizes = new int[segmentation.regions()];
    boolean[] seen = new boolean[labels.length];
    int found = 0;
    for (int p = 0; p < labels.length; p++) {
      sizes[labels[p]]++;
      if (!seen[p]) {
        assertEquals(found++, labels[p], message + ": numbered out of order, or not connected");
        flood(segmentation, p, seen);
      }
    }
    assertEquals(segmentation.regions(), found, message);
    if (found > 1) {
      int smallest = Arrays.stream(sizes).min().orElseThrow();
      assertTrue(smallest >= least, message + ": a region of " + smallest + " pixels");
    }
  }

  private static void flood(Segmentation s, int from, boolean[] seen) {
    Deque<Integer> open = new ArrayDeque<>(List.of(from));
    seen[from] = true;
    while (!open.isEmpty()) {
      int p = open.pop();
      int x = p % s.width();
      int y = p / s.width();
      for (int ny = Math.max(0, y - 1); ny <= Math.min(s.height() - 1, y + 1); ny++) {
        for (int nx = Math.max(0, x - 1); nx <= Math.min(s.width() - 1, x + 1); nx++) {
          int q = ny * s.width() + nx;
          if (!seen[q] && s.labels()[q] == s.labels()[p]) {
            seen[q] = true;
            open.push(q);
          }
        }
      }
    }
  }

  @Test
  void agreesWithAPlainImplementation() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      int width = 1 + random.nextInt(24);
      int height = 1 + random.nextInt(24);
      Variant variant = seed % 2 == 0 ? Variant.AUTHORS : Variant.OPENCV;
      ColourSpace space = seed % 5 == 0 ? ColourSpace.INTENSITY : ColourSpace.LAB;
      RgbImage image = randomImage(width, height, random);
      int k = 1 + random.nextInt(60);
      int least = 1 + random.nextInt(12);
      int[] fast = new GraphSegmentation(space, 0.8, k, least, variant).segment(image).labels();
      assertArrayEquals(slow(image, space, variant, k, least), fast, "seed " + seed);
    }
  }

  private record Edge(int a, int b, float weight) {}

  /** Felzenszwalb and Huttenlocher's algorithm with an object per edge and relabelled pixels. */
  private static int[] slow(
      RgbImage image, ColourSpace space, Variant variant, float k, int least) {
    int pixels = image.width() * image.height();
    List<Edge> edges = edges(image, space, variant);
    int[] component = new int[pixels];
    int[] size = new int[pixels];
    float[] heaviest = new float[pixels];
    for (int p = 0; p < pixels; p++) {
      component[p] = p;
      size[p] = 1;
    }
    for (Edge e : edges) {
      int a = component[e.a()];
      int b = component[e.b()];
      if (a != b
          && e.weight() <= heaviest[a] + k / size[a]
          && e.weight() <= heaviest[b] + k / size[b]) {
        heaviest[a] = e.weight();
        join(component, size, a, b);
      }
    }
    for (Edge e : edges) {
      int a = component[e.a()];
      int b = component[e.b()];
      if (a != b && (size[a] < least || size[b] < least)) {
        join(component, size, a, b);
      }
    }
    return numbered(component);
  }

  private static List<Edge> edges(RgbImage image, ColourSpace space, Variant variant) {
    int width = image.width();
    int height = image.height();
    byte[][] planes = new byte[space.channels()][width * height];
    int[][] smoothed = new int[space.channels()][width * height];
    new ColourConversion(variant).convert(space, image.rgb(), width * height, planes);
    for (int c = 0; c < planes.length; c++) {
      new GaussianSmoothing(0.8).smooth(planes[c], width, height, smoothed[c]);
    }
    int[][] directions = {{1, 0}, {0, 1}, {1, 1}, {-1, 1}};
    List<Edge> edges = new ArrayList<>();
    for (int y = 0; y < height; y++) {
      for (int d = 0; d < (variant == Variant.AUTHORS ? 4 : 2); d++) {
        for (int x = 0; x < width; x++) {
          int nx = x + directions[d][0];
          int ny = y + directions[d][1];
          if (nx >= 0 && nx < width && ny < height) {
            edges.add(edge(smoothed, y * width + x, ny * width + nx));
          }
        }
      }
    }
    edges.sort(Comparator.comparingDouble(Edge::weight));
    return edges;
  }

  private static Edge edge(int[][] planes, int a, int b) {
    int squared = 0;
    for (int[] plane : planes) {
      squared += (plane[a] - plane[b]) * (plane[a] - plane[b]);
    }
    // Nine bits of mantissa, as the graph's documentation says.
    float rounded = Float.intBitsToFloat(Float.floatToRawIntBits(squared) >>> 14 << 14);
    return new Edge(a, b, (float) (Math.sqrt(rounded) / GaussianSmoothing.SCALE));
  }

  private static void join(int[] component, int[] size, int a, int b) {
    size[a] += size[b];
    for (int p = 0; p < component.length; p++) {
      if (component[p] == b) {
        component[p] = a;
      }
    }
  }

  private static int[] numbered(int[] component) {
    int[] number = new int[component.length];
    Arrays.fill(number, -1);
    int next = 0;
    int[] labels = new int[component.length];
    for (int p = 0; p < labels.length; p++) {
      if (number[component[p]] < 0) {
        number[component[p]] = next++;
      }
      labels[p] = number[component[p]];
    }
    return labels;
  }
}
