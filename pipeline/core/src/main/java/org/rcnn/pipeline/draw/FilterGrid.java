package org.rcnn.pipeline.draw;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/**
 * Draws the filters of a first convolution side by side, each weight as a square of one colour:
 * mid-grey is 0, and a channel is brighter the more a filter likes its colour.
 */
public final class FilterGrid {

  /** About the side of a drawn filter, in pixels. */
  private static final int FILTER_SIDE = 44;

  private static final int GAP = 3;
  private static final Color BETWEEN = new Color(0x202327);

  private FilterGrid() {}

  /**
   * Draws filters, in rows from left to right.
   *
   * @param weights {@code filters x 3 x kernel x kernel} values: red, green and blue
   * @param kernel side of a filter
   * @param scales for each filter, the size of a weight that is drawn in full colour; a filter
   *     whose scale is 0 is all grey
   * @param columns filters in a row
   */
  public static Picture of(float[] weights, int kernel, double[] scales, int columns) {
    int filters = scales.length;
    int zoom = Math.max(2, Math.round(FILTER_SIDE / (float) kernel));
    int cell = kernel * zoom + GAP;
    int rows = (filters + columns - 1) / columns;
    BufferedImage canvas =
        new BufferedImage(columns * cell + GAP, rows * cell + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(BETWEEN);
    graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
    int area = kernel * kernel;
    for (int f = 0; f < filters; f++) {
      for (int p = 0; p < area; p++) {
        int at = 3 * f * area + p;
        graphics.setColor(
            new Color(
                level(weights[at], scales[f]),
                level(weights[at + area], scales[f]),
                level(weights[at + 2 * area], scales[f])));
        graphics.fillRect(
            GAP + f % columns * cell + p % kernel * zoom,
            GAP + f / columns * cell + p / kernel * zoom,
            zoom,
            zoom);
      }
    }
    graphics.dispose();
    return Picture.of(canvas);
  }

  private static int level(double weight, double scale) {
    double relative = scale == 0 ? 0 : Math.max(-1, Math.min(1, weight / scale));
    return (int) Math.round(127.5 + 127.5 * relative);
  }
}
