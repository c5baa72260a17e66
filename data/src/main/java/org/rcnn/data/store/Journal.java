package org.rcnn.data.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.store.RecordFile.Entry;

/**
 * The records of an unfinished {@link RecordFile}, whose index is only written at its end. It lies
 * beside the file as {@code NAME.partial.index}, and gets a line after each record.
 *
 * <p>After a kill or a power cut either file may be ahead of the other. So a record counts only if
 * the journal has it whole and the file's bytes match its checksum; what comes after the first one
 * that does not is dropped.
 */
final class Journal implements Closeable {

  /** Longer than any header or name; a larger number is damage. */
  private static final int LONGEST = 1 << 16;

  private static final int PIECE_BYTES = 1 << 20;

  private final Path file;
  private final byte[] begin;
  private final List<Entry> entries;
  private FileChannel channel;

  private Journal(Path file, byte[] begin, List<Entry> entries) {
    this.file = file;
    this.begin = begin;
    this.entries = List.copyOf(entries);
  }

  /**
   * The journal of an unfinished file, with the entries of its intact records.
   *
   * @param partial the unfinished file, which may be empty
   * @param magic the kind of the file
   * @param header the header that its index will have
   */
  static Journal beside(Path partial, String magic, byte[] header) throws IOException {
    Path file = place(partial);
    byte[] begin = begin(magic, header);
    Journal journal = new Journal(file, begin, intact(file, begin, partial));
    journal.replace(journal.entries);
    return journal;
  }

  /** Where the journal of an unfinished file lies. */
  static Path place(Path partial) {
    return partial.resolveSibling(partial.getFileName() + ".index");
  }

  private static byte[] begin(String magic, byte[] header) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream output = new DataOutputStream(bytes)) {
      output.write(magic.getBytes(StandardCharsets.US_ASCII));
      output.writeInt(header.length);
      output.write(header);
    }
    return bytes.toByteArray();
  }

  private static List<Entry> intact(Path journal, byte[] begin, Path partial) throws IOException {
    List<Entry> intact = new ArrayList<>();
    if (!Files.isRegularFile(journal)) {
      return intact;
    }
    byte[] bytes = Files.readAllBytes(journal);
    if (bytes.length < begin.length
        || !Arrays.equals(begin, 0, begin.length, bytes, 0, begin.length)) {
      return intact;
    }
    long offset = RecordFile.MAGIC_BYTES;
    try (FileChannel records = FileChannel.open(partial, StandardOpenOption.READ);
        DataInputStream input =
            new DataInputStream(
                new ByteArrayInputStream(bytes, begin.length, bytes.length - begin.length))) {
      Optional<Entry> entry = next(input, offset);
      while (entry.isPresent() && matches(records, entry.get())) {
        intact.add(entry.get());
        offset += entry.get().length();
        entry = next(input, offset);
      }
    }
    return intact;
  }

  /** The next entry; empty at the end, or if it was cut or damaged. */
  private static Optional<Entry> next(DataInputStream input, long offset) throws IOException {
    try {
      int nameLength = input.readInt();
      if (nameLength < 0 || nameLength > LONGEST) {
        return Optional.empty();
      }
      byte[] name = input.readNBytes(nameLength);
      Entry entry =
          new Entry(
              new String(name, StandardCharsets.UTF_8),
              offset,
              input.readInt(),
              input.readInt(),
              input.readInt());
      byte[] line = line(entry);
      int crc = RecordFile.crc(ByteBuffer.wrap(line, 0, line.length - Integer.BYTES));
      return entry.length() >= 0 && input.readInt() == crc ? Optional.of(entry) : Optional.empty();
    } catch (EOFException e) {
      return Optional.empty();
    }
  }

  private static boolean matches(FileChannel records, Entry entry) throws IOException {
    if (entry.offset() + entry.length() > records.size()) {
      return false;
    }
    // Piece by piece, so that the heap need not hold the longest record. Not mapped: as long as a
    // mapping is not collected, Windows refuses to cut or rename its file.
    CRC32C crc = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocate(Math.min(PIECE_BYTES, Math.max(1, entry.length())));
    long end = entry.offset() + entry.length();
    for (long at = entry.offset(); at < end; ) {
      piece.clear().limit((int) Math.min(piece.capacity(), end - at));
      int read = records.read(piece, at);
      if (read < 0) {
        return false;
      }
      crc.update(piece.flip());
      at += read;
    }
    return (int) crc.getValue() == entry.crc();
  }

  private static byte[] line(Entry entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream output = new DataOutputStream(bytes)) {
      byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
      output.writeInt(name.length);
      output.write(name);
      output.writeInt(entry.length());
      output.writeInt(entry.tag());
      output.writeInt(entry.crc());
      output.writeInt(RecordFile.crc(ByteBuffer.wrap(bytes.toByteArray())));
    }
    return bytes.toByteArray();
  }

  /** The entries of the records that were intact when the journal was opened. */
  List<Entry> entries() {
    return entries;
  }

  /** Adds an entry, after its record was written. */
  void append(Entry entry) throws IOException {
    ByteBuffer line = ByteBuffer.wrap(line(entry));
    try {
      while (line.hasRemaining()) {
        channel.write(line);
      }
    } catch (IOException e) {
      throw AtomicFile.unwritten(file, e);
    }
  }

  /** Writes the journal anew. */
  void replace(List<Entry> all) throws IOException {
    close();
    try (AtomicFile aside = AtomicFile.create(file)) {
      aside.write(ByteBuffer.wrap(begin));
      for (Entry entry : all) {
        aside.write(ByteBuffer.wrap(line(entry)));
      }
      aside.commit();
    }
    channel = FileChannel.open(file, StandardOpenOption.APPEND);
  }

  /** Closes and deletes the journal; the file is complete. */
  void delete() throws IOException {
    close();
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
