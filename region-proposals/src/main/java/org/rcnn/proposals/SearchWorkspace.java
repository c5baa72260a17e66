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
    int width = image.width();
    int height = image.height();
    reserve(width * height);
    boxes.clear();
    boxes.add(0, 0, width, height, 0);
    SplittableRandom random = new SplittableRandom(config.seed());
    for (ColourSpace space : config.colourSpaces()) {
      int channels = space.channels();
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
        group(s, channels, width, height, random);
      }
    }
    return boxes;
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
  private void group(int s, int channels, int width, int height, SplittableRandom random) {
    int initial = regions[s];
    regionGraph.build(labels[s], width, height, initial);
    int needed = initial * RegionHistograms.stride(channels);
    if (regionCounts.length < needed) {
      regionCounts = new int[needed + needed / 4];
    }
    histograms.sum(s, initial, regionGraph.sizes(), regionCounts);
    for (int r = 0; r < initial; r++) {
      collect(
          regionGraph.xMin()[r],
          regionGraph.yMin()[r],
          regionGraph.xMax()[r],
          regionGraph.yMax()[r],
          initial * random.nextDouble());
    }
    List<Set<Similarity>> sets = config.similaritySets();
    for (Set<Similarity> set : sets) {
      int made = grouping.group(regionGraph, regionCounts, channels, set);
      for (int r = initial; r < made; r++) {
        collect(
            grouping.xMin()[r],
            grouping.yMin()[r],
            grouping.xMax()[r],
            grouping.yMax()[r],
            (made - r) * random.nextDouble());
      }
    }
  }

  private void collect(int x0, int y0, int x1, int y1, double rank) {
    if (x1 - x0 >= config.minBoxSide() && y1 - y0 >= config.minBoxSide()) {
      boxes.add(x0, y0, x1, y1, rank);
    }
  }
}
