package org.rcnn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrientationTest {

  /** Upright, the picture of every row of the test below is these two rows of three pixels. */
  private static final String UPRIGHT = "abc def";

  // The stored rows are what a camera with the orientation's position of row 0 and column 0 stores:
  // 6, for instance, is "row 0 is the right side, column 0 is the top".
  @ParameterizedTest
  @CsvSource({
    "1, abc def",
    "2, cba fed",
    "3, fed cba",
    "4, def abc",
    "5, ad be cf",
    "6, cf be ad",
    "7, fc eb da",
    "8, da eb fc"
  })
  void storedPixelsAreTurnedUpright(int orientation, String stored) throws IOException {
    byte[] file = pngWith(png(stored), orientation);
    assertEquals(pixels(UPRIGHT), ImageFiles.read(file, "x.png"));
    assertEquals(pixels(stored), ImageFiles.read(file, "x.png", ExifOrientation.IGNORE));
    ImageHeader header = ImageFiles.header(file, "x.png");
    assertEquals(3, header.width(ExifOrientation.APPLY));
    assertEquals(2, header.height(ExifOrientation.APPLY));
    assertEquals(pixels(stored).width(), header.width(ExifOrientation.IGNORE));
    assertEquals(orientation != 1, header.isTurned());
  }

  @Test
  void jpegsSegmentIsFoundBehindOthersInBothByteOrders(@TempDir Path folder) throws IOException {
    BufferedImage image = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      byte[] exif = concat("Exif\0\0".getBytes(StandardCharsets.US_ASCII), tiff(6, order));
      byte[] xmp = "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.US_ASCII);
      byte[] jpeg = encoded(image, "jpg");
      byte[] turned =
          concat(
              new byte[] {(byte) 0xff, (byte) 0xd8},
              segment(0xe1, xmp),
              segment(0xe1, exif),
              Arrays.copyOfRange(jpeg, 2, jpeg.length));
      Path file = Files.write(folder.resolve("a.jpg"), turned);
      assertArrayEquals(new int[] {8, 16}, ImageFiles.size(file));
      assertEquals(8, ImageFiles.read(file).width());
    }
  }

  @Test
  void damagedOrSenselessTagsCountAsUpright() throws IOException {
    for (int value : new int[] {0, 9, -1}) {
      assertEquals(1, Orientation.of(pngWith(png("abc"), value)));
    }
    byte[] tiff = tiff(6, ByteOrder.BIG_ENDIAN);
    assertEquals(6, Orientation.of(tiff));
    for (int length = 0; length < 32; length++) {
      assertEquals(1, Orientation.of(Arrays.copyOf(tiff, length)), "cut at " + length);
    }
    byte[] jpeg = encoded(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "jpg");
    for (int length = 0; length < jpeg.length; length++) {
      assertEquals(1, Orientation.of(Arrays.copyOf(jpeg, length)), "cut at " + length);
    }
  }

  @Test
  void webpIsReadAndTurned() throws IOException {
    // One pixel, lossless.
    byte[] webp = Base64.getDecoder().decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");
    assertEquals(1, ImageFiles.read(webp, "x.webp").width());
    byte[] tag = tiff(8, ByteOrder.LITTLE_ENDIAN);
    ByteBuffer chunk = ByteBuffer.allocate(8 + tag.length).order(ByteOrder.LITTLE_ENDIAN);
    chunk.put("EXIF".getBytes(StandardCharsets.US_ASCII)).putInt(tag.length).put(tag);
    assertEquals(8, Orientation.of(concat(webp, chunk.array())));
  }

  private static RgbImage pixels(String rows) {
    String[] lines = rows.split(" ");
    byte[] rgb = new byte[3 * lines.length * lines[0].length()];
    int at = 0;
    for (String line : lines) {
      for (char c : line.toCharArray()) {
        rgb[at++] = (byte) (c - 'a' + 10);
        rgb[at++] = (byte) (c - 'a' + 100);
        rgb[at++] = (byte) (c - 'a' + 200);
      }
    }
    return new RgbImage(lines[0].length(), lines.length, rgb);
  }

  private static byte[] png(String rows) throws IOException {
    RgbImage pixels = pixels(rows);
    BufferedImage image =
        new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = pixels.rgb();
    for (int i = 0; i < rgb.length / 3; i++) {
      int value = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
      image.setRGB(i % pixels.width(), i / pixels.width(), value);
    }
    return encoded(image, "png");
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(image, format, bytes));
    return bytes.toByteArray();
  }

  /** The PNG with an eXIf chunk behind its header. */
  private static byte[] pngWith(byte[] png, int orientation) {
    byte[] content =
        concat("eXIf".getBytes(StandardCharsets.US_ASCII), tiff(orientation, ByteOrder.BIG_ENDIAN));
    CRC32 sum = new CRC32();
    sum.update(content);
    ByteBuffer chunk = ByteBuffer.allocate(content.length + 8);
    chunk.putInt(content.length - 4).put(content).putInt((int) sum.getValue());
    int header = 8 + 25;
    return concat(
        Arrays.copyOf(png, header), chunk.array(), Arrays.copyOfRange(png, header, png.length));
  }

  /** A TIFF structure with two tags, of which the second is the orientation. */
  private static byte[] tiff(int orientation, ByteOrder order) {
    ByteBuffer tiff = ByteBuffer.allocate(8 + 2 + 24 + 4).order(order);
    tiff.putShort((short) (order == ByteOrder.BIG_ENDIAN ? 0x4d4d : 0x4949));
    tiff.putShort((short) 42).putInt(8).putShort((short) 2);
    tiff.putShort((short) 258)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) 8)
        .putShort((short) 0);
    tiff.putShort((short) 274).putShort((short) 3).putInt(1);
    tiff.putShort((short) orientation).putShort((short) 0).putInt(0);
    return tiff.array();
  }

  private static byte[] segment(int marker, byte[] content) {
    ByteBuffer segment = ByteBuffer.allocate(4 + content.length);
    segment.put((byte) 0xff).put((byte) marker).putShort((short) (2 + content.length));
    return segment.put(content).array();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
