package org.rcnn.pipeline.draw;

import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Box;

/**
 * Finds places for labels: inside the picture, at their box, away from earlier labels.
 *
 * <p>Eight places at the corners of the box are tried, above it first, and the one that covers the
 * least of earlier labels is chosen (the first of equal ones). Early labels get the best places, so
 * place the most important first.
 */
final class LabelPlacer {

  private final int width;
  private final int height;
  private final List<Box> taken = new ArrayList<>();

  /** A picture of the given size without labels. */
  LabelPlacer(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** The place of a label of the given size, wholly inside the picture if it fits. */
  Box place(Box box, double labelWidth, double labelHeight) {
    double right = box.xMax() - labelWidth;
    double above = box.yMin() - labelHeight;
    double insideTop = box.yMin();
    double insideBottom = box.yMax() - labelHeight;
    double below = box.yMax();
    double[][] corners = {
      {box.xMin(), above}, {right, above},
      {box.xMin(), insideTop}, {right, insideTop},
      {box.xMin(), below}, {right, below},
      {box.xMin(), insideBottom}, {right, insideBottom},
    };
    Box best = null;
    double leastCovered = Double.POSITIVE_INFINITY;
    for (double[] corner : corners) {
      if (corner[1] < 0 || corner[1] + labelHeight > height) {
        continue;
      }
      Box candidate = at(corner[0], corner[1], labelWidth, labelHeight);
      double covered = covered(candidate);
      if (covered < leastCovered) {
        leastCovered = covered;
        best = candidate;
      }
    }
    if (best == null) {
      best = at(box.xMin(), box.yMin(), labelWidth, labelHeight);
    }
    taken.add(best);
    return best;
  }

  private Box at(double x, double y, double labelWidth, double labelHeight) {
    double left = Math.max(0, Math.min(x, width - labelWidth));
    double top = Math.max(0, Math.min(y, height - labelHeight));
    return new Box(left, top, left + labelWidth, top + labelHeight);
  }

  private double covered(Box candidate) {
    return taken.stream().mapToDouble(candidate::intersection).sum();
  }
}
