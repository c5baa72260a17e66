package org.rcnn.data.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rcnn.data.Box;

/**
 * The proposals of many images in one file, each image's in the order in which they were proposed.
 *
 * <p>Boxes are read back exactly. An image whose boxes all have whole coordinates from 0 to 65,535,
 * as selective search gives them, takes 8 bytes per box; any other image takes 32 (doubles).
 */
public final class ProposalStore implements Closeable {

  private static final String MAGIC = "RCNNBOX1";
  private static final byte PIXELS = 0;
  private static final byte DOUBLES = 1;

  private final RecordFile file;

  private ProposalStore(RecordFile file) {
    this.file = file;
  }

  /** Starts a store; see {@link Writer}. */
  public static Writer create(Path file) throws IOException {
    return new Writer(RecordFile.create(file, MAGIC, new byte[0]));
  }

  /**
   * Opens a complete store.
   *
   * @throws IOException with a one-sentence message, if it is missing, cut short, damaged or of
   *     another kind
   */
  public static ProposalStore open(Path file) throws IOException {
    RecordFile records = RecordFile.open(file, MAGIC, "proposal store");
    for (int i = 0; i < records.size(); i++) {
      long boxes = records.tag(i);
      if (boxes < 0
          || bytes(boxes, true) != records.length(i) && bytes(boxes, false) != records.length(i)) {
        throw records.damaged("an image has other bytes than its boxes explain");
      }
    }
    return new ProposalStore(records);
  }

  private static long bytes(long boxes, boolean pixels) {
    return 1 + boxes * (pixels ? 8 : 32);
  }

  /** The images, in the order in which they were appended. */
  public List<String> imageIds() {
    return file.names();
  }

  /** Whether the image was appended, even with no boxes. */
  public boolean contains(String imageId) {
    return file.contains(imageId);
  }

  /**
   * How many boxes an image has, which is known without reading them.
   *
   * @throws IllegalArgumentException if the image was never appended
   */
  public int count(String imageId) {
    return file.tag(file.position(imageId));
  }

  /**
   * The boxes of an image, in their order. Thread-safe.
   *
   * @throws IllegalArgumentException if the image was never appended
   * @throws IOException if the record does not match its checksum
   */
  public List<Box> boxes(String imageId) throws IOException {
    int position = file.position(imageId);
    try {
      return decode(new StoredRecord(file.tag(position), file.record(position)));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      // A box that is none is refused by its constructor.
      throw file.damaged("a box of '%s' makes no sense".formatted(imageId));
    }
  }

  /**
   * The record of some boxes, as {@link Writer#append(String, StoredRecord)} takes it.
   *
   * @param boxes in their order
   */
  public static StoredRecord encode(List<Box> boxes) {
    boolean pixels = boxes.stream().allMatch(Writer::isOfPixels);
    ByteBuffer record =
        ByteBuffer.allocate(1 + boxes.size() * (pixels ? 8 : 32))
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(pixels ? PIXELS : DOUBLES);
    for (Box box : boxes) {
      for (double value : new double[] {box.xMin(), box.yMin(), box.xMax(), box.yMax()}) {
        if (pixels) {
          record.putShort((short) (int) value);
        } else {
          record.putDouble(value);
        }
      }
    }
    return new StoredRecord(boxes.size(), record.flip());
  }

  /**
   * The boxes of a record.
   *
   * @throws BufferUnderflowException if it is shorter than its boxes
   * @throws IllegalArgumentException if one of them is none
   */
  public static List<Box> decode(StoredRecord stored) {
    ByteBuffer record = stored.bytes();
    boolean pixels = record.get() == PIXELS;
    List<Box> boxes = new ArrayList<>();
    for (int i = 0; i < stored.tag(); i++) {
      boxes.add(pixels ? pixelBox(record) : doubleBox(record));
    }
    return List.copyOf(boxes);
  }

  private static Box pixelBox(ByteBuffer record) {
    return new Box(unsigned(record), unsigned(record), unsigned(record), unsigned(record));
  }

  private static int unsigned(ByteBuffer record) {
    return Short.toUnsignedInt(record.getShort());
  }

  private static Box doubleBox(ByteBuffer record) {
    return new Box(record.getDouble(), record.getDouble(), record.getDouble(), record.getDouble());
  }

  /** Closes the file; later reads are refused. */
  @Override
  public void close() {
    file.close();
  }

  /** Appends images to a store; closing without {@link #commit} discards it. Not thread-safe. */
  public static final class Writer implements Closeable {

    private final RecordFile.Writer file;

    private Writer(RecordFile.Writer file) {
      this.file = file;
    }

    /**
     * Appends the boxes of an image.
     *
     * @throws IllegalArgumentException if the image was appended before
     */
    public void append(String imageId, List<Box> boxes) throws IOException {
      append(imageId, encode(boxes));
    }

    /**
     * Appends boxes that were encoded elsewhere.
     *
     * @throws IllegalArgumentException if the image was appended before
     */
    public void append(String imageId, StoredRecord boxes) throws IOException {
      file.append(imageId, boxes.tag(), boxes.bytes());
    }

    private static boolean isOfPixels(Box box) {
      return isPixel(box.xMin())
          && isPixel(box.yMin())
          && isPixel(box.xMax())
          && isPixel(box.yMax());
    }

    private static boolean isPixel(double value) {
      return value >= 0 && value <= 65_535 && value == Math.rint(value);
    }

    /** Completes the store, forces it to disk and renames it. */
    public void commit() throws IOException {
      file.commit();
    }

    /** Discards the store, unless it was committed. */
    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
