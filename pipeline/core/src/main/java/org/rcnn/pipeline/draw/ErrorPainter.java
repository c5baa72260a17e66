package org.rcnn.pipeline.draw;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.Stream;
import org.rcnn.data.Box;
import org.rcnn.data.Detection;
import org.rcnn.data.GroundTruth;
import org.rcnn.data.RgbImage;
import org.rcnn.eval.ErrorExample;

/**
 * Draws an error twice, side by side: the part of the image around it with the annotated objects,
 * and the same part with the detection. The boxes that the error is about have thick frames; other
 * objects have thin dashed ones. There are no labels, since they would cover what is to be seen; a
 * caption says what it is.
 *
 * <p>Immutable, and safe to use from many threads.
 */
public final class ErrorPainter {

  /** The colour of annotated objects. */
  public static final Color TRUTH = new Color(0x3aa0ff);

  /** The colour of detections. */
  public static final Color DETECTION = new Color(0xff8c1a);

  private static final Color SHADE = new Color(0, 0, 0, 170);
  private static final Color EDGE = new Color(0x80, 0x80, 0x80);

  /** One of the two panels, in pixels. */
  private static final int WIDTH = 200;

  private static final int HEIGHT = 150;
  private static final int GAP = 4;

  /** How much of the surroundings is shown, as a multiple of the boxes' sides. */
  private static final double CONTEXT = 1.7;

  /** The least part of an image that is shown, in pixels, so that small objects keep a context. */
  private static final double LEAST_SIDE = 40;

  /**
   * Draws an error.
   *
   * @param image the error's image
   * @param objects the image's objects
   * @return a picture of 404 x 150 pixels
   */
  public Picture paint(RgbImage image, List<GroundTruth> objects, ErrorExample error) {
    Box part = part(image, error);
    BufferedImage panel = crop(image, part);
    BufferedImage canvas = new BufferedImage(2 * WIDTH + GAP, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(EDGE);
    graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
    View left = new View(part, panel, 0);
    View right = new View(part, panel, WIDTH + GAP);
    left.drawImage(graphics);
    right.drawImage(graphics);
    for (GroundTruth object : objects) {
      if (error.object().filter(object::equals).isEmpty()) {
        left.frame(graphics, object.box(), TRUTH, false);
      }
    }
    error.object().ifPresent(object -> left.frame(graphics, object.box(), TRUTH, true));
    error
        .detection()
        .ifPresent(detection -> right.frame(graphics, detection.box(), DETECTION, true));
    graphics.dispose();
    return Picture.of(canvas);
  }

  /** The part of the image that is shown, with the panels' proportions where the image allows. */
  private static Box part(RgbImage image, ErrorExample error) {
    List<Box> boxes =
        Stream.concat(
                error.object().map(GroundTruth::box).stream(),
                error.detection().map(Detection::box).stream())
            .toList();
    Box around = boxes.stream().reduce(ErrorPainter::union).orElseThrow();
    double width = Math.max(LEAST_SIDE, CONTEXT * around.width());
    double height = Math.max(LEAST_SIDE, CONTEXT * around.height());
    width = Math.max(width, height * WIDTH / HEIGHT);
    height = Math.max(height, width * HEIGHT / WIDTH);
    double left = begin((around.xMin() + around.xMax() - width) / 2, width, image.width());
    double top = begin((around.yMin() + around.yMax() - height) / 2, height, image.height());
    return new Box(
        left,
        top,
        Math.min(left + Math.ceil(width), image.width()),
        Math.min(top + Math.ceil(height), image.height()));
  }

  /** Where a stretch begins so that it lies inside the image as far as it can, in whole pixels. */
  private static double begin(double wanted, double length, int side) {
    return Math.floor(Math.max(0, Math.min(wanted, side - length)));
  }

  private static Box union(Box a, Box b) {
    return new Box(
        Math.min(a.xMin(), b.xMin()),
        Math.min(a.yMin(), b.yMin()),
        Math.max(a.xMax(), b.xMax()),
        Math.max(a.yMax(), b.yMax()));
  }

  /** The part, in the largest size that fits a panel. */
  private static BufferedImage crop(RgbImage image, Box part) {
    BufferedImage whole = Picture.of(image).toBufferedImage();
    BufferedImage cut =
        whole.getSubimage(
            (int) part.xMin(), (int) part.yMin(), (int) part.width(), (int) part.height());
    double scale = scale(part);
    return Picture.of(cut)
        .resize(
            (int) Math.max(1, Math.round(part.width() * scale)),
            (int) Math.max(1, Math.round(part.height() * scale)))
        .toBufferedImage();
  }

  private static double scale(Box part) {
    return Math.min(WIDTH / part.width(), HEIGHT / part.height());
  }

  /** One panel: where the image's pixels lie on the canvas. */
  private record View(Box part, BufferedImage pixels, int panelLeft) {

    private double left() {
      return panelLeft + (WIDTH - pixels.getWidth()) / 2;
    }

    private double top() {
      return (HEIGHT - pixels.getHeight()) / 2;
    }

    void drawImage(Graphics2D graphics) {
      graphics.drawImage(pixels, (int) left(), (int) top(), null);
    }

    void frame(Graphics2D graphics, Box box, Color colour, boolean thick) {
      double scale = scale(part);
      double inset = thick ? 1.5 : 1;
      double x1 = Math.max(0, (box.xMin() - part.xMin()) * scale) + inset;
      double y1 = Math.max(0, (box.yMin() - part.yMin()) * scale) + inset;
      double x2 = Math.min(pixels.getWidth(), (box.xMax() - part.xMin()) * scale) - inset;
      double y2 = Math.min(pixels.getHeight(), (box.yMax() - part.yMin()) * scale) - inset;
      if (x2 <= x1 || y2 <= y1) {
        return;
      }
      Rectangle2D frame = new Rectangle2D.Double(left() + x1, top() + y1, x2 - x1, y2 - y1);
      float line = thick ? 3 : 1.5f;
      // A dark outline keeps the frame visible on a background of its own colour.
      graphics.setStroke(stroke(line + 1.5f, thick));
      graphics.setColor(SHADE);
      graphics.draw(frame);
      graphics.setStroke(stroke(line, thick));
      graphics.setColor(colour);
      graphics.draw(frame);
    }

    private static BasicStroke stroke(float line, boolean solid) {
      return solid
          ? new BasicStroke(line, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER)
          : new BasicStroke(
              line, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {5, 4}, 0);
    }
  }
}
