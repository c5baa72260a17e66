package org.rcnn.data.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.rcnn.data.AtomicFile;
import org.rcnn.data.RegularFile;

/**
 * A file of named records, written once from front to back and then only read.
 *
 * <p>Layout, little-endian: 8 bytes that name the kind of file; the records, one after the other;
 * the index (big-endian: a header, then name, length, tag and CRC-32C of every record); a footer of
 * 32 bytes with the index's position and CRC-32C. The index comes last so that writing needs
 * neither a second pass nor the number of records beforehand.
 *
 * <p>Reading maps the file into memory in pieces of at most 1 GiB that end between records, so its
 * size is not limited. A record's checksum is verified the first time it is read. Any number of
 * threads may read at once.
 */
public final class RecordFile implements Closeable {

  /** The longest mapped piece, and so the longest record, in bytes. */
  private static final int MAX_PIECE = 1 << 30;

  static final int MAGIC_BYTES = 8;
  private static final int FOOTER_BYTES = 32;

  /** Ends every complete file: "RCNNdone" in ASCII. */
  private static final long END_MARK = 0x656e6f644e4e4352L;

  /** A record's entry in the index. */
  record Entry(String name, long offset, int length, int tag, int crc) {}

  private final Path file;
  private final byte[] header;
  private final List<Entry> entries;
  private final Map<String, Integer> positions;
  private final long[] pieceStarts;
  private final ByteBuffer[] pieces;
  // Written by any thread without synchronisation: at worst a record is verified twice.
  private final boolean[] verified;
  private volatile boolean closed;

  private RecordFile(
      Path file, byte[] header, List<Entry> entries, long[] pieceStarts, ByteBuffer[] pieces) {
    this.file = file;
    this.header = header;
    this.entries = entries;
    this.pieceStarts = pieceStarts;
    this.pieces = pieces;
    this.verified = new boolean[entries.size()];
    Map<String, Integer> byName = new LinkedHashMap<>(entries.size() * 2);
    for (int i = 0; i < entries.size(); i++) {
      byName.put(entries.get(i).name, i);
    }
    this.positions = Collections.unmodifiableMap(byName);
  }

  /**
   * Starts a file, as an {@link AtomicFile}: {@link Writer#commit} renames it.
   *
   * @param magic eight ASCII characters naming the kind and version of the file
   * @param header data on the whole file, in a form of its kind
   */
  public static Writer create(Path file, String magic, byte[] header) throws IOException {
    return new Writer(file, magic, header, AtomicFile.create(file), Optional.empty());
  }

  /**
   * Starts a file whose writing can be resumed: closing the writer without a commit keeps the
   * records, as a killed process does, and the next call has those that are intact. Beside the
   * unfinished file lies its {@link Journal} until the commit.
   *
   * @param magic eight ASCII characters naming the kind and version of the file
   * @param header data on the whole file; records of a file with another one are dropped
   */
  public static Writer resume(Path file, String magic, byte[] header) throws IOException {
    AtomicFile target = AtomicFile.resume(file);
    try {
      Journal journal = Journal.beside(target.partial(), magic, header);
      return new Writer(file, magic, header, target, Optional.of(journal));
    } catch (IOException | RuntimeException e) {
      target.close();
      throw e;
    }
  }

  /**
   * Deletes what a process that was killed at the very end of writing a complete file left of its
   * journal, if it did.
   */
  static void dropJournal(Path file) throws IOException {
    Files.deleteIfExists(Journal.place(AtomicFile.partial(file)));
  }

  /**
   * Opens a complete file.
   *
   * @param magic the kind that it must be
   * @param kind the name of that kind in errors, such as "feature store"
   * @throws IOException with a one-sentence message, if the file is missing, of another kind, cut
   *     short or damaged
   */
  public static RecordFile open(Path file, String magic, String kind) throws IOException {
    return open(file, magic, kind, MAX_PIECE);
  }

