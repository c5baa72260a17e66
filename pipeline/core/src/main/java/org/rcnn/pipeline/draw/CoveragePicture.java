package org.rcnn.pipeline.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.rcnn.data.Annotation;
import org.rcnn.data.Box;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;

/**
 * Draws how well proposals cover the objects of an image. For each object it draws the proposal
 * with the highest IoU, in green with that IoU, and over it the object's own box, dashed and white.
 */
public final class CoveragePicture {

  private static final Color GREEN = new Color(0x2ecc40);

  private CoveragePicture() {}

  /**
   * Draws the coverage on a copy of an image; an object that no proposal touches has only its own
   * box.
   *
   * @param annotation the objects, in the image's pixels
   * @param proposals in the image's pixels, in any order
   */
  public static Picture of(RgbImage image, Annotation annotation, List<Box> proposals) {
    BufferedImage canvas = Picture.of(image).toBufferedImage();
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    int longSide = Math.max(image.width(), image.height());
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, Math.max(11, longSide / 38)));
    // Twice the width of the dashed line that is drawn over it, so that both can be seen.
    graphics.setStroke(new BasicStroke(2 * Math.max(2, longSide / 200)));
    for (GroundTruth object : annotation.objects()) {
      proposals.stream()
          .max(Comparator.comparingDouble(object.box()::iou))
          .filter(best -> best.iou(object.box()) > 0)
          .ifPresent(best -> frame(graphics, best, best.iou(object.box())));
    }
    graphics.dispose();
    return new DetectionPainter()
        .withMinLongSide(0)
        .paint(ImageFiles.toRgb(canvas), List.of(), annotation.objects());
  }

  /** A frame with the IoU in its lower right corner, because the object's name is at the top. */
  private static void frame(Graphics2D graphics, Box box, double iou) {
    graphics.setColor(GREEN);
    int right = (int) box.xMax();
    int bottom = (int) box.yMax();
    graphics.drawRect(
        (int) box.xMin(), (int) box.yMin(), (int) box.width() - 1, (int) box.height() - 1);
    String label = String.format(Locale.ROOT, "%.2f", iou);
    FontMetrics metrics = graphics.getFontMetrics();
    int width = metrics.stringWidth(label) + 6;
    int height = metrics.getAscent() + metrics.getDescent();
    graphics.fillRect(right - width, bottom - height, width, height);
    graphics.setColor(Color.BLACK);
    graphics.drawString(label, right - width + 3, bottom - metrics.getDescent());
  }
}
