package org.rcnn.pipeline.draw;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;
import org.rcnn.proposals.ColourSpace;
import org.rcnn.proposals.Segmentation;
import org.rcnn.proposals.SelectiveSearch;

/**
 * Draws the segmentations that the search of an image starts from, each region in its mean colour
 * and outlined: a row for each colour space, a column for each scale k.
 */
public final class SegmentationPicture {

  private static final int GAP = 4;

  /** Grey levels by which outlines differ from their region. */
  private static final int OUTLINE = 56;

  private static final Color SHADE = new Color(0, 0, 0, 150);

  private SegmentationPicture() {}

  /**
   * Draws the segmentations of an image, at the size of the search.
   *
   * @param search gives working size, colour spaces and scales
   */
  public static Picture of(SelectiveSearch search, RgbImage image) {
    RgbImage working = search.workingImage(image);
    List<ColourSpace> spaces = search.config().colourSpaces();
    List<Integer> scales = search.config().scales();
    BufferedImage canvas =
        new BufferedImage(
            scales.size() * (working.width() + GAP) - GAP,
            spaces.size() * (working.height() + GAP) - GAP,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, Math.max(11, working.width() / 36)));
    for (int row = 0; row < spaces.size(); row++) {
      for (int column = 0; column < scales.size(); column++) {
        int x = column * (working.width() + GAP);
        int y = row * (working.height() + GAP);
        ColourSpace space = spaces.get(row);
        int k = scales.get(column);
        Segmentation segmentation = search.segmentation(working, space, k);
        graphics.setClip(x, y, working.width(), working.height());
        graphics.drawImage(
            Picture.of(outlined(segmentation, working)).toBufferedImage(), x, y, null);
        label(
            graphics,
            "%s, k = %d: %d regions"
                .formatted(space.name().toLowerCase(Locale.ROOT), k, segmentation.regions()),
            x,
            y);
      }
    }
    graphics.dispose();
    return Picture.of(ImageFiles.toRgb(canvas));
  }

  /**
   * The regions' mean colours, darker where a light region ends at its right or lower side and
   * lighter where a dark one does: in a dark photo the colours alone show nothing.
   */
  private static RgbImage outlined(Segmentation segmentation, RgbImage working) {
    RgbImage painted = segmentation.inMeanColours(working);
    int width = segmentation.width();
    int[] labels = segmentation.labels();
    byte[] rgb = painted.rgb().clone();
    for (int p = 0; p < labels.length; p++) {
      boolean right = p % width + 1 < width && labels[p + 1] != labels[p];
      boolean below = p + width < labels.length && labels[p + width] != labels[p];
      if (right || below) {
        int sum = (rgb[3 * p] & 0xff) + (rgb[3 * p + 1] & 0xff) + (rgb[3 * p + 2] & 0xff);
        int change = sum < 3 * 128 ? OUTLINE : -OUTLINE;
        for (int i = 3 * p; i < 3 * p + 3; i++) {
          rgb[i] = (byte) Math.max(0, Math.min(255, (rgb[i] & 0xff) + change));
        }
      }
    }
    return new RgbImage(width, segmentation.height(), rgb);
  }

  private static void label(Graphics2D graphics, String text, int x, int y) {
    FontMetrics metrics = graphics.getFontMetrics();
    int height = metrics.getAscent() + metrics.getDescent();
    graphics.setColor(SHADE);
    graphics.fillRect(x, y, metrics.stringWidth(text) + 8, height);
    graphics.setColor(Color.WHITE);
    graphics.drawString(text, x + 4, y + metrics.getAscent());
  }
}