  /**
   * As the public method, with the length of a mapped piece, so that a test needs no large file to
   * get several.
   */
  static RecordFile open(Path file, String magic, String kind, int maxPiece) throws IOException {
    RegularFile.require(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(file, channel, magic, kind, maxPiece);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no %s %s.".formatted(kind, file), e);
    }
  }

  /**
   * The index and footer of a file of any kind, which have the checksum of every record; empty if
   * the file is no complete record file. Two record files with equal ones have equal records, or
   * reading one of them reports damage.
   */
  public static Optional<byte[]> index(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < MAGIC_BYTES + FOOTER_BYTES) {
        return Optional.empty();
      }
      ByteBuffer footer =
          ByteBuffer.wrap(bytes(channel, size - FOOTER_BYTES, FOOTER_BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
      long offset = footer.getLong();
      boolean complete =
          footer.getLong(FOOTER_BYTES - Long.BYTES) == END_MARK
              && offset >= MAGIC_BYTES
              && size - offset <= MAX_PIECE
              && offset <= size - FOOTER_BYTES;
      return complete
          ? Optional.of(bytes(channel, offset, (int) (size - offset)))
          : Optional.empty();
    }
  }

  private static RecordFile read(
      Path file, FileChannel channel, String magic, String kind, int maxPiece) throws IOException {
    long size = channel.size();
    if (size < MAGIC_BYTES
        || !magic.equals(new String(bytes(channel, 0, MAGIC_BYTES), StandardCharsets.US_ASCII))) {
      throw new IOException("The file %s is not a %s of this version.".formatted(file, kind));
    }
    if (size < MAGIC_BYTES + FOOTER_BYTES) {
      throw cutShort(file, kind);
    }
    ByteBuffer footer =
        ByteBuffer.wrap(bytes(channel, size - FOOTER_BYTES, FOOTER_BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    long indexOffset = footer.getLong();
    int indexLength = footer.getInt();
    int indexCrc = footer.getInt();
    long total = footer.getLong();
    if (footer.getLong() != END_MARK
        || total != size
        || indexLength < 0
        || indexOffset < MAGIC_BYTES
        || indexOffset + indexLength + FOOTER_BYTES != size) {
      throw cutShort(file, kind);
    }
    byte[] index = bytes(channel, indexOffset, indexLength);
    if (crc(ByteBuffer.wrap(index)) != indexCrc) {
      throw damaged(file, kind, "its index does not match its checksum");
    }
    try (DataInputStream input = new DataInputStream(new ByteArrayInputStream(index))) {
      byte[] header = part(input);
      List<Entry> entries = new ArrayList<>();
      long offset = MAGIC_BYTES;
      int count = input.readInt();
      Set<String> names = new HashSet<>();
      for (int i = 0; i < count; i++) {
        byte[] name = part(input);
        int length = input.readInt();
        int tag = input.readInt();
        if (length < 0 || length > indexOffset - offset || length > MAX_PIECE) {
          throw damaged(file, kind, "the length of a record makes no sense");
        }
        String text = new String(name, StandardCharsets.UTF_8);
        entries.add(new Entry(text, offset, length, tag, input.readInt()));
        if (!names.add(text)) {
          throw damaged(file, kind, "two records have the same name");
        }
        offset += length;
      }
      if (count < 0 || input.available() > 0) {
        throw damaged(file, kind, "the number of its records makes no sense");
      }
      return map(file, channel, header, List.copyOf(entries), maxPiece);
    } catch (EOFException e) {
      throw damaged(file, kind, "its index ends early");
    }
  }

  /** Bytes with their number before them, which must be there before memory is taken. */
  private static byte[] part(DataInputStream input) throws IOException {
    int length = input.readInt();
    if (length < 0 || length > input.available()) {
      throw new EOFException();
    }
    return input.readNBytes(length);
  }

  private static IOException damaged(Path file, String kind, String reason) {
    return new IOException(
        "The %s %s is damaged: %s; delete it and compute it again.".formatted(kind, file, reason));
  }

  /** The error for a file whose records are not what its kind has. */
  public IOException damaged(String reason) {
    return damaged(file, "file", reason);
  }

  private static IOException cutShort(Path file, String kind) {
    return new IOException(
        "The %s %s is cut short; delete it and compute it again.".formatted(kind, file));
  }

  private static byte[] bytes(FileChannel channel, long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("The file ended while it was read.");
      }
    }
    return buffer.array();
  }

