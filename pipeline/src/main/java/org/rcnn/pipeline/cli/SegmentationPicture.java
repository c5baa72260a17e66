package org.rcnn.pipeline.cli;

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
import org.rcnn.pipeline.draw.Picture;
import org.rcnn.proposals.ColourSpace;
import org.rcnn.proposals.Segmentation;
import org.rcnn.proposals.SelectiveSearch;

/**
 * Draws the segmentations that the search of an image starts from, each region in its mean colour:
 * a row for each colour space, a column for each scale k.
 */
final class SegmentationPicture {

  private static final int GAP = 4;
  private static final Color SHADE = new Color(0, 0, 0, 150);

  private SegmentationPicture() {}

  static Picture of(SelectiveSearch search, RgbImage image) {
    RgbImage working = search.workingImage(image);
    List<ColourSpace> spaces = search.config().colourSpaces();
    List<Integer> scales = search.config().scales();
    BufferedImage canvas =
        new BufferedImage(
            scales.size() * (working.width() + GAP) - GAP,
            spaces.size() * (working.height() + GAP) - GAP,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
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
        graphics.drawImage(
            Picture.of(segmentation.inMeanColours(working)).toBufferedImage(), x, y, null);
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

  private static void label(Graphics2D graphics, String text, int x, int y) {
    FontMetrics metrics = graphics.getFontMetrics();
    int height = metrics.getAscent() + metrics.getDescent();
    graphics.setColor(SHADE);
    graphics.fillRect(x, y, metrics.stringWidth(text) + 8, height);
    graphics.setColor(Color.WHITE);
    graphics.drawString(text, x + 4, y + metrics.getAscent());
  }
}
