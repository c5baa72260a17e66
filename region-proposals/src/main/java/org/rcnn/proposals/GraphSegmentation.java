package org.rcnn.proposals;

import org.rcnn.data.RgbImage;

/**
 * Efficient graph-based segmentation: the initial regions of selective search, on their own.
 *
 * <p>P.F. Felzenszwalb, D.P. Huttenlocher: Efficient Graph-Based Image Segmentation, IJCV 2004.
 * Pixels are the nodes of a graph whose edges weigh the colour distance of neighbours. From the
 * lightest edge on, two components are united if the edge weighs no more than the heaviest edge
 * inside either of them plus k over that one's size: evidence for a boundary is judged against the
 * variation on both sides.
 *
 * <p>Where it differs from the authors' code: pixels are smoothed in fixed point at 1/64 of a grey
 * level, and edge weights are equal when they agree to 0.1 %, in which case they keep row order.
 * The regions are the same up to such ties.
 *
 * @param colourSpace where distances are measured
 * @param sigma smoothing before, in pixels
 * @param k tolerance: the larger, the larger the regions
 * @param leastRegion regions smaller than this many pixels are united with a neighbour at the end
 * @param variant decides the pixels' neighbourhood and the hue's range
 */
public record GraphSegmentation(
    ColourSpace colourSpace, double sigma, double k, int leastRegion, Variant variant) {

  /** The authors' way: smoothing of 0.8 pixels, and no region smaller than k pixels. */
  public static GraphSegmentation of(ColourSpace colourSpace, int k) {
    return new GraphSegmentation(colourSpace, 0.8, k, k, Variant.AUTHORS);
  }

  /** Segments an image, at its own size. */
  public Segmentation segment(RgbImage image) {
    int width = image.width();
    int height = image.height();
    int channels = colourSpace.channels();
    byte[][] planes = new byte[channels][width * height];
    int[][] smoothed = new int[channels][width * height];
    new ColourConversion(variant).convert(colourSpace, image.rgb(), width * height, planes);
    GaussianSmoothing smoothing = new GaussianSmoothing(sigma);
    for (int c = 0; c < channels; c++) {
      smoothing.smooth(planes[c], width, height, smoothed[c]);
    }
    PixelGraph graph = new PixelGraph();
    graph.build(smoothed, channels, width, height, variant == Variant.AUTHORS);
    int[] labels = new int[width * height];
    int regions = new GraphMerging().segment(graph, (float) k, leastRegion, labels);
    return new Segmentation(width, height, regions, labels);
  }
}