  private static RecordFile map(
      Path file, FileChannel channel, byte[] header, List<Entry> entries, int maxPiece)
      throws IOException {
    List<Long> starts = new ArrayList<>();
    List<ByteBuffer> pieces = new ArrayList<>();
    int first = 0;
    while (first < entries.size()) {
      long start = entries.get(first).offset;
      int last = first;
      while (last + 1 < entries.size() && end(entries.get(last + 1)) - start <= maxPiece) {
        last++;
      }
      starts.add(start);
      pieces.add(RegularFile.map(channel, start, end(entries.get(last)) - start));
      first = last + 1;
    }
    return new RecordFile(
        file,
        header,
        entries,
        starts.stream().mapToLong(Long::longValue).toArray(),
        pieces.toArray(ByteBuffer[]::new));
  }

  private static long end(Entry entry) {
    return entry.offset + entry.length;
  }

  static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** The header that the writer was given. */
  public byte[] header() {
    return header.clone();
  }

  /** How many records there are. */
  public int size() {
    return entries.size();
  }

  /** The names of the records, in the order in which they were appended. */
  public List<String> names() {
    return List.copyOf(positions.keySet());
  }

  /** Whether there is a record of this name. */
  public boolean contains(String name) {
    return positions.containsKey(name);
  }

  /**
   * The position of a record.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public int position(String name) {
    Integer position = positions.get(name);
    if (position == null) {
      throw new IllegalArgumentException("The file %s has no record '%s'.".formatted(file, name));
    }
    return position;
  }

  /** The name of the record at a position. */
  public String name(int position) {
    return entries.get(position).name;
  }

  /** The number that the writer attached to the record at a position. */
  public int tag(int position) {
    return entries.get(position).tag;
  }

  /** The bytes of the record at a position. */
  public int length(int position) {
    return entries.get(position).length;
  }

  /** The CRC-32C of the record at a position, as the writer computed it. */
  public int checksum(int position) {
    return entries.get(position).crc;
  }

