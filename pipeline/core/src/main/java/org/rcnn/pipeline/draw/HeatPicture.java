package org.rcnn.pipeline.draw;

import java.awt.image.BufferedImage;

/**
 * Draws values over a picture: positive ones in red, negative ones in blue, stronger where they are
 * larger. The picture below is grey, so that its own colours are not taken for values.
 */
public final class HeatPicture {

  private static final int[] POSITIVE = {0xd9, 0x32, 0x1c};
  private static final int[] NEGATIVE = {0x1c, 0x5f, 0xd0};

  /** How much of the picture the largest value hides. */
  private static final double STRONGEST = 0.8;

  private HeatPicture() {}

  /**
   * Draws values on a grid over a picture, with smooth steps between the cells' centres.
   *
   * @param values {@code cells x cells} values, row by row
   * @param cells side of the grid
   * @param scale the size of a value in full colour, greater than 0
   */
  public static Picture of(Picture picture, float[] values, int cells, double scale) {
    BufferedImage canvas = picture.toBufferedImage();
    for (int y = 0; y < canvas.getHeight(); y++) {
      double row = (y + 0.5) * cells / canvas.getHeight() - 0.5;
      for (int x = 0; x < canvas.getWidth(); x++) {
        double column = (x + 0.5) * cells / canvas.getWidth() - 0.5;
        double value = at(values, cells, row, column) / scale;
        canvas.setRGB(x, y, blend(grey(canvas.getRGB(x, y)), value));
      }
    }
    return Picture.of(canvas);
  }

  /** The value between four centres; beyond the outermost it stays as it is there. */
  private static double at(float[] values, int cells, double row, double column) {
    int top = (int) Math.floor(row);
    int left = (int) Math.floor(column);
    double down = row - top;
    double across = column - left;
    double upper =
        (1 - across) * cell(values, cells, top, left) + across * cell(values, cells, top, left + 1);
    double lower =
        (1 - across) * cell(values, cells, top + 1, left)
            + across * cell(values, cells, top + 1, left + 1);
    return (1 - down) * upper + down * lower;
  }

  private static double cell(float[] values, int cells, int row, int column) {
    int y = Math.max(0, Math.min(cells - 1, row));
    int x = Math.max(0, Math.min(cells - 1, column));
    return values[y * cells + x];
  }

  private static int grey(int rgb) {
    return (299 * (rgb >> 16 & 0xff) + 587 * (rgb >> 8 & 0xff) + 114 * (rgb & 0xff)) / 1000;
  }

  private static int blend(int grey, double value) {
    int[] colour = value > 0 ? POSITIVE : NEGATIVE;
    double share = STRONGEST * Math.min(1, Math.abs(value));
    int rgb = 0;
    for (int channel : colour) {
      rgb = rgb << 8 | (int) Math.round((1 - share) * grey + share * channel);
    }
    return rgb;
  }
}
