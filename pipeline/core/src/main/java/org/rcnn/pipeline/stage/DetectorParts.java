package org.rcnn.pipeline.stage;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.rcnn.data.RegularFile;

/**
 * The parts of a detector file, which is a zip. A part is compared with its checksum when it is
 * read, and its size with what the detector explains before: neither Java's zip files nor its zip
 * file system do that.
 *
 * <p>Every fault is an {@link IOException} of one sentence with the file and the part.
 */
final class DetectorParts implements Closeable {

  /** One fixed time for every part, so that the same detector gives the same bytes. */
  private static final LocalDateTime WHENEVER = LocalDateTime.of(2000, 1, 1, 12, 0);

  /** Writes a part. */
  @FunctionalInterface
  interface Writer {
    /** Writes all its bytes; the stream stays open. */
    void write(OutputStream out) throws IOException;
  }

  /** Reads a part. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads what it needs of a part.
     *
     * @param name what to call the part in errors
     * @param size the bytes that it states to have
     */
    T read(InputStream in, String name, long size) throws IOException;
  }

  /** Up to this size a part may shrink to nothing, as weights of 0 do. */
  private static final long UNSUSPICIOUS = 16L << 20;

  /** Weights hardly compress; a part that expands more than this is refused as an attack. */
  private static final long LARGEST_EXPANSION = 100;

  private final String file;
  private final ZipFile zip;

  private DetectorParts(String file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  /** Writes parts, in the order of the map. */
  static void write(OutputStream out, Map<String, Writer> parts) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    for (Map.Entry<String, Writer> part : parts.entrySet()) {
      ZipEntry entry = new ZipEntry(part.getKey());
      entry.setTimeLocal(WHENEVER);
      zip.putNextEntry(entry);
      part.getValue().write(zip);
      zip.closeEntry();
    }
    zip.finish();
  }

  /**
   * Opens a detector file.
   *
   * @param name what to call it in errors
   */
  static DetectorParts open(Path file, String name) throws IOException {
    try {
      return new DetectorParts(name, new ZipFile(RegularFile.ofSystem(file)));
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      // Names in no known encoding are the third kind.
      throw new IOException(
          name + " is not a detector file: it is not a zip archive, or one that is cut short.", e);
    }
  }

  /** The error for a file that cannot be used. */
  IOException damaged(String reason, Exception cause) {
    return new IOException(
        "%s is a damaged detector: %s; copy it again, or train it again."
            .formatted(file, reason.strip().replaceAll("\\.$", "")),
        cause);
  }

  /** What errors call a part. */
  static String name(String part) {
    return "its part " + part;
  }

  /**
   * The bytes of a part.
   *
   * @param most how many it has at most; more are refused before memory is taken for them
   */
  byte[] bytes(String part, long most) throws IOException {
    return read(part, most, (in, name, size) -> in.readAllBytes());
  }

  /**
   * Reads a part, all of which is compared with its checksum; what the reader made of it counts
   * only if they agree.
   *
   * @param most the bytes that it has at most; more are refused before they are read
   */
  <T> T read(String part, long most, Reader<T> reader) throws IOException {
    ZipEntry entry = zip.getEntry(part);
    if (entry == null) {
      throw damaged("it lacks " + name(part), null);
    }
    long size = entry.getSize();
    if (size < 0 || size > most) {
      throw damaged(
          "%s has %,d bytes, and its network and classes explain at most %,d"
              .formatted(name(part), size, most),
          null);
    }
    if (size > UNSUSPICIOUS && size / LARGEST_EXPANSION > entry.getCompressedSize()) {
      throw damaged(
          "%s unpacks from %,d to %,d bytes, which no weights do"
              .formatted(name(part), entry.getCompressedSize(), size),
          null);
    }
    try (InputStream raw = zip.getInputStream(entry);
        Part in = new Part(raw, size)) {
      T result = null;
      Exception fault = null;
      try {
        result = reader.read(in, name(part), size);
      } catch (ZipException e) {
        throw e;
      } catch (IOException | IllegalArgumentException e) {
        // It counts only if the part is as it was packed; otherwise that is what is wrong.
        fault = e;
      }
      in.transferTo(OutputStream.nullOutputStream());
      if (!in.isAsPacked(entry.getCrc())) {
        throw damaged(name(part) + " is not as it was packed, its checksum is another", fault);
      }
      if (fault != null) {
        boolean cut = fault instanceof EOFException || fault.getCause() instanceof EOFException;
        throw damaged(cut ? name(part) + " is cut short" : fault.getMessage(), fault);
      }
      return result;
    } catch (ZipException | EOFException e) {
      throw damaged(name(part) + " cannot be unpacked", e);
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /**
   * A part's stream, which ends after the bytes that it states to have and no sooner. It throws
   * nothing at its end, unlike {@link org.rcnn.data.VerifiedEntry}: of a part that is both damaged
   * and unreadable, the damage is told.
   */
  private static final class Part extends CheckedInputStream {
    private long left;

    Part(InputStream in, long size) {
      super(in, new CRC32());
      this.left = size;
    }

    boolean isAsPacked(long checksum) {
      return left == 0 && getChecksum().getValue() == checksum;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = super.read(into, from, (int) Math.min(count, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      byte[] skipped = new byte[(int) Math.max(0, Math.min(count, 1 << 13))];
      return Math.max(0, read(skipped, 0, skipped.length));
    }
  }
}
