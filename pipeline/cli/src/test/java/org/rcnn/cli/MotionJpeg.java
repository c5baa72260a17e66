package org.rcnn.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rcnn.data.ImageFiles;

/** Writes the simplest video there is: AVI, every frame a JPEG file. */
final class MotionJpeg {

  private MotionJpeg() {}

  /**
   * A video of one picture, several times.
   *
   * @param jpeg the picture's file
   * @param frames how many times
   * @return the file
   */
  static Path write(Path file, byte[] jpeg, int frames) throws IOException {
    int[] size = size(jpeg);
    byte[] mainHeader =
        ints(100_000, 0, 0, 0x10, frames, 0, 1, jpeg.length, size[0], size[1], 0, 0, 0, 0);
    byte[] streamHeader =
        join(
            text("vidsMJPG"),
            ints(0, 0, 0, 1, 10, 0, frames, jpeg.length, -1, 0),
            ByteBuffer.allocate(8).array());
    byte[] format =
        join(
            ints(40, size[0], size[1], 24 << 16 | 1),
            text("MJPG"),
            ints(3 * size[0] * size[1], 0, 0, 0, 0));
    byte[] stream = list("strl", join(chunk("strh", streamHeader), chunk("strf", format)));
    byte[] headers = list("hdrl", join(chunk("avih", mainHeader), stream));
    ByteArrayOutputStream pictures = new ByteArrayOutputStream();
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    for (int i = 0; i < frames; i++) {
      index.writeBytes(join(text("00dc"), ints(0x10, 4 + pictures.size(), jpeg.length)));
      pictures.writeBytes(chunk("00dc", jpeg));
    }
    byte[] movie = list("movi", pictures.toByteArray());
    byte[] body = join(text("AVI "), headers, movie, chunk("idx1", index.toByteArray()));
    return Files.write(file, chunk("RIFF", body));
  }

  private static int[] size(byte[] jpeg) throws IOException {
    var image = ImageFiles.read(jpeg, "the picture");
    return new int[] {image.width(), image.height()};
  }

  private static byte[] list(String kind, byte[] content) {
    return chunk("LIST", join(text(kind), content));
  }

  /** A name, a length, the content, and a zero if the length is odd. */
  private static byte[] chunk(String name, byte[] content) {
    return join(text(name), ints(content.length), content, new byte[content.length % 2]);
  }

  private static byte[] text(String letters) {
    return letters.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
