package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Point;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFilesTest {

  @TempDir Path folder;

  @Test
  void colourPngKeepsEveryPixelInRgbOrder() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x010203);
    image.setRGB(1, 0, 0xfffefd);
    assertArrayEquals(new byte[] {1, 2, 3, -1, -2, -3}, read(image, "png").rgb());
  }

  @Test
  void colourJpegIsReadInRgbOrder() throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, 0xc86432);
    }
    byte[] rgb = read(image, "jpg").rgb();
    assertEquals(0xc8, rgb[0] & 0xff, 3);
    assertEquals(0x64, rgb[1] & 0xff, 3);
    assertEquals(0x32, rgb[2] & 0xff, 3);
  }

  @Test
  void greyKeepsItsNumbersInAllThreeChannels() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 100);
    image.getRaster().setSample(1, 0, 0, 200);
    byte[] expected = {100, 100, 100, (byte) 200, (byte) 200, (byte) 200};
    assertArrayEquals(expected, read(image, "png").rgb());
  }

  @Test
  void sixteenBitSamplesKeepTheirHighByte() throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSample(0, 0, 0, 0x7bff);
    assertArrayEquals(new byte[] {0x7b, 0x7b, 0x7b}, read(image, "png").rgb());
  }

  @Test
  void transparentPixelsAreLaidOnWhite() throws IOException {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00ff0000);
    image.setRGB(1, 0, 0xff102030);
    image.setRGB(2, 0, 0x80000000);
    byte[] expected = {-1, -1, -1, 0x10, 0x20, 0x30, 127, 127, 127};
    assertArrayEquals(expected, read(image, "png").rgb());
  }

  @Test
  void paletteIsLookedUp() throws IOException {
    byte[] red = {0, (byte) 250};
    byte[] green = {10, 20};
    byte[] blue = {30, 40};
    BufferedImage image =
        new BufferedImage(
            2, 1, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(1, 2, red, green, blue));
    image.getRaster().setSample(1, 0, 0, 1);
    assertArrayEquals(new byte[] {0, 10, 30, (byte) 250, 20, 40}, read(image, "png").rgb());
  }

  @Test
  void jpegOfFourInksIsReadWithThePlugIn() throws IOException {
    WritableRaster inks =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, new Point());
    for (int i = 0; i < 256; i++) {
      // Adobe's convention stores ink inverted: 255 is none. So this is full yellow.
      inks.setPixel(i % 16, i / 16, new int[] {255, 255, 0, 255});
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(inks, null, null), null);
    } finally {
      writer.dispose();
    }
    byte[] rgb = ImageFiles.read(bytes.toByteArray(), "inks.jpg").rgb();
    assertArrayEquals(new byte[] {-1, -1, 0}, Arrays.copyOf(rgb, 3));
  }

  @Test
  void fileThatIsNoImageIsNamedInOneSentence() throws IOException {
    Path file = folder.resolve("notes.jpg");
    Files.writeString(file, "not an image");
    String message = assertThrows(IOException.class, () -> ImageFiles.read(file)).getMessage();
    assertTrue(message.contains("notes.jpg is not an image in a supported format"), message);
  }

  @Test
  void emptyFileIsCalledEmpty() throws IOException {
    Path file = Files.createFile(folder.resolve("empty.jpg"));
    String message = assertThrows(IOException.class, () -> ImageFiles.read(file)).getMessage();
    assertTrue(message.endsWith("empty.jpg is empty: it has no bytes."), message);
  }

  @Test
  void brokenImageIsNamedInOneSentence() throws IOException {
    byte[] png = encoded(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "png");
    byte[] cut = Arrays.copyOf(png, 50);
    String message =
        assertThrows(IOException.class, () -> ImageFiles.read(cut, "cut.png")).getMessage();
    assertTrue(message.startsWith("The image cut.png cannot be decoded: "), message);
  }

  @Test
  void jpegCutShortIsRefusedButOneWithoutItsEndMarkIsNot() throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(1);
    for (int i = 0; i < 64 * 64; i++) {
      image.setRGB(i % 64, i / 64, random.nextInt(1 << 24));
    }
    byte[] jpeg = encoded(image, "jpg");
    byte[] half = Arrays.copyOf(jpeg, jpeg.length / 2);
    assertEquals(
        "The image half.jpg cannot be decoded: the file is cut short.",
        assertThrows(IOException.class, () -> ImageFiles.read(half, "half.jpg")).getMessage());
    byte[] endless = Arrays.copyOf(jpeg, jpeg.length - 2);
    assertEquals(ImageFiles.read(jpeg, "whole"), ImageFiles.read(endless, "endless"));
  }

  @Test
  void aFolderIsNoImage() {
    String message = assertThrows(IOException.class, () -> ImageFiles.read(folder)).getMessage();
    assertEquals("The image file " + folder + " cannot be read: it is a folder.", message);
  }

  @Test
  void missingFileIsNamed() {
    Path file = folder.resolve("gone.jpg");
    String message = assertThrows(IOException.class, () -> ImageFiles.read(file)).getMessage();
    assertEquals("There is no image file " + file + ".", message);
  }

  @Test
  void sizeComesFromTheHeader() throws IOException {
    Path file = folder.resolve("a.png");
    Files.write(file, encoded(new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB), "png"));
    assertArrayEquals(new int[] {7, 5}, ImageFiles.size(file));
  }

  private static RgbImage read(BufferedImage image, String format) throws IOException {
    return ImageFiles.read(encoded(image, format), "test image");
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, bytes));
    return bytes.toByteArray();
  }
}
