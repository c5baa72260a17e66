package org.rcnn.pipeline.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Stroke;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;

/**
 * Draws detections and ground truth on an image.
 *
 * <p>A detection is a solid frame in the {@linkplain ClassColours colour of its class} with a label
 * "class score"; higher scores are drawn over lower ones and get the better label places. A ground
 * truth is a dashed white frame with its class, marked if it is difficult. Line width and letters
 * grow with the picture. Labels always lie inside the picture.
 *
 * <p>Immutable, and safe to use from many threads. Images are never changed: every method draws on
 * a copy.
 */
public final class DetectionPainter {

  private static final Color SHADE = new Color(0, 0, 0, 150);

  private final int minLongSide;

  /** A painter that draws every detection and makes pictures at least 400 pixels long. */
  public DetectionPainter() {
    this(400);
  }

  private DetectionPainter(int minLongSide) {
    this.minLongSide = minLongSide;
  }

  /**
   * The same painter, enlarging images whose longer side has fewer pixels than this (0: never), so
   * that labels on small images can be read.
   */
  public DetectionPainter withMinLongSide(int minLongSide) {
    return new DetectionPainter(minLongSide);
  }

  /**
   * Draws detections.
   *
   * @param detections with boxes in the image's pixels
   */
  public Picture paint(RgbImage image, List<Detection> detections) {
    return paint(image, detections, List.of());
  }

  /**
   * Draws detections over ground truth. Either list may be empty.
   *
   * @param detections with boxes in the image's pixels
   * @param groundTruths with boxes in the image's pixels
   */
  public Picture paint(RgbImage image, List<Detection> detections, List<GroundTruth> groundTruths) {
    List<Mark> marks = new ArrayList<>();
    detections.stream()
        .sorted(Comparator.comparingDouble(Detection::score).reversed())
        .map(DetectionPainter::markOf)
        .forEach(marks::add);
    groundTruths.stream().map(DetectionPainter::markOf).forEach(marks::add);
    return draw(image, marks);
  }

  /** What is drawn for one box. */
  private record Mark(Box box, String label, Color colour, boolean dashed) {}

  private static Mark markOf(Detection detection) {
    String label = String.format(Locale.ROOT, "%s %.2f", detection.className(), detection.score());
    return new Mark(detection.box(), label, ClassColours.of(detection.className()), false);
  }

  private static Mark markOf(GroundTruth truth) {
    String label = truth.difficult() ? truth.className() + " (difficult)" : truth.className();
    return new Mark(truth.box(), label, Color.WHITE, true);
  }

  /** Draws marks, the most important first in the list and last on the canvas. */
  private Picture draw(RgbImage image, List<Mark> marks) {
    double scale = Math.max(1, minLongSide / (double) Math.max(image.width(), image.height()));
    int width = (int) Math.round(image.width() * scale);
    int height = (int) Math.round(image.height() * scale);
    Picture background = Picture.of(image);
    BufferedImage canvas =
        (scale > 1 ? background.resize(width, height) : background).toBufferedImage();
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    int longSide = Math.max(width, height);
    float line = Math.max(2, longSide / 200);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, Math.max(11, longSide / 38)));

    for (int i = marks.size() - 1; i >= 0; i--) {
      frame(graphics, marks.get(i), scale, line, width, height);
    }
    labels(graphics, marks, scale, width, height);
    graphics.dispose();
    return Picture.of(canvas);
  }

  private static void frame(
      Graphics2D graphics, Mark mark, double scale, float line, int width, int height) {
    // Whole pixels give sharp edges. Half a line inwards, a frame at the picture's border is not
    // cut off.
    Box box = mark.box().scale(scale).clip(width, height);
    double left = Math.round(box.xMin()) + line / 2;
    double top = Math.round(box.yMin()) + line / 2;
    Rectangle2D frame =
        new Rectangle2D.Double(
            left,
            top,
            Math.max(1, Math.round(box.xMax()) - line / 2 - left),
            Math.max(1, Math.round(box.yMax()) - line / 2 - top));
    // A dark outline keeps the frame visible on a background of its own colour.
    graphics.setStroke(new BasicStroke(line + 2));
    graphics.setColor(SHADE);
    if (mark.dashed()) {
      graphics.setStroke(dashes(line + 1));
    }
    graphics.draw(frame);
    graphics.setStroke(mark.dashed() ? dashes(line) : new BasicStroke(line));
    graphics.setColor(mark.colour());
    graphics.draw(frame);
  }

  private static Stroke dashes(float line) {
    return new BasicStroke(
        line, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {9, 7}, 0);
  }

  private static void labels(
      Graphics2D graphics, List<Mark> marks, double scale, int width, int height) {
    FontMetrics metrics = graphics.getFontMetrics();
    int padding = Math.max(2, metrics.getAscent() / 4);
    double labelHeight = metrics.getAscent() + metrics.getDescent();
    LabelPlacer placer = new LabelPlacer(width, height);
    List<Box> places = new ArrayList<>();
    for (Mark mark : marks) {
      double labelWidth = metrics.stringWidth(mark.label()) + 2.0 * padding;
      Box box = mark.box().scale(scale).clip(width, height);
      places.add(placer.place(box, labelWidth, labelHeight));
    }
    // The most important label gets the best place, and is drawn last, so that it is on top.
    for (int i = marks.size() - 1; i >= 0; i--) {
      label(graphics, marks.get(i), places.get(i), padding);
    }
  }

  private static void label(Graphics2D graphics, Mark mark, Box place, int padding) {
    // Detections are the subject of the picture, so only they get a label in full colour.
    graphics.setColor(mark.dashed() ? SHADE : mark.colour());
    graphics.fill(
        new Rectangle2D.Double(place.xMin(), place.yMin(), place.width(), place.height()));
    graphics.setColor(mark.dashed() ? Color.WHITE : ClassColours.inkOn(mark.colour()));
    graphics.drawString(
        mark.label(),
        (float) (place.xMin() + padding),
        (float) (place.yMin() + graphics.getFontMetrics().getAscent()));
  }
}
