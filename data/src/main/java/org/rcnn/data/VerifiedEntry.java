package org.rcnn.data;

import java.io.EOFException;
import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The unpacked bytes of a zip's entry, which are compared with the entry's checksum when the last
 * one is read: {@link ZipFile} itself compares nothing. Of an entry that is read in part, or is
 * empty, nothing is compared.
 */
public final class VerifiedEntry extends CheckedInputStream {

  private final String name;
  private final long size;
  private final long checksum;
  private long read;

  private VerifiedEntry(ZipFile zip, ZipEntry entry, String name) throws IOException {
    super(zip.getInputStream(entry), new CRC32());
    this.name = name;
    this.size = entry.getSize();
    this.checksum = entry.getCrc();
  }

  /**
   * Opens an entry. Its end is where its stated size is reached.
   *
   * @param name what to call it in errors
   * @throws IOException if it cannot be opened; reading the last byte throws one with a
   *     one-sentence message, if the bytes do not match the checksum, and an {@link EOFException}
   *     if there are fewer of them, whose message is the end of a sentence
   */
  public static VerifiedEntry open(ZipFile zip, ZipEntry entry, String name) throws IOException {
    return new VerifiedEntry(zip, entry, name);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int count) throws IOException {
    if (read == size) {
      return -1;
    }
    int got = super.read(into, from, (int) Math.min(count, size - read));
    if (got < 0) {
      throw new EOFException("it ends early");
    }
    read += got;
    if (read == size && getChecksum().getValue() != checksum) {
      throw new IOException(
          name + " does not match its checksum in the zip; copy or download the file again.");
    }
    return got;
  }

  @Override
  public long skip(long count) throws IOException {
    byte[] skipped = new byte[(int) Math.max(0, Math.min(count, 1 << 13))];
    return Math.max(0, read(skipped, 0, skipped.length));
  }
}
