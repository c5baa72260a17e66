package org.rcnn.svm;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;

/**
 * The frame of this package's model files: a magic number, a version, the content, and a CRC-32 of
 * all that stands before it. Big-endian. Written beside its place and renamed into it, so a file
 * under its final name is whole.
 *
 * @param kind what the file holds, as errors call it
 * @param magic eight characters that such a file begins with
 * @param version the version written, and the only one read
 */
record ModelFile(String kind, String magic, int version) {

  private static final int FRAME = 8 + 4 + 4;

  /** Writes the content. */
  interface Writer {
    void write(DataOutput out) throws IOException;
  }

  /** Reads the content. */
  interface Reader<T> {
    T read(DataInput in) throws IOException;
  }

  void write(Path file, Writer writer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeBytes(magic);
      out.writeInt(version);
      writer.write(out);
      out.writeInt((int) checksum(bytes.toByteArray(), bytes.size()));
    }
    Path absolute = file.toAbsolutePath();
    Path aside = absolute.resolveSibling(absolute.getFileName() + ".partial");
    try {
      Files.write(aside, bytes.toByteArray());
      try {
        Files.move(aside, absolute, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(aside, absolute, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  <T> T read(Path file, Reader<T> reader) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    if (bytes.length < FRAME
        || !magic.equals(new String(bytes, 0, 8, StandardCharsets.ISO_8859_1))) {
      throw new IOException("%s is not a %s file.".formatted(file, kind));
    }
    int found = frame.getInt(8);
    if (found != version) {
      throw new IOException(
          "%s is a %s file of version %d, but this program reads version %d; train it again."
              .formatted(file, kind, found, version));
    }
    int end = bytes.length - 4;
    if ((int) checksum(bytes, end) != frame.getInt(end)) {
      throw damaged(file);
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 12, end - 12))) {
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
        "%s is a damaged or incomplete %s file; delete it and train it again."
            .formatted(file, kind));
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }
}
