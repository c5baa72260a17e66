package org.rcnn.svm;

import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.rcnn.data.AtomicFile;

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

  /** Reads the content. */
  interface Reader<T> {
    T read(DataInput in) throws IOException;
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

  <T> T read(Path file, Reader<T> reader) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < MAGIC_BYTES
        || !magic.equals(new String(bytes, 0, MAGIC_BYTES, StandardCharsets.ISO_8859_1))) {
      throw new IOException("%s is not %s file.".formatted(file, kind));
    }
    int end = bytes.length - checksumBytes;
    if (end < HEADER_BYTES) {
      throw damaged(file);
    }
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    int found = frame.getInt(MAGIC_BYTES);
    if (found != version) {
      throw new IOException(
          "%s is %s file of version %d, but this program reads version %d; train it again."
              .formatted(file, kind, found, version));
    }
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, end);
    long stored =
        checksumBytes == Long.BYTES
            ? frame.getLong(end)
            : Integer.toUnsignedLong(frame.getInt(end));
    if (stored != crc.getValue()) {
      throw damaged(file);
    }
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(bytes, HEADER_BYTES, end - HEADER_BYTES))) {
      T content = reader.read(in);
      if (in.available() > 0) {
        throw damaged(file);
      }
      return content;
    } catch (EOFException | IllegalArgumentException e) {
      IOException damaged = damaged(file);
      damaged.initCause(e);
      throw damaged;
    }
  }

  private IOException damaged(Path file) {
    return new IOException(
        "%s is %s file that is damaged or incomplete; delete it and train it again."
            .formatted(file, kind));
  }
}