  /**
   * The bytes of the record at a position: a read-only little-endian view of the mapped file.
   *
   * @throws IOException if the record does not match its checksum
   * @throws IllegalStateException if the file was closed
   */
  public ByteBuffer record(int position) throws IOException {
    if (closed) {
      throw new IllegalStateException("The file %s is closed.".formatted(file));
    }
    Entry entry = entries.get(position);
    int piece = pieceOf(entry.offset);
    int start = (int) (entry.offset - pieceStarts[piece]);
    ByteBuffer bytes = pieces[piece].slice(start, entry.length);
    if (!verified[position]) {
      if (crc(bytes.duplicate()) != entry.crc) {
        throw new IOException(
            "The file %s is damaged: '%s' does not match its checksum; delete the file and compute it again."
                .formatted(file, entry.name));
      }
      verified[position] = true;
    }
    return bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  private int pieceOf(long offset) {
    int piece = pieceStarts.length - 1;
    while (pieceStarts[piece] > offset) {
      piece--;
    }
    return piece;
  }

  /**
   * Refuses further reading. The mapped memory is freed when the last view of it is
   * garbage-collected; Java 17 cannot free it earlier.
   */
  @Override
  public void close() {
    closed = true;
  }

  /**
   * Appends records; closing without {@link #commit} discards the file, unless it can be resumed.
   * Not thread-safe.
   */
  public static final class Writer implements Closeable {

    private final Path file;
    private final AtomicFile target;
    private final byte[] header;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Optional<Journal> journal;
    private long end;

    private Writer(
        Path file, String magic, byte[] header, AtomicFile target, Optional<Journal> journal)
        throws IOException {
      this.file = file;
      this.header = header.clone();
      this.target = target;
      this.journal = journal;
      byte[] start = magic.getBytes(StandardCharsets.US_ASCII);
      if (start.length != MAGIC_BYTES) {
        target.close();
        throw new IllegalArgumentException(
            "A record file needs a magic string of eight characters, not '%s'.".formatted(magic));
      }
      journal.ifPresent(kept -> kept.entries().forEach(entry -> entries.put(entry.name(), entry)));
      if (entries.isEmpty()) {
        if (journal.isPresent()) {
          target.truncate(0);
        }
        write(ByteBuffer.wrap(start));
      } else {
        truncate();
      }
    }

    /** The names of the records so far, in their order. */
    public List<String> names() {
      return List.copyOf(entries.keySet());
    }

    /**
     * Drops all records but the first few.
     *
     * @param count how many stay; no more than there are
     * @throws IllegalStateException if the file cannot be resumed
     */
    public void keep(int count) throws IOException {
      Journal kept =
          journal.orElseThrow(
              () -> new IllegalStateException("Only a file that can be resumed drops records."));
      List<String> names = names();
      if (count == names.size()) {
        return;
      }
      names.subList(count, names.size()).forEach(entries::remove);
      kept.replace(List.copyOf(entries.values()));
      truncate();
    }

    private void truncate() throws IOException {
      end = MAGIC_BYTES;
      for (Entry entry : entries.values()) {
        end = entry.offset() + entry.length();
      }
      target.truncate(end);
    }

    /**
     * Appends a record.
     *
     * @param name its name, unique in this file
     * @param tag any number, which is stored in the index
     * @param record its bytes from position to limit, at most 1 GiB; the position does not change
     * @throws IllegalArgumentException if the file already has a record of this name, or the record
     *     is too long
     */
    public void append(String name, int tag, ByteBuffer record) throws IOException {
      Objects.requireNonNull(name, "name");
      int length = record.remaining();
      if (length > MAX_PIECE) {
        throw new IllegalArgumentException(
            "The record '%s' has %d bytes; at most %d can be stored."
                .formatted(name, length, MAX_PIECE));
      }
      Entry entry = new Entry(name, end, length, tag, crc(record.duplicate()));
      if (entries.putIfAbsent(name, entry) != null) {
        throw new IllegalArgumentException(
            "The file %s already has a record '%s'.".formatted(file, name));
      }
      write(record.duplicate());
      if (journal.isPresent()) {
        journal.get().append(entry);
      }
    }

    /** Completes the file, forces it to disk and renames it, replacing an older one. */
    public void commit() throws IOException {
      byte[] index = index();
      ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      footer.putLong(end).putInt(index.length).putInt(crc(ByteBuffer.wrap(index)));
      footer.putLong(end + index.length + FOOTER_BYTES).putLong(END_MARK).flip();
      write(ByteBuffer.wrap(index));
      write(footer);
      target.commit();
      if (journal.isPresent()) {
        journal.get().delete();
      }
    }

    private byte[] index() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream output = new DataOutputStream(bytes)) {
        output.writeInt(header.length);
        output.write(header);
        output.writeInt(entries.size());
        for (Entry entry : entries.values()) {
          byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
          output.writeInt(name.length);
          output.write(name);
          output.writeInt(entry.length);
          output.writeInt(entry.tag);
          output.writeInt(entry.crc);
        }
      }
      return bytes.toByteArray();
    }

    private void write(ByteBuffer bytes) throws IOException {
      end += bytes.remaining();
      target.write(bytes);
    }

    /** Discards what was written, unless it was committed or can be resumed. */
    @Override
    public void close() throws IOException {
      try (target) {
        if (journal.isPresent()) {
          journal.get().close();
        }
      }
    }
  }
}
