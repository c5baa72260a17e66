package org.rcnn.cnn.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.rcnn.data.RegularFile;
import org.rcnn.data.VerifiedEntry;

/** A zip whose stated sizes are checked against the size of the file. */
final class ZipContents implements AutoCloseable {

  /** Weights hardly compress; an entry that expands more than this is refused as an attack. */
  private static final long LARGEST_EXPANSION = 100;

  /** Below this size any expansion is harmless. */
  private static final long SMALL = 1 << 16;

  private final Path file;
  private final ZipFile zip;

  private ZipContents(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  static ZipContents open(Path file) throws IOException {
    try {
      return new ZipContents(file, new ZipFile(RegularFile.ofSystem(file)));
    } catch (IllegalArgumentException e) {
      // Names in no known encoding.
      throw new ZipException(e.getMessage());
    }
  }

  /** The names of its entries. */
  List<String> names() {
    return zip.stream().map(ZipEntry::getName).toList();
  }

  /**
   * The size of an entry unpacked.
   *
   * @throws IOException if there is no such entry, or its size is beyond what the file can hold
   */
  long size(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null || entry.isDirectory()) {
      throw new IOException("%s lacks its part %s.".formatted(file, name));
    }
    long packed = entry.getCompressedSize();
    long size = entry.getSize();
    boolean stored = entry.getMethod() == ZipEntry.STORED;
    if (size < 0 || packed < 0 || packed > Files.size(file) || stored && size != packed) {
      throw new IOException("%s: the size of its part %s makes no sense.".formatted(file, name));
    }
    if (size > SMALL && size / LARGEST_EXPANSION > packed) {
      throw new IOException(
          "%s: its part %s unpacks to %,d times its size, which no weights do; it is refused."
              .formatted(file, name, size / Math.max(1, packed)));
    }
    return size;
  }

  /**
   * Opens an entry, whose checksum, if it has one, is compared when its last byte is read; call
   * {@link #size} first, which checks its size.
   */
  InputStream open(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    // PyTorch states a checksum of 0 where it was told to compute none.
    return entry.getCrc() == 0
        ? zip.getInputStream(entry)
        : VerifiedEntry.open(zip, entry, "%s: its part %s".formatted(file, name));
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
