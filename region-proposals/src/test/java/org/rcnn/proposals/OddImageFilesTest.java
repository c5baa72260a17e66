package org.rcnn.proposals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rcnn.data.Box;
import org.rcnn.data.ImageFiles;
import org.rcnn.data.RgbImage;

/**
 * Odd pictures on the way that users' files take: from a PNG through the image reader to the boxes.
 */
class OddImageFilesTest {

  private static final List<SelectiveSearchConfig> MODES =
      Stream.of(Mode.values()).map(Mode::config).toList();

  @TempDir Path folder;

  /** Ways in which a PNG stores its pixels. */
  private enum Storage {
    RGB(plain(BufferedImage.TYPE_INT_RGB)),
    RGB_ALPHA(plain(BufferedImage.TYPE_4BYTE_ABGR)),
    GREY(plain(BufferedImage.TYPE_BYTE_GRAY)),
    GREY_16(plain(BufferedImage.TYPE_USHORT_GRAY)),
    GREY_ALPHA(samples(ColorSpace.CS_GRAY, true, DataBuffer.TYPE_BYTE)),
    RGB_16(samples(ColorSpace.CS_sRGB, false, DataBuffer.TYPE_USHORT)),
    RGB_ALPHA_16(samples(ColorSpace.CS_sRGB, true, DataBuffer.TYPE_USHORT)),
    PALETTE(plain(BufferedImage.TYPE_BYTE_INDEXED)),
    BLACK_AND_WHITE(plain(BufferedImage.TYPE_BYTE_BINARY));

    private final BiFunction<Integer, Integer, BufferedImage> maker;

    Storage(BiFunction<Integer, Integer, BufferedImage> maker) {
      this.maker = maker;
    }

    private static BiFunction<Integer, Integer, BufferedImage> plain(int type) {
      return (width, height) -> new BufferedImage(width, height, type);
    }

    private static BiFunction<Integer, Integer, BufferedImage> samples(
        int space, boolean alpha, int type) {
      ColorModel model =
          new ComponentColorModel(
              ColorSpace.getInstance(space),
              alpha,
              false,
              alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
              type);
      return (width, height) ->
          new BufferedImage(
              model, model.createCompatibleWritableRaster(width, height), false, null);
    }

    /** A dark ground; on it, if wanted, a bright bar, and apart from it a half-transparent one. */
    BufferedImage picture(int width, int height, boolean bars) {
      BufferedImage picture = maker.apply(width, height);
      Graphics2D graphics = picture.createGraphics();
      graphics.setColor(new Color(40, 20, 60));
      graphics.fillRect(0, 0, width, height);
      if (bars) {
        graphics.setColor(new Color(250, 240, 90));
        graphics.fillRect(0, 0, (width + 1) / 2, (height + 1) / 2);
        graphics.setColor(new Color(200, 255, 220, 200));
        graphics.fillRect(3 * width / 4, 3 * height / 4, width, height);
      }
      graphics.dispose();
      return picture;
    }
  }

  private RgbImage throughAFile(BufferedImage picture, String name) throws IOException {
    Path file = folder.resolve(name + ".png");
    assertTrue(ImageIO.write(picture, "png", file.toFile()), name);
    return ImageFiles.read(file);
  }

  @Test
  void everyStorageAtEverySizeGivesBoxesWithTheWholeImageFirst() throws IOException {
    int[][] sizes = {{1, 1}, {1, 37}, {37, 1}, {2, 2}, {3, 3000}, {3000, 3}, {60, 50}};
    for (Storage storage : Storage.values()) {
      for (int[] size : sizes) {
        String name = storage + "-" + size[0] + "x" + size[1];
        RgbImage image = throughAFile(storage.picture(size[0], size[1], true), name);
        assertEquals(List.of(size[0], size[1]), List.of(image.width(), image.height()), name);
        for (SelectiveSearchConfig mode : MODES) {
          check(new SelectiveSearch(mode).propose(image), image, name);
        }
      }
    }
  }

  @Test
  void everyStorageHoldsAnObjectThatIsFound() throws IOException {
    for (Storage storage : Storage.values()) {
      RgbImage image = throughAFile(storage.picture(60, 50, true), storage.toString());
      for (SelectiveSearchConfig mode : MODES) {
        Box bar = new Box(0, 0, 30, 25);
        double best =
            new SelectiveSearch(mode)
                .propose(image).stream().mapToDouble(bar::iou).max().orElseThrow();
        assertTrue(best > 0.8, () -> storage + " in " + mode + ": " + best);
      }
    }
  }

  @Test
  void aConstantPictureIsOneBoxInEveryStorage() throws IOException {
    for (Storage storage : Storage.values()) {
      RgbImage image = throughAFile(storage.picture(90, 70, false), storage.toString());
      for (SelectiveSearchConfig mode : MODES) {
        assertEquals(
            List.of(new Box(0, 0, 90, 70)),
            new SelectiveSearch(mode).propose(image),
            storage.name());
      }
    }
  }

  @Test
  void twelveMegapixelsAreReadAndSearched() throws IOException {
    for (Storage storage : List.of(Storage.RGB, Storage.GREY_16, Storage.RGB_ALPHA)) {
      RgbImage image = throughAFile(storage.picture(4000, 3000, true), storage.toString());
      for (SelectiveSearchConfig mode : MODES) {
        List<Box> boxes = new SelectiveSearch(mode).propose(image);
        check(boxes, image, storage.toString());
        Box bar = new Box(0, 0, 2000, 1500);
        double best = boxes.stream().mapToDouble(bar::iou).max().orElseThrow();
        assertTrue(best > 0.95, () -> storage + ": " + best);
      }
    }
  }

  private static void check(List<Box> boxes, RgbImage image, String message) {
    Box whole = new Box(0, 0, image.width(), image.height());
    assertEquals(whole, boxes.get(0), message);
    assertEquals(boxes.size(), new HashSet<>(boxes).size(), message + ": a box twice");
    for (Box box : boxes) {
      assertTrue(
          box.xMin() >= 0
              && box.yMin() >= 0
              && box.width() >= 1
              && box.height() >= 1
              && box.xMax() <= image.width()
              && box.yMax() <= image.height(),
          () -> message + ": " + box);
    }
  }
}
