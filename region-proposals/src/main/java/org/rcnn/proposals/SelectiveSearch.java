package org.rcnn.proposals;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;
import org.rcnn.data.SideBySide;

/**
 * Selective search: class-independent object proposals.
 *
 * <p>J.R.R. Uijlings, K.E.A. van de Sande, T. Gevers, A.W.M. Smeulders: Selective Search for Object
 * Recognition, IJCV 2013.
 *
 * <p>Immutable and safe for any number of threads, each of which keeps arrays of its own for the
 * next image. The same image gives the same boxes in the same order on every thread.
 *
 * <p><b>As the authors do it</b>, in {@link SelectiveSearchConfig#authorsFast()} and {@link
 * SelectiveSearchConfig#quality()}: the colour spaces, the scales k, the similarity sets and the
 * measures; smoothing by 0.8 pixels; eight neighbours of a pixel; k as the smallest initial region;
 * boxes of at least 20 pixels a side, each once; the order by rank times a random number.
 *
 * <p><b>Where it differs</b>, and why:
 *
 * <ul>
 *   <li>The default, {@link SelectiveSearchConfig#fast()}, is <em>more</em> than the authors' fast
 *       mode: it groups by fill alone and by size alone as well, 16 hierarchies instead of 8, and
 *       keeps the 2,100 boxes that cover best. Its results are not those of the authors' mode; for
 *       those use {@code authorsFast()}.
 *   <li>Images whose longer side exceeds 500 pixels are searched at that size, unless the
 *       configuration says otherwise: k and the least side are meant for photos of VOC's size. The
 *       authors search VOC images unscaled; none is longer than 500 pixels. R-CNN searches other
 *       photos at a width of 500, see {@link WorkingSize#width}.
 *   <li>Derivatives are 3 × 3 kernels on the smoothed image instead of Gaussian derivatives of one
 *       pixel, and their diagonals are steered: nearly the same filter at a fraction of the cost
 *       ({@link TextureCodes}).
 *   <li>Smoothing is in fixed point, edge weights that agree to 0.1 % count as equal, and
 *       similarities are sums of integers: so edges are sorted in one pass, and results do not
 *       depend on the order of floating-point sums ({@link GaussianSmoothing}, {@link PixelGraph},
 *       {@link HierarchicalGrouping}).
 *   <li>Colours are converted from sRGB by formulas of this package, to 8 bits a channel ({@link
 *       ColourSpace}); histograms and edges see the same rounded values.
 *   <li>Regions that touch at a corner are neighbours, like the pixels of the graph ({@link
 *       RegionGraph}). Of equally similar pairs the one found first is merged.
 *   <li>The random numbers are Java's, so the order has the same distribution as the authors', not
 *       the same boxes. Initial regions have no merge order: they share the last rank of their
 *       segmentation, and each draws one number for all hierarchies above it.
 *   <li>Where the image is scaled, boxes are mapped back outwards to whole pixels, because whoever
 *       crops them would round the corners anyway. The least side holds at the size of the search
 *       alone. No image is searched at more than {@code maxPixels}, so that memory is bounded.
 *   <li>The whole image is always among the boxes and always first, even where it is smaller than
 *       the least side: no valid image is left without a proposal.
 * </ul>
 *
 * <p>What {@link SelectiveSearchConfig#openCvFast()} changes to resemble OpenCV is listed at {@link
 * Variant}. Its boxes are not OpenCV's box by box: the arithmetic is the same as above, and OpenCV
 * breaks ties in another order.
 */
public final class SelectiveSearch {

  private final SelectiveSearchConfig config;
  private final ThreadLocal<SearchWorkspace> workspaces;

  /** A search that does what the configuration says. */
  public SelectiveSearch(SelectiveSearchConfig config) {
    this.config = config;
    this.workspaces = ThreadLocal.withInitial(() -> new SearchWorkspace(config));
  }

  /** What this search does. */
  public SelectiveSearchConfig config() {
    return config;
  }

  /**
   * Proposes boxes that may hold an object.
   *
   * @return distinct boxes with integer coordinates inside the image, best first by the
   *     configuration's ranking; the whole image is always among them
   */
  public List<Box> propose(RgbImage image) {
    SearchWorkspace workspace = workspaces.get();
    RgbImage working = workingImage(image);
    BoxCollection found = workspace.search(working);
    return inOriginalPixels(found, workspace.order(working), working, image);
  }

  /**
   * As {@link #propose(RgbImage)}, with the same result, colour space by colour space side by side:
   * for a single image whose result is awaited. With many images, one per thread is faster.
   *
   * @param pool runs the work; each of its threads keeps arrays of its own from now on, as the
   *     calling one does. Must not be called from a thread of the pool.
   */
  public List<Box> propose(RgbImage image, Executor pool) {
    RgbImage working = workingImage(image);
    List<Supplier<CandidateBoxes>> parts =
        config.colourSpaces().stream()
            .<Supplier<CandidateBoxes>>map(space -> () -> candidates(space, working))
            .toList();
    List<CandidateBoxes> candidates = SideBySide.run(parts, pool);
    SearchWorkspace workspace = workspaces.get();
    BoxCollection found = workspace.join(working, candidates);
    return inOriginalPixels(found, workspace.order(working), working, image);
  }

  private CandidateBoxes candidates(ColourSpace space, RgbImage working) {
    CandidateBoxes found = new CandidateBoxes();
    workspaces.get().hierarchies(space, working, found);
    return found;
  }

  /** The image at the size at which it is searched; the image itself if that is its own size. */
  public RgbImage workingImage(RgbImage image) {
    double factor = config.workingSize().factor(image, config.maxPixels());
    return ImageScaling.scale(image, scaled(image.width(), factor), scaled(image.height(), factor));
  }

  /**
   * One of the segmentations that the search starts from, for display.
   *
   * @param working an image at its {@link #workingImage working size}
   * @param space a colour space
   * @param k a scale
   */
  public Segmentation segmentation(RgbImage working, ColourSpace space, int k) {
    return new GraphSegmentation(
            space, config.sigma(), k, config.variant().leastRegion(k), config.variant())
        .segment(working);
  }

  private static int scaled(int side, double factor) {
    return Math.max(1, (int) Math.round(side * factor));
  }

  /**
   * Maps boxes back: outwards to whole pixels, so that none becomes empty. An enlarged image may
   * give the same box twice; the first one counts.
   */
  private static List<Box> inOriginalPixels(
      BoxCollection found, int[] order, RgbImage working, RgbImage image) {
    double xFactor = image.width() / (double) working.width();
    double yFactor = image.height() / (double) working.height();
    Set<Box> boxes = new LinkedHashSet<>(2 * order.length);
    for (int b : order) {
      boxes.add(
          new Box(
              Math.floor(found.xMin()[b] * xFactor),
              Math.floor(found.yMin()[b] * yFactor),
              Math.min(image.width(), Math.ceil(found.xMax()[b] * xFactor)),
              Math.min(image.height(), Math.ceil(found.yMax()[b] * yFactor))));
    }
    return List.copyOf(boxes);
  }
}
