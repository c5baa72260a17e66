package org.rcnn.proposals;

import java.util.ArrayList;
import java.util.Arrays;
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
    double factor = config.workingSize().factor(image, config.maxPixels());
    int width = scaled(image.width(), factor);
    int height = scaled(image.height(), factor);
    SearchWorkspace workspace = workspaces.get();
    BoxCollection found = workspace.search(ImageScaling.scale(image, width, height));
    int[] order = order(found);
    double xFactor = image.width() / (double) width;
    double yFactor = image.height() / (double) height;
    Set<Box> boxes = new LinkedHashSet<>();
    for (int i = 0; i < order.length && boxes.size() < config.maxBoxes(); i++) {
      int b = order[i];
      boxes.add(
          new Box(
              Math.floor(found.xMin()[b] * xFactor),
              Math.floor(found.yMin()[b] * yFactor),
              Math.ceil(found.xMax()[b] * xFactor),
              Math.ceil(found.yMax()[b] * yFactor)));
    }
    return new ArrayList<>(boxes);
  }

  private static int scaled(int side, double factor) {
    return Math.max(1, (int) Math.round(side * factor));
  }

  /** Box numbers by ascending rank; the whole image, of rank 0, comes first. */
  private static int[] order(BoxCollection found) {
    long[] keys = new long[found.size()];
    double[] rank = found.rank();
    Integer[] order = new Integer[keys.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(rank[a], rank[b]));
    return Arrays.stream(order).mapToInt(i -> i).toArray();
  }
}
