package org.rcnn.svm;

import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.RegularFile;

/**
 * The common format of this package's model files: a magic number, a version, the content, and a
 * CRC-32 of everything before it; big-endian. A file appears complete or not at all: see {@link
 * AtomicFile}.
 *
 * @param kind the name of the content in errors, with its article
 * @param magic eight characters that such a file begins with
 * @param version the version written, and the only one read
 * @param checksumBytes the checksum's width, 4 or 8: SVM models, the oldest kind, store it as a
 *     long, and their format must not change
 */
record ModelFile(String kind, String magic, int version, int checksumBytes) {

  private static final int MAGIC_BYTES = 8;
  private static final int HEADER_BYTES = MAGIC_BYTES + Integer.BYTES;

  /** Writes the content. */
  interface Writer {
    void write(DataOutput out) throws IOException;
  }

  /** Reads the content; an {@link IllegalArgumentException} says what is wrong with it. */
  interface Reader<T> {
    T read(ModelInput in) throws IOException;
  }

  void write(Path file, Writer writer) throws IOException {
    try (AtomicFile aside = AtomicFile.create(file)) {
      CheckedOutputStream checked = new CheckedOutputStream(aside.out(), new CRC32());
      DataOutputStream out = new DataOutputStream(checked);
      out.writeBytes(magic);
      out.writeInt(version);
      writer.write(out);
      long checksum = checked.getChecksum().getValue();
      if (checksumBytes == Long.BYTES) {
        out.writeLong(checksum);
      } else {
        out.writeInt((int) checksum);
      }
      aside.commit();
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it is missing, of another kind or version, or damaged; the message names
   *     it and says what to do
   */
  <T> T read(Path file, Reader<T> reader) throws IOException {
    byte[] bytes = RegularFile.bytes(file, Integer.MAX_VALUE);
    return read(bytes, file.toString(), "; delete it and train it again", reader);
  }

  /**
   * Reads the bytes of a file that is part of another.
   *
   * @param name what to call it in errors
   * @throws IOException if it is of another kind or version, or damaged; the message names it
   */
  <T> T read(byte[] bytes, String name, Reader<T> reader) throws IOException {
    return read(bytes, name, "", reader);
  }

  private <T> T read(byte[] bytes, String name, String advice, Reader<T> reader)
      throws IOException {
    if (bytes.length < MAGIC_BYTES
        || !magic.equals(new String(bytes, 0, MAGIC_BYTES, StandardCharsets.ISO_8859_1))) {
      throw new IOException("%s is not %s file.".formatted(name, kind));
    }
    int end = bytes.length - checksumBytes;
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    if (end < HEADER_BYTES) {
      throw damaged(name, "it is cut short", advice, null);
    }
    int found = frame.getInt(MAGIC_BYTES);
    if (found != version) {
      throw new IOException(
          "%s is %s file of version %d, but this program reads version %d; train it again."
              .formatted(name, kind, found, version));
    }
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, end);
    long stored =
        checksumBytes == Long.BYTES
            ? frame.getLong(end)
            : Integer.toUnsignedLong(frame.getInt(end));
    if (stored != crc.getValue()) {
      throw damaged(name, "its checksum is another", advice, null);
    }
    ModelInput in = new ModelInput(bytes, HEADER_BYTES, end - HEADER_BYTES);
    try {
      T content = reader.read(in);
      if (in.left() > 0) {
        throw new IllegalArgumentException("%d bytes follow its last value".formatted(in.left()));
      }
      return content;
    } catch (IllegalArgumentException e) {
      throw damaged(name, e.getMessage().replaceAll("\\.$", ""), advice, e);
    }
  }

  private IOException damaged(String name, String reason, String advice, Exception cause) {
    return new IOException(
        "%s is %s file that is damaged or incomplete: %s%s.".formatted(name, kind, reason, advice),
        cause);
  }
}
