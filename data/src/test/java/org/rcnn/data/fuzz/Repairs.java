package org.rcnn.data.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes checksums right in files that were changed. */
public final class Repairs {

  private static final int STORE_MAGIC = 8;
  private static final int STORE_FOOTER = 32;

  private Repairs() {}

  /** The checksum of all bytes before it, at the end of a file: CRC-32, big-endian. */
  public static UnaryOperator<byte[]> atTheEnd(int bytes) {
    return file -> {
      int end = file.length - bytes;
      if (end < 0) {
        return file;
      }
      CRC32 crc = new CRC32();
      crc.update(file, 0, end);
      byte[] sealed = file.clone();
      ByteBuffer into = ByteBuffer.wrap(sealed);
      if (bytes == Long.BYTES) {
        into.putLong(end, crc.getValue());
      } else {
        into.putInt(end, (int) crc.getValue());
      }
      return sealed;
    };
  }

  /** The checksums of a PNG's chunks, as far as chunks can be made out. */
  public static byte[] ofPng(byte[] file) {
    byte[] png = file.clone();
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int at = 8;
    while (at + 12 <= png.length) {
      int length = bytes.getInt(at);
      if (length < 0 || length > png.length - at - 12) {
        break;
      }
      CRC32 crc = new CRC32();
      crc.update(png, at + 4, length + 4);
      bytes.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
    return png;
  }

  /** A zip in which one part is replaced. */
  public static UnaryOperator<byte[]> inZip(Map<String, byte[]> parts, String changed) {
    return part -> {
      Map<String, byte[]> all = new LinkedHashMap<>(parts);
      all.put(changed, part);
      return zip(all);
    };
  }

  /** A zip of parts, not compressed. */
  public static byte[] zip(Map<String, byte[]> parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        ZipEntry entry = new ZipEntry(part.getKey());
        CRC32 crc = new CRC32();
        crc.update(part.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(part.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(part.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Position, length and checksum of the index, and the checksums of the records, of a {@link
   * org.rcnn.data.store.RecordFile}, as far as they can be made out.
   */
  public static byte[] ofStore(byte[] file) {
    if (file.length < STORE_MAGIC + STORE_FOOTER) {
      return file;
    }
    byte[] store = file.clone();
    int end = store.length - STORE_FOOTER;
    ByteBuffer footer =
        ByteBuffer.wrap(store, end, STORE_FOOTER).slice().order(ByteOrder.LITTLE_ENDIAN);
    long from = footer.getLong(0);
    if (from < STORE_MAGIC || from > end) {
      return store;
    }
    byte[] index = sealed(store, Arrays.copyOfRange(store, (int) from, end));
    System.arraycopy(index, 0, store, (int) from, index.length);
    footer.putInt(8, index.length).putInt(12, crc(index, 0, index.length));
    footer.putLong(16, store.length);
    return store;
  }

  private static byte[] sealed(byte[] store, byte[] index) {
    ByteBuffer bytes = ByteBuffer.wrap(index);
    try {
      bytes.position(bytes.position() + Integer.BYTES + bytes.getInt(bytes.position()));
      int count = bytes.getInt();
      long offset = STORE_MAGIC;
      for (int i = 0; i < count; i++) {
        int name = bytes.getInt();
        bytes.position(bytes.position() + name);
        int length = bytes.getInt();
        bytes.getInt();
        if (length < 0 || offset + length > store.length) {
          break;
        }
        bytes.putInt(crc(store, (int) offset, length));
        offset += length;
      }
    } catch (RuntimeException e) {
      // What cannot be made out stays as it is.
      return index;
    }
    return index;
  }

  private static int crc(byte[] bytes, int from, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, count);
    return (int) crc.getValue();
  }
}
