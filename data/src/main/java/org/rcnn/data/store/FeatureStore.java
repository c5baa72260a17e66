package org.rcnn.data.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The features of one layer for the proposals of many images in one file: per image a row-major
 * matrix with a row per proposal and {@link #dimension} columns.
 *
 * <p>Reading needs no memory beyond the reader's own array: the file is mapped, and the operating
 * system caches as much of it as fits in memory.
 */
public final class FeatureStore implements Closeable {

  private static final String MAGIC = "RCNNFEA1";

  private static final Pattern HEADER =
      Pattern.compile(
          "([1-9][0-9]{0,8}) ("
              + Arrays.stream(Encoding.values()).map(Enum::name).collect(Collectors.joining("|"))
              + ")");

  private final RecordFile file;
  private final int dimension;
  private final Encoding encoding;

  private FeatureStore(RecordFile file, int dimension, Encoding encoding) {
    this.file = file;
    this.dimension = dimension;
    this.encoding = encoding;
  }

  /**
   * Starts a store; see {@link Writer}.
   *
   * @param dimension how many values every row has
   */
  public static Writer create(Path file, int dimension, Encoding encoding) throws IOException {
    byte[] header = header(dimension, encoding);
    return new Writer(RecordFile.create(file, MAGIC, header), dimension, encoding);
  }

  /**
   * Starts a store, or resumes one that a killed process left unfinished; see {@link
   * RecordFile#resume}.
   *
   * @param dimension how many values every row has
   */
  public static Writer resume(Path file, int dimension, Encoding encoding) throws IOException {
    byte[] header = header(dimension, encoding);
    return new Writer(RecordFile.resume(file, MAGIC, header), dimension, encoding);
  }

  /**
   * Deletes what a process that was killed at the very end of a resumable store's commit left
   * beside the complete store, if it did.
   *
   * @throws IOException if it cannot be deleted
   */
  public static void dropJournal(Path file) throws IOException {
    RecordFile.dropJournal(file);
  }

  private static byte[] header(int dimension, Encoding encoding) {
    if (dimension < 1) {
      throw new IllegalArgumentException(
          "A feature store needs at least one column, not %d.".formatted(dimension));
    }
    return (dimension + " " + encoding).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Opens a complete store.
   *
   * @throws IOException with a one-sentence message, if it is missing, cut short, damaged or of
   *     another kind
   */
  public static FeatureStore open(Path file) throws IOException {
    RecordFile records = RecordFile.open(file, MAGIC, "feature store");
    Matcher header = HEADER.matcher(new String(records.header(), StandardCharsets.US_ASCII));
    if (!header.matches()) {
      throw records.damaged("its header makes no sense");
    }
    int dimension = Integer.parseInt(header.group(1));
    Encoding encoding = Encoding.valueOf(header.group(2));
    for (int i = 0; i < records.size(); i++) {
      if (!EncodedRows.fit(encoding, records.tag(i), dimension, records.length(i))) {
        throw records.damaged("an image has other bytes than its rows explain");
      }
    }
    return new FeatureStore(records, dimension, encoding);
  }

  /** How many values every row has. */
  public int dimension() {
    return dimension;
  }

  /** How the values are stored. */
  public Encoding encoding() {
    return encoding;
  }

  /** The images, in the order in which they were appended. */
  public List<String> imageIds() {
    return file.names();
  }

  /** Whether the image was appended, even with no rows. */
  public boolean contains(String imageId) {
    return file.contains(imageId);
  }

  /**
   * How many rows an image has.
   *
   * @throws IllegalArgumentException if the image was never appended
   */
  public int rows(String imageId) {
    return file.tag(file.position(imageId));
  }

  /**
   * Reads all rows of an image. Thread-safe.
   *
   * @param into receives {@code rows · dimension} values from its start on; the rest stays
   *     unchanged
   * @return how many rows were read
   * @throws IllegalArgumentException if the image was never appended, or the array is too short
   * @throws IOException if the record does not match its checksum
   */
  public int read(String imageId, float[] into) throws IOException {
    int position = file.position(imageId);
    int rows = file.tag(position);
    requireRoom(into, rows, imageId);
    decode(position, rows, null, into);
    return rows;
  }

  /**
   * Reads some rows of an image, in the given order, without decoding the others. Thread-safe.
   *
   * @param chosen the row numbers, from 0; a row may occur more than once
   * @param into receives {@code chosen.length · dimension} values from its start on
   * @throws IllegalArgumentException if the image was never appended, it has no such row, or the
   *     array is too short
   * @throws IOException if the record does not match its checksum
   */
  public void readRows(String imageId, int[] chosen, float[] into) throws IOException {
    int position = file.position(imageId);
    int rows = file.tag(position);
    requireRoom(into, chosen.length, imageId);
    for (int row : chosen) {
      if (row < 0 || row >= rows) {
        throw new IllegalArgumentException(
            "Image '%s' has %d rows of features; there is no row %d."
                .formatted(imageId, rows, row));
      }
    }
    decode(position, rows, chosen, into);
  }

  /**
   * An image's record, for {@link EncodedRows#values} elsewhere. It is a view of the store, not a
   * copy. Thread-safe.
   *
   * @throws IllegalArgumentException if the image was never appended
   * @throws IOException if the record does not match its checksum
   */
  public StoredRecord record(String imageId) throws IOException {
    int position = file.position(imageId);
    return new StoredRecord(file.tag(position), file.record(position));
  }

  private void decode(int position, int rows, int[] chosen, float[] into) throws IOException {
    ByteBuffer record = file.record(position);
    try {
      EncodedRows.decode(encoding, record, rows, dimension, chosen, into);
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      throw file.damaged("a row of '%s' makes no sense".formatted(file.name(position)));
    }
  }

  private void requireRoom(float[] into, int rows, String imageId) {
    if ((long) rows * dimension > into.length) {
      throw new IllegalArgumentException(
          "%d rows of image '%s' have %d values, which do not fit in an array of %d."
              .formatted(rows, imageId, (long) rows * dimension, into.length));
    }
  }

  /** Closes the file; later reads are refused. */
  @Override
  public void close() {
    file.close();
  }

  /**
   * Appends images to a store; closing without {@link #commit} discards it, unless it can be
   * resumed. Not thread-safe.
   */
  public static final class Writer implements Closeable {

    private final RecordFile.Writer file;
    private final int dimension;
    private final Encoding encoding;

    private Writer(RecordFile.Writer file, int dimension, Encoding encoding) {
      this.file = file;
      this.dimension = dimension;
      this.encoding = encoding;
    }

    /**
     * Encodes and appends the rows of an image.
     *
     * @param values at least {@code rows · dimension} floats, row by row
     */
    public void append(String imageId, float[] values, int rows) throws IOException {
      append(imageId, EncodedRows.encode(encoding, values, rows, dimension));
    }

    /**
     * Appends rows that were encoded elsewhere.
     *
     * @throws IllegalArgumentException if they have another dimension or encoding, or the image was
     *     appended before
     */
    public void append(String imageId, EncodedRows rows) throws IOException {
      if (rows.dimension() != dimension || rows.encoding() != encoding) {
        throw new IllegalArgumentException(
            "The store has rows of %d values encoded as %s, not of %d encoded as %s."
                .formatted(dimension, encoding, rows.dimension(), rows.encoding()));
      }
      file.append(imageId, rows.rows(), rows.bytes());
    }

    /**
     * Appends an image's record, as {@link EncodedRows#stored} or another store gave it.
     *
     * @throws IllegalArgumentException if its length is not that of its rows, or the image was
     *     appended before
     */
    public void append(String imageId, StoredRecord rows) throws IOException {
      ByteBuffer bytes = rows.bytes();
      if (!EncodedRows.fit(encoding, rows.tag(), dimension, bytes.remaining())) {
        throw new IllegalArgumentException(
            "The features of '%s' are not %d rows of %d values encoded as %s."
                .formatted(imageId, rows.tag(), dimension, encoding));
      }
      file.append(imageId, rows.tag(), bytes);
    }

    /** The images so far, in their order. */
    public List<String> imageIds() {
      return file.names();
    }

    /**
     * Drops all images but the first few of a store that can be resumed.
     *
     * @param count how many stay
     */
    public void keep(int count) throws IOException {
      file.keep(count);
    }

    /** Completes the store, forces it to disk and renames it. */
    public void commit() throws IOException {
      file.commit();
    }

    /** Discards the store, unless it was committed or can be resumed. */
    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
