package org.rcnn.proposals;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.rcnn.data.RgbImage;

/**
 * One thread's arrays for selective search, and the search itself: from a working image to its
 * distinct boxes with their ranks. Arrays grow to the largest image seen and are reused.
 */
final class SearchWorkspace {

  private final SelectiveSearchConfig config;
  private final int mostChannels;

  private final ColourConversion conversion;
  private final GaussianSmoothing smoothing;
  private final PixelGraph graph = new PixelGraph();
  private final GraphMerging merging = new GraphMerging();
  private final RegionHistograms histograms;
  private final RegionGraph regionGraph = new RegionGraph();
  private final HierarchicalGrouping grouping = new HierarchicalGrouping();
  private final CandidateBoxes candidates = new CandidateBoxes();
  private final BoxCollection boxes = new BoxCollection();
  private final CoverageRanking coverage = new CoverageRanking();

  private final byte[][] planes;
  private final int[][] smoothed;
  private final int[][] unsmoothed;
  private final int[][] labels;
  private final int[] regions;
  private int[] regionCounts = new int[0];

  SearchWorkspace(SelectiveSearchConfig config) {
    this.config = config;
    mostChannels =
        config.colourSpaces().stream().mapToInt(ColourSpace::channels).max().orElseThrow();
    conversion = new ColourConversion(config.variant());
    smoothing = new GaussianSmoothing(config.sigma());
    histograms = new RegionHistograms(config.variant());
    planes = new byte[mostChannels][0];
    smoothed = new int[mostChannels][0];
    unsmoothed = new int[mostChannels][0];
    labels = new int[config.scales().size()][0];
    regions = new int[config.scales().size()];
  }

  /** Searches an image; the result is valid until the next call. */
  BoxCollection search(RgbImage image) {
    SplittableRandom random = begin(image);
    for (ColourSpace space : config.colourSpaces()) {
      candidates.clear();
      hierarchies(space, image, candidates);
      take(candidates, random);
    }
    return boxes;
  }

  /**
   * Combines the regions that {@link #hierarchies} found; the result is that of {@link #search} and
   * is valid until the next call.
   *
   * @param found for each colour space of the configuration, in its order
   */
  BoxCollection join(RgbImage image, List<CandidateBoxes> found) {
    SplittableRandom random = begin(image);
    found.forEach(boxesOfSpace -> take(boxesOfSpace, random));
    return boxes;
  }

  private SplittableRandom begin(RgbImage image) {
    boxes.clear();
    boxes.add(0, 0, image.width(), image.height(), 0);
    return new SplittableRandom(config.seed());
  }

  private void take(CandidateBoxes found, SplittableRandom random) {
    for (int i = 0; i < found.size(); i++) {
      double rank = found.place(i) * random.nextDouble();
      int x0 = found.xMin(i);
      int y0 = found.yMin(i);
      int x1 = found.xMax(i);
      int y1 = found.yMax(i);
      if (x1 - x0 >= config.minSide() && y1 - y0 >= config.minSide()) {
        boxes.add(x0, y0, x1, y1, rank);
      }
    }
  }

  /** All regions of all hierarchies in one colour space, large or small, found before or not. */
  void hierarchies(ColourSpace space, RgbImage image, CandidateBoxes into) {
    int width = image.width();
    int height = image.height();
    int channels = space.channels();
    reserve(width * height);
    conversion.convert(space, image.rgb(), width * height, planes);
    for (int c = 0; c < channels; c++) {
      smoothing.smooth(planes[c], width, height, smoothed[c]);
    }
    graph.build(smoothed, channels, width, height, config.variant() == Variant.AUTHORS);
    for (int s = 0; s < labels.length; s++) {
      int k = config.scales().get(s);
      regions[s] = merging.segment(graph, k, config.variant().leastRegion(k), labels[s]);
    }
    histograms.count(
        planes,
        texturePlanes(channels, width * height),
        channels,
        width,
        height,
        labels,
        labels.length);
    for (int s = 0; s < labels.length; s++) {
      group(s, channels, width, height, into);
    }
  }

  /** The numbers of the boxes to return from the last search, best first. */
  int[] order(RgbImage image) {
    int most = Math.min(config.maxBoxes(), boxes.size());
    return switch (config.ranking()) {
      case AUTHORS -> boxes.byRank(most);
      case COVERAGE -> coverage.order(boxes, image.width(), image.height(), most);
    };
  }

  private int[][] texturePlanes(int channels, int pixels) {
    if (config.variant() == Variant.AUTHORS) {
      return smoothed;
    }
    for (int c = 0; c < channels; c++) {
      if (unsmoothed[c].length < pixels) {
        unsmoothed[c] = new int[pixels];
      }
      for (int p = 0; p < pixels; p++) {
        unsmoothed[c][p] = (planes[c][p] & 0xff) * GaussianSmoothing.SCALE;
      }
    }
    return unsmoothed;
  }

  private void reserve(int pixels) {
    if (planes[0].length < pixels) {
      for (int c = 0; c < mostChannels; c++) {
        planes[c] = new byte[pixels];
        smoothed[c] = new int[pixels];
      }
      for (int s = 0; s < labels.length; s++) {
        labels[s] = new int[pixels];
      }
    }
  }

  /** All hierarchies over one segmentation. */
  private void group(int s, int channels, int width, int height, CandidateBoxes into) {
    int initial = regions[s];
    regionGraph.build(labels[s], width, height, initial);
    int needed = initial * RegionHistograms.stride(channels);
    if (regionCounts.length < needed) {
      regionCounts = new int[needed + needed / 4];
    }
    histograms.sum(s, initial, regionGraph.sizes(), regionCounts);
    for (int r = 0; r < initial; r++) {
      into.add(
          regionGraph.xMin()[r],
          regionGraph.yMin()[r],
          regionGraph.xMax()[r],
          regionGraph.yMax()[r],
          initial);
    }
    for (Set<Similarity> set : config.similaritySets()) {
      int made = grouping.group(regionGraph, regionCounts, channels, set);
      for (int r = initial; r < made; r++) {
        into.add(
            grouping.xMin()[r],
            grouping.yMin()[r],
            grouping.xMax()[r],
            grouping.yMax()[r],
            made - r);
      }
    }
  }
}
