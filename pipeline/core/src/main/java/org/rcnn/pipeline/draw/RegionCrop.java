package org.rcnn.pipeline.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import org.rcnn.cnn.network.NetworkDefinition;
import org.rcnn.cnn.network.Preprocessing;
import org.rcnn.cnn.network.Preprocessing.ColourOrder;
import org.rcnn.cnn.warp.WarpGeometry;
import org.rcnn.data.Box;
import org.rcnn.data.RgbImage;

/**
 * Draws a region as the network sees it: stretched to a square with some of its surroundings, and
 * with the mean colour where those lie outside the image.
 */
public final class RegionCrop {

  private static final Color SHADE = new Color(0, 0, 0, 150);

  private RegionCrop() {}

  /**
   * Draws a region.
   *
   * @param region in the image's pixels
   * @param network gives the size of the input, its context and its mean colour
   * @param side of the picture in pixels
   */
  public static Picture of(RgbImage image, Box region, NetworkDefinition network, int side) {
    int input = network.inputSize();
    WarpGeometry g =
        WarpGeometry.of(region, image.width(), image.height(), input, network.context());
    double scale = side / (double) input;
    int left = (int) Math.round(g.targetX() * scale);
    int top = (int) Math.round(g.targetY() * scale);
    int right = (int) Math.round((g.targetX() + g.targetWidth()) * scale);
    int bottom = (int) Math.round((g.targetY() + g.targetHeight()) * scale);
    BufferedImage canvas = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(meanColour(network.preprocessing()));
    graphics.fillRect(0, 0, side, side);
    Picture shown =
        Picture.of(part(image, g)).resize(Math.max(1, right - left), Math.max(1, bottom - top));
    graphics.drawImage(shown.toBufferedImage(), left, top, null);
    graphics.dispose();
    return Picture.of(canvas);
  }

  /**
   * The picture of a region with a white frame in it, and text in a corner.
   *
   * @param crop a picture of {@link #of}
   * @param frame what is framed, in pixels of the network's input
   * @param inputSize side of that input
   * @param text short, such as a figure; may be empty
   */
  public static Picture framed(Picture crop, Box frame, int inputSize, String text) {
    BufferedImage canvas = crop.toBufferedImage();
    int side = canvas.getWidth();
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    float line = Math.max(2, side / 50);
    Box scaled = frame.scale(side / (double) inputSize).clip(side, side);
    Rectangle2D rectangle =
        new Rectangle2D.Double(
            Math.round(scaled.xMin()) + line / 2,
            Math.round(scaled.yMin()) + line / 2,
            Math.max(1, Math.round(scaled.width()) - line),
            Math.max(1, Math.round(scaled.height()) - line));
    graphics.setStroke(new BasicStroke(line + 2));
    graphics.setColor(SHADE);
    graphics.draw(rectangle);
    graphics.setStroke(new BasicStroke(line));
    graphics.setColor(Color.WHITE);
    graphics.draw(rectangle);
    if (!text.isEmpty()) {
      write(graphics, text, side);
    }
    graphics.dispose();
    return Picture.of(canvas);
  }

  /** Text in the lower left corner, in letters that are still read at half the picture's size. */
  private static void write(Graphics2D graphics, String text, int side) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, Math.max(11, side / 5)));
    FontMetrics metrics = graphics.getFontMetrics();
    int height = metrics.getAscent() + metrics.getDescent() / 2;
    graphics.setColor(SHADE);
    graphics.fillRect(0, side - height, metrics.stringWidth(text) + 8, height);
    graphics.setColor(Color.WHITE);
    graphics.drawString(text, 4, side - metrics.getDescent() / 2 - 1);
  }

  private static RgbImage part(RgbImage image, WarpGeometry g) {
    int row = 3 * g.sourceWidth();
    byte[] rgb = new byte[row * g.sourceHeight()];
    for (int y = 0; y < g.sourceHeight(); y++) {
      int from = 3 * ((g.sourceY() + y) * image.width() + g.sourceX());
      System.arraycopy(image.rgb(), from, rgb, y * row, row);
    }
    return new RgbImage(g.sourceWidth(), g.sourceHeight(), rgb);
  }

  private static Color meanColour(Preprocessing preprocessing) {
    float[] mean = preprocessing.mean();
    int first = preprocessing.order() == ColourOrder.RGB ? 0 : 2;
    return new Color(level(mean[first]), level(mean[1]), level(mean[2 - first]));
  }

  private static int level(float value) {
    return Math.max(0, Math.min(255, Math.round(value)));
  }
}
