package org.rcnn.data;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The orientation tag of EXIF (274), which says how stored pixels are to be turned for viewing.
 *
 * <p>The tag lies in a TIFF structure: in a JPEG's APP1 segment, a PNG's eXIf chunk, a WebP's EXIF
 * chunk, or the TIFF file itself. A file without the tag, with one out of range or with a damaged
 * structure is taken as upright, as viewers do.
 */
final class Orientation {

  /** Stored as it is to be seen. */
  static final int UPRIGHT = 1;

  private static final int TAG = 274;
  private static final int SHORT = 3;
  private static final int ENTRY_BYTES = 12;
  private static final String EXIF = "Exif\0\0";

  private Orientation() {}

  /** Whether the upright picture is as wide as the stored one is high. */
  static boolean swapsSides(int orientation) {
    return orientation >= 5;
  }

  /** The orientation that a file's bytes name, 1 to 8. */
  static int of(byte[] file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(file);
      if (starts(file, 0, "\u00ff\u00d8")) {
        return ofJpeg(bytes);
      } else if (starts(file, 0, "\u0089PNG")) {
        return ofChunks(bytes, 8, 4, "eXIf", 4);
      } else if (starts(file, 0, "RIFF") && starts(file, 8, "WEBP")) {
        return ofChunks(bytes.order(ByteOrder.LITTLE_ENDIAN), 12, 0, "EXIF", 0);
      }
      return ofTiff(bytes);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      // Cut short or damaged; whether the pixels can be decoded is another question.
      return UPRIGHT;
    }
  }

  private static int ofJpeg(ByteBuffer file) {
    int at = 2;
    while (true) {
      // Any number of filling bytes may stand before a marker.
      while ((file.get(at) & 0xff) == 0xff && (file.get(at + 1) & 0xff) == 0xff) {
        at++;
      }
      int marker = file.get(at + 1) & 0xff;
      boolean pixelsBegin = marker == 0xda;
      if ((file.get(at) & 0xff) != 0xff || pixelsBegin) {
        return UPRIGHT;
      }
      int length = file.getShort(at + 2) & 0xffff;
      if (marker == 0xe1 && starts(file.array(), at + 4, EXIF)) {
        int from = at + 4 + EXIF.length();
        return ofTiff(file.slice(from, at + 2 + length - from));
      }
      at += 2 + Math.max(2, length);
    }
  }

  /**
   * PNG's chunks are length, name, content, checksum; WebP's are name, length, content, and a byte
   * of padding after an odd length.
   */
  private static int ofChunks(ByteBuffer file, int first, int nameAt, String name, int checksum) {
    long at = first;
    while (at < file.limit()) {
      int here = (int) at;
      long length = file.getInt(here + 4 - nameAt) & 0xffffffffL;
      if (starts(file.array(), here + nameAt, name)) {
        int from = here + 8 + (starts(file.array(), here + 8, EXIF) ? EXIF.length() : 0);
        return ofTiff(file.slice(from, (int) (here + 8 + length - from)));
      }
      at += 8 + length + checksum + (checksum == 0 ? length % 2 : 0);
    }
    return UPRIGHT;
  }

  private static int ofTiff(ByteBuffer tiff) {
    int mark = tiff.order(ByteOrder.BIG_ENDIAN).getInt(0);
    if (mark == 0x49492a00) {
      tiff.order(ByteOrder.LITTLE_ENDIAN);
    } else if (mark != 0x4d4d002a) {
      return UPRIGHT;
    }
    int directory = tiff.getInt(4);
    int entries = tiff.getShort(directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + i * ENTRY_BYTES;
      if ((tiff.getShort(entry) & 0xffff) == TAG && tiff.getShort(entry + 2) == SHORT) {
        int value = tiff.getShort(entry + 8);
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  private static boolean starts(byte[] file, int at, String text) {
    byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
    if (at < 0 || at + expected.length > file.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (file[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** The stored pixels turned upright. */
  static RgbImage turned(RgbImage stored, int orientation) {
    int w = stored.width();
    int h = stored.height();
    // Where the upright picture's first pixel is stored, and the steps to its right and its lower
    // neighbour.
    int right = w - 1;
    int last = (h - 1) * w;
    return switch (orientation) {
      case 2 -> walk(stored, w, h, right, -1, w);
      case 3 -> walk(stored, w, h, last + right, -1, -w);
      case 4 -> walk(stored, w, h, last, 1, -w);
      case 5 -> walk(stored, h, w, 0, w, 1);
      case 6 -> walk(stored, h, w, last, -w, 1);
      case 7 -> walk(stored, h, w, last + right, -w, -1);
      case 8 -> walk(stored, h, w, right, w, -1);
      default -> stored;
    };
  }

  private static RgbImage walk(
      RgbImage stored, int width, int height, int first, int stepRight, int stepDown) {
    byte[] from = stored.rgb();
    byte[] to = new byte[from.length];
    int at = 0;
    for (int y = 0; y < height; y++) {
      int source = 3 * (first + y * stepDown);
      for (int x = 0; x < width; x++) {
        to[at++] = from[source];
        to[at++] = from[source + 1];
        to[at++] = from[source + 2];
        source += 3 * stepRight;
      }
    }
    return new RgbImage(width, height, to);
  }
}
