package org.rcnn.pipeline.draw;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Objects;

/** A sheet of pictures in rows and columns of equal cells, each with an optional caption. */
public final class Montage {

  private static final int GAP = 8;
  private static final Color PAPER = new Color(0xf4f4f2);
  private static final Color INK = new Color(0x30302e);

  private Montage() {}

  /**
   * One cell of the sheet.
   *
   * @param picture what to show
   * @param caption a line below it, empty for none
   */
  public record Cell(Picture picture, String caption) {

    /** Refuses missing parts. */
    public Cell {
      Objects.requireNonNull(picture, "picture");
      Objects.requireNonNull(caption, "caption");
    }
  }

  /**
   * Lays out pictures row by row. Each is fitted into its cell, never enlarged nor distorted.
   *
   * @param cells the pictures, at least one
   * @param columns pictures beside each other, at least 1
   * @param cellWidth width of a cell in pixels
   * @param cellHeight height of a cell in pixels, caption not included
   * @throws IllegalArgumentException if there is no picture or a number is below 1
   */
  public static Picture of(List<Cell> cells, int columns, int cellWidth, int cellHeight) {
    if (cells.isEmpty() || columns < 1 || cellWidth < 1 || cellHeight < 1) {
      throw new IllegalArgumentException(
          "A montage needs pictures and positive sizes, not %d pictures in %d columns of %d x %d."
              .formatted(cells.size(), columns, cellWidth, cellHeight));
    }
    boolean captioned = cells.stream().anyMatch(cell -> !cell.caption().isEmpty());
    int captionHeight = captioned ? 22 : 0;
    int usedColumns = Math.min(columns, cells.size());
    int rows = (cells.size() + columns - 1) / columns;
    int stepX = cellWidth + GAP;
    int stepY = cellHeight + captionHeight + GAP;
    BufferedImage canvas =
        new BufferedImage(
            usedColumns * stepX + GAP, rows * stepY + GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    graphics.setColor(PAPER);
    graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
    graphics.setColor(INK);
    for (int i = 0; i < cells.size(); i++) {
      int x = GAP + i % columns * stepX;
      int y = GAP + i / columns * stepY;
      Picture picture = fit(cells.get(i).picture(), cellWidth, cellHeight);
      graphics.drawImage(
          picture.toBufferedImage(),
          x + (cellWidth - picture.width()) / 2,
          y + (cellHeight - picture.height()) / 2,
          null);
      String caption = shorten(cells.get(i).caption(), graphics.getFontMetrics(), cellWidth);
      graphics.drawString(caption, x, y + cellHeight + 16);
    }
    graphics.dispose();
    return Picture.of(canvas);
  }

  private static Picture fit(Picture picture, int width, int height) {
    double scale =
        Math.min(1, Math.min(width / (double) picture.width(), height / (double) picture.height()));
    return scale == 1
        ? picture
        : picture.resize(
            Math.max(1, (int) Math.round(picture.width() * scale)),
            Math.max(1, (int) Math.round(picture.height() * scale)));
  }

  private static String shorten(String text, FontMetrics metrics, int width) {
    if (metrics.stringWidth(text) <= width) {
      return text;
    }
    int end = text.length();
    while (end > 0 && metrics.stringWidth(text.substring(0, end) + "…") > width) {
      end--;
    }
    return text.substring(0, end) + "…";
  }
}
