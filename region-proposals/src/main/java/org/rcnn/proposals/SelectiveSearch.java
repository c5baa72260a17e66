package org.rcnn.proposals;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * Selective search: class-independent object proposals.
 *
 * <p>J.R.R. Uijlings, K.E.A. van de Sande, T. Gevers, A.W.M. Smeulders: Selective Search for Object
 * Recognition, IJCV 2013.
 *
 * <p>Immutable and safe for any number of threads, each of which keeps arrays of its own for the
 * next image. The same image gives the same boxes in the same order on every thread.
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
    double factor = config.workingSize().factor(image, config.maxPixels());
    RgbImage working =
        ImageScaling.scale(image, scaled(image.width(), factor), scaled(image.height(), factor));
    BoxCollection found = workspace.search(working);
    return inOriginalPixels(found, workspace.order(working), working, image);
  }

  private static int scaled(int side, double factor) {
    return Math.max(1, (int) Math.round(side * factor));
  }

  /**
   * Maps boxes back: outwards to whole pixels, so that none becomes empty. An enlarged image may
   * give the same box twice; its first place counts.
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
